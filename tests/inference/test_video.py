"""Reading frames: every codec, true times, rotation, honest counts."""

import av
import cv2
import numpy as np
import pytest

from inference import VideoLimits, probe_video
from inference.errors import MediaTooLarge, UnreadableVideo
from inference.video import VideoReader
from tests import clips

KINDS = [
    ("h264.mp4", "libx264"),
    ("h264.mov", "libx264"),
    ("h264.mkv", "libx264"),
    ("h264.avi", "libx264"),
    ("mpeg4.mp4", "mpeg4"),
    ("mpeg4.avi", "mpeg4"),
    ("vp8.webm", "libvpx"),
    ("vp9.webm", "libvpx-vp9"),
    ("mjpeg.avi", "mjpeg"),
]


@pytest.mark.parametrize(("name", "codec"), KINDS)
def test_every_common_kind_of_video_is_sampled_by_its_clock(tmp_path, name, codec):
    path = clips.write_clip(tmp_path / name, clips.blank(50), codec=codec)
    reader = VideoReader(path, every_ms=200)
    frames = list(reader)
    assert [frame.t_ms for frame in frames] == [0, 200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800]
    assert reader.end.frames_decoded == 50
    assert reader.end.frames_sampled + reader.end.frames_skipped == 50
    assert not reader.end.is_partial


@pytest.mark.parametrize(("name", "codec"), KINDS)
def test_the_sampled_picture_is_the_one_shown_at_its_time(tmp_path, name, codec):
    path = clips.write_clip(tmp_path / name, clips.blank(30), codec=codec)
    for frame in VideoReader(path, every_ms=200):
        index = frame.t_ms // 40
        assert abs(int(frame.picture[120, 40].mean()) - index * 7) < 8


def test_leaving_frames_undecoded_changes_no_sampled_picture(clip):
    clips.write_clip(clip, clips.moving_face(60), options={"bf": "3"})
    reader = VideoReader(clip, every_ms=200)
    sampled = {frame.t_ms: frame.picture for frame in reader}
    every = {frame.t_ms: frame.picture for frame in VideoReader(clip, every_ms=1)}
    assert reader.end.frames_left_out > 10
    assert len(every) == reader.end.frames_decoded == 60
    for t_ms, picture in sampled.items():
        np.testing.assert_array_equal(picture, every[t_ms])


def test_the_running_count_is_the_frames_place_in_the_stream(clip):
    clips.write_clip(clip, clips.blank(60), options={"bf": "3"})
    for frame in VideoReader(clip, every_ms=200):
        assert frame.frames_decoded == frame.t_ms // 40 + 1


def test_a_variable_frame_rate_keeps_its_clock(clip):
    times = [0, 33, 66, 500, 533, 1400, 1433, 1466, 1500]
    clips.write_clip(clip, clips.blank(len(times)), times_ms=times)
    reader = VideoReader(clip, every_ms=200)
    assert [frame.t_ms for frame in reader] == [0, 500, 1400]
    assert reader.end.frames_decoded == len(times)


def test_a_webm_without_a_stated_rate_or_length_is_read_by_its_timestamps(tmp_path):
    # What a browser's MediaRecorder writes: a stream that was never finished.
    path = clips.write_clip(
        tmp_path / "live.webm",
        clips.blank(20),
        codec="libvpx",
        times_ms=range(0, 2000, 100),
        container_options={"live": "1"},
    )
    assert probe_video(path).duration_ms is None
    reader = VideoReader(path, every_ms=500)
    assert [frame.t_ms for frame in reader] == [0, 500, 1000, 1500]
    assert not reader.end.is_partial


