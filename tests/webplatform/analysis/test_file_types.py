"""Every kind of video that the engine reads is taken in, and told by its first bytes alone."""

import av
import pytest

from tests.clips import blank
from webplatform.analysis.file_types import HEAD_BYTES, is_picture, video_type

MADE = {
    "clip.mp4": ("mp4", "libx264", {}, "video/mp4"),
    "clip.mov": ("mov", "libx264", {}, "video/quicktime"),
    "clip.3gp": ("3gp", "libx264", {}, "video/mp4"),
    "clip.webm": ("webm", "libvpx", {}, "video/webm"),
    "clip.mkv": ("matroska", "libx264", {}, "video/x-matroska"),
    "clip.avi": ("avi", "mjpeg", {}, "video/x-msvideo"),
    "clip.ts": ("mpegts", "mpeg2video", {}, "video/mp2t"),
    "clip.m2ts": ("mpegts", "mpeg2video", {"mpegts_m2ts_mode": "1"}, "video/mp2t"),
    "clip.mpg": ("mpeg", "mpeg2video", {}, "video/mpeg"),
    "clip.m2v": ("mpeg2video", "mpeg2video", {}, "video/mpeg"),
    "clip.flv": ("flv", "flv", {}, "video/x-flv"),
    "clip.wmv": ("asf", "wmv2", {}, "video/x-ms-asf"),
    "clip.ogv": ("ogg", "libvpx", {}, "video/ogg"),
    "clip.mxf": ("mxf", "mpeg2video", {}, "video/mxf"),
}


def _make(path, format_name, codec, options):
    with av.open(str(path), "w", format=format_name, options=options) as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height = 320, 240
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for picture in blank(10):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_video_of_every_kind_is_told_by_its_first_bytes(tmp_path, name):
    format_name, codec, options, expected = MADE[name]
    content = _make(tmp_path / name, format_name, codec, options).read_bytes()
    assert video_type(content[:HEAD_BYTES], len(content), is_webm=name.endswith(".webm")) == expected
    assert not is_picture(content[:HEAD_BYTES])


@pytest.mark.parametrize("head", [b"", b"GG", b"\0\0\1\xb5", b"<html>", b"PK\3\4", b"ID3\4", b"RIFF\0\0\0\0WAVE"])
def test_what_is_no_video_has_no_kind(head):
    assert video_type(head, len(head)) is None
