"""Videos that come as opened files: wherever their bytes are from, the frames are those of the path."""

import io

import numpy as np
import pytest

from inference import probe_video
from inference.errors import UnreadableVideo
from inference.video import VideoReader
from tests import clips


class Failing(io.BytesIO):
    """A file that cannot be read beyond a place."""

    class Broken(Exception):
        pass

    def __init__(self, content, place):
        super().__init__(content)
        self.place = place

    def read(self, size=-1):
        if self.tell() + size > self.place:
            raise self.Broken
        return super().read(size)


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".avi"])
def test_an_opened_file_gives_the_frames_of_its_path(tmp_path, suffix):
    codec = {".mp4": "h264", ".webm": "libvpx", ".avi": "mpeg4"}[suffix]
    path = clips.write_clip(tmp_path / f"clip{suffix}", clips.moving_face(30), codec=codec)
    by_path = list(VideoReader(path))
    with path.open("rb") as opened:
        by_file = list(VideoReader(opened))
        assert not opened.closed
    assert [frame.t_ms for frame in by_file] == [frame.t_ms for frame in by_path]
    assert all(np.array_equal(a.picture, b.picture) for a, b in zip(by_file, by_path, strict=True))
    with path.open("rb") as opened:
        assert probe_video(opened) == probe_video(path)


def test_an_opened_file_is_called_by_its_name(clip):
    clip.write_text("This is not a video.\n" * 50)
    with clip.open("rb") as opened, pytest.raises(UnreadableVideo, match=r"^clip\.mp4 is not a video"):
        probe_video(opened)


def test_bytes_without_a_name_are_the_file():
    with pytest.raises(UnreadableVideo, match=r"^The file is empty"):
        probe_video(io.BytesIO())


@pytest.mark.parametrize("share", [0.0, 0.5, 0.97])
def test_what_stops_the_reading_of_an_opened_file_reaches_whoever_asked(clip, share):
    content = clips.write_faststart(clip, 100).read_bytes()
    with pytest.raises(Failing.Broken):
        list(VideoReader(Failing(content, int(len(content) * share))))
