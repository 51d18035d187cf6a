"""Files that are no good: each gets a clear refusal, or what could be read of it and the word "partial"."""

import pytest

from inference import VideoLimits, probe_video
from inference.errors import MediaTooLarge, UnreadableVideo
from inference.video import VideoReader
from tests import clips


def refusal(path) -> str:
    """The message with which both the probe and the reader refuse a file."""
    with pytest.raises(UnreadableVideo) as probed:
        probe_video(path)
    with pytest.raises(UnreadableVideo) as read:
        list(VideoReader(path))
    assert str(probed.value) == str(read.value)
    return str(read.value)


def test_text_renamed_to_mp4_is_refused(clip):
    clip.write_text("This is not a video.\n" * 50)
    assert "not a video" in refusal(clip)


def test_an_empty_file_is_refused(clip):
    clip.touch()
    assert refusal(clip) == "clip.mp4 is empty."


def test_a_missing_file_is_refused(clip):
    assert refusal(clip) == "There is no file named clip.mp4."


def test_an_mp4_cut_off_before_its_index_is_refused(clip):
    clips.truncate(clips.write_clip(clip, clips.moving_face(50)), 0.5)
    assert "damaged" in refusal(clip)


def test_an_mp4_cut_off_in_its_data_gives_what_is_there_and_says_partial(clip):
    clips.truncate(clips.write_faststart(clip, 100), 0.5)
    reader = VideoReader(clip, every_ms=200)
    times = [frame.t_ms for frame in reader]
    assert times[:3] == [0, 200, 400]
    assert 0 < times[-1] < 3000
    assert reader.end.is_partial
    assert reader.end.expected_ms == 4000
    assert reader.end.frames_decoded == reader.end.frames_sampled + reader.end.frames_skipped


def test_a_webm_cut_off_in_its_data_gives_what_is_there_and_says_partial(tmp_path):
    path = clips.write_clip(tmp_path / "clip.webm", clips.moving_face(75), codec="libvpx", options={"g": "10"})
    clips.truncate(path, 0.5)
    reader = VideoReader(path)
    assert list(reader)
    assert reader.end.is_partial


def test_a_file_with_only_sound_is_refused(clip):
    assert refusal(clips.write_sound(clip)) == "clip.mp4 has no picture stream. It holds only sound."


def test_a_codec_that_nobody_has_is_named(clip):
    clips.name_unknown_codec(clips.write_clip(clip, clips.blank(10)))
    assert refusal(clip) == "clip.mp4 is encoded as “zzzz”, which cannot be decoded here."


def test_a_stream_of_length_zero_is_refused(clip):
    assert "clip.mp4" in refusal(clips.write_without_frames(clip))


def test_an_mp4_header_that_claims_too_long_a_video_is_not_believed(clip):
    clips.lie_about_length(clips.write_faststart(clip, 50), 100)
    reader = VideoReader(clip)
    assert len(list(reader)) == 10
    assert reader.end.expected_ms == 2000  # the table of samples knows better
    assert not reader.end.is_partial


def test_a_webm_that_claims_too_long_a_video_is_found_out_by_reading(tmp_path):
    path = clips.write_clip(tmp_path / "clip.webm", clips.blank(50), codec="libvpx")
    path.write_bytes(path.read_bytes().replace(b"00:00:02.0", b"00:03:20.0"))
    reader = VideoReader(path)
    assert len(list(reader)) == 10
    assert reader.end.expected_ms == 200_000
    assert reader.end.ended_at_ms <= 2040
    assert reader.end.is_partial


def test_frames_of_ten_thousand_pixels_square_are_refused_before_decoding(tmp_path):
    path = clips.write_giant(tmp_path / "giant.avi")
    with pytest.raises(MediaTooLarge, match="10000 x 10000"):
        probe_video(path)
    with pytest.raises(MediaTooLarge, match="10000 x 10000"):
        next(VideoReader(path))


def test_frames_over_a_limit_of_our_own_are_refused(clip):
    clips.write_clip(clip, clips.blank(5))
    with pytest.raises(MediaTooLarge, match="320 x 240"):
        probe_video(clip, limits=VideoLimits(max_pixels=320 * 240 - 1))
    with pytest.raises(MediaTooLarge):
        probe_video(clip, limits=VideoLimits(max_side_px=319))


def test_a_picture_that_only_claims_to_be_small_is_never_decoded_large(tmp_path):
    path = clips.write_clip(tmp_path / "clip.mkv", clips.blank(5, width=640, height=480), codec="mjpeg")
    with pytest.raises((UnreadableVideo, MediaTooLarge)):
        list(VideoReader(path, limits=VideoLimits(max_pixels=100 * 100)))


def test_a_playlist_in_disguise_opens_no_other_file(tmp_path):
    hidden = clips.write_clip(tmp_path / "hidden.mp4", clips.blank(5))
    for text in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{hidden}\n",
        f"ffconcat version 1.0\nfile '{hidden}'\n",
    ):
        playlist = tmp_path / "clip.mp4"
        playlist.write_text(text)
        assert "not a video" in refusal(playlist)


@pytest.mark.parametrize("name", ["a 'quoted\" name.mp4", "concat:a|b.mp4", "-x.mp4", "ünïcode 表情.mp4", "http:x.mp4"])
def test_a_strange_name_is_only_a_name(tmp_path, name):
    path = clips.write_clip(tmp_path / "clip.mp4", clips.blank(10)).rename(tmp_path / name)
    assert len(list(VideoReader(path))) == 2


def test_a_video_without_a_face_is_a_video(clip):
    clips.write_clip(clip, clips.blank(25))
    assert len(list(VideoReader(clip))) == 5