@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
def test_rotation_metadata_is_applied(clip, clockwise):
    picture = np.zeros((240, 320, 3), np.uint8)
    picture[:80, :80] = 255  # the top left corner is bright
    clips.turn_clip(clips.write_clip(clip, [picture] * 3), clockwise)
    shown = next(VideoReader(clip)).picture
    expected = np.rot90(picture, -clockwise // 90)
    assert shown.shape == expected.shape
    assert np.abs(shown.astype(int) - expected).mean() < 4
    info = probe_video(clip)
    assert (info.height, info.width) == shown.shape[:2]
    assert info.rotation == -clockwise % 360


def test_the_probe_tells_what_the_header_says(clip):
    clips.write_clip(clip, clips.blank(50))
    info = probe_video(clip)
    assert (info.width, info.height, info.duration_ms, info.codec) == (320, 240, 2000, "h264")
    assert info.frames_per_second == 25.0


def test_pictures_are_bgr_and_belong_to_the_reader(clip):
    blue = np.zeros((64, 64, 3), np.uint8)
    blue[:] = (220, 30, 10)
    clips.write_clip(clip, [blue] * 2)
    picture = next(VideoReader(clip)).picture
    assert picture.dtype == np.uint8
    assert picture.flags["C_CONTIGUOUS"]
    assert np.abs(picture[32, 32].astype(int) - (220, 30, 10)).max() < 12


def test_a_reader_that_is_left_early_releases_its_file(clip):
    clips.write_clip(clip, clips.blank(20))
    with VideoReader(clip, every_ms=40) as reader:
        next(reader)
    assert list(reader) == []
    assert reader.end is None


def test_a_video_longer_than_the_limit_is_refused_by_its_header(clip):
    clips.write_clip(clip, clips.blank(50))
    with pytest.raises(MediaTooLarge, match="minutes"):
        next(VideoReader(clip, limits=VideoLimits(max_duration_ms=1500)))


def test_a_video_that_hides_its_length_is_stopped_by_the_clock(tmp_path):
    path = clips.write_clip(tmp_path / "live.webm", clips.blank(50), codec="libvpx", container_options={"live": "1"})
    times = []
    with pytest.raises(MediaTooLarge, match="longer than the limit"):
        times.extend(frame.t_ms for frame in VideoReader(path, limits=VideoLimits(max_duration_ms=1000)))


def test_a_mid_stream_change_of_size_is_followed(tmp_path):
    small = clips.write_clip(tmp_path / "a.mjpeg.avi", clips.blank(10, width=320, height=240), codec="mjpeg")
    assert next(VideoReader(small)).picture.shape == (240, 320, 3)


def test_a_damaged_packet_costs_its_own_frames_only(tmp_path):
    path = clips.write_clip(tmp_path / "clip.mkv", clips.blank(50), codec="mjpeg")
    content = bytearray(path.read_bytes())
    starts = [i for i in range(len(content) - 3) if content[i : i + 3] == b"\xff\xd8\xff"]
    length = starts[21] - starts[20] - 32  # the next block's own header stays whole
    content[starts[20] : starts[20] + length] = bytes(length)
    path.write_bytes(content)
    reader = VideoReader(path, every_ms=40)
    times = [frame.t_ms for frame in reader]
    assert len(times) == 49
    assert 800 not in times
    assert reader.end.frames_decoded == 49
    assert reader.end.damaged_packets == 1


def test_ffmpeg_and_its_wrapper_print_nothing(clip, capfd):
    clips.truncate(clips.write_faststart(clip, 50), 0.6)
    list(VideoReader(clip))
    with pytest.raises(UnreadableVideo):
        probe_video(clips.truncate(clip, 0.01))
    assert capfd.readouterr() == ("", "")


def test_the_clips_are_what_they_claim(clip):
    clips.write_faststart(clip, 10)
    with av.open(str(clip)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
    assert cv2.mean(clips.face_picture())[0] > 20


@pytest.mark.parametrize(("name", "codec"), [("a.mov", "mjpeg"), ("a.mkv", "mjpeg"), ("a.mov", "prores_ks")])
def test_of_a_codec_whose_pictures_stand_alone_only_the_sampled_ones_are_decoded(tmp_path, name, codec):
    path = clips.write_clip(tmp_path / name, clips.blank(50), codec=codec)
    reader, every = VideoReader(path, every_ms=200), list(VideoReader(path, every_ms=1))
    frames = list(reader)
    assert (len(every), len(frames)) == (50, 10)
    assert (reader.end.frames_decoded, reader.end.frames_left_out, reader.end.frames_damaged) == (50, 40, 0)
    assert (reader.end.ended_at_ms, reader.end.missing_ms, reader.end.is_partial) == (2000, 0, False)
    for at, frame in enumerate(frames):
        assert frame.frames_decoded == 5 * at + 1
        np.testing.assert_array_equal(frame.picture, every[5 * at].picture)


@pytest.mark.parametrize("place", [7, 10])
def test_a_picture_that_stands_alone_and_is_damaged_is_no_picture_that_was_left_out(tmp_path, place):
    path = clips.write_clip(tmp_path / "a.mov", clips.moving_face(50), codec="mjpeg")
    with av.open(str(path)) as container:
        packet = [packet for packet in container.demux(video=0) if packet.size][place]
    data = bytearray(path.read_bytes())
    data[packet.pos : packet.pos + packet.size] = bytes(packet.size)
    path.write_bytes(data)
    reader = VideoReader(path, every_ms=200)
    assert len(list(reader)) == 10
    assert (reader.end.frames_decoded, reader.end.frames_damaged) == (49, 1)
