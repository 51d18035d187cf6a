"""What is told of a video is what a player shows: its shape, its track, its time, its damage."""

from fractions import Fraction
from types import SimpleNamespace

import av
import numpy as np
import pytest
from av.stream import Disposition

from inference import VIDEO_ENDINGS, MediaTooLarge, VideoLimits, probe_video
from inference.bitstream import is_torn
from inference.picture_track import rank_pictures
from inference.video import VideoReader
from tests import clips, damage


def read(path, every_ms=40):
    reader = VideoReader(path, every_ms=every_ms)
    return reader, list(reader)


@pytest.mark.parametrize(("aspect", "width", "height"), [((4, 3), 427, 240), ((1, 2), 320, 480), ((1, 1), 320, 240)])
@pytest.mark.parametrize(("suffix", "codec"), [(".mp4", "libx264"), (".mkv", "libx264"), (".ts", "mpeg4")])
def test_pixels_are_made_square(tmp_path, aspect, width, height, suffix, codec):
    path = damage.write_wide_pixels(tmp_path / f"wide{suffix}", Fraction(*aspect), codec=codec)
    reader, frames = read(path)
    assert frames[0].picture.shape == (height, width, 3)
    assert (reader.track.width, reader.track.height) == (width, height)
    info = probe_video(path)
    assert (info.width, info.height) == (width, height)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0, 0, 0, 0), lambda p: p),
        ((-1, 0, 0, 1), lambda p: p[:, ::-1]),
        ((1, 0, 0, -1), lambda p: p[::-1]),
        ((0, 1, 1, 0), lambda p: p.transpose(1, 0, 2)),
        ((0, 1, -1, 0), lambda p: np.rot90(p, -1)),
        ((0, -1, -1, 0), lambda p: np.rot90(p, 2).transpose(1, 0, 2)),
    ],
)
def test_the_whole_display_matrix_counts(clip, values, expected):
    picture = np.zeros((240, 320, 3), np.uint8)
    picture[:80, :80] = 255
    picture[160:, :40] = 120
    damage.set_matrix(clips.write_clip(clip, [picture] * 3), values)
    _, frames = read(clip)
    assert frames[0].picture.shape == expected(picture).shape
    assert np.abs(frames[0].picture.astype(int) - expected(picture)).mean() < 4


def test_a_slight_turn_keeps_the_size_and_turns_the_picture(clip):
    picture = np.zeros((240, 320, 3), np.uint8)
    picture[100:140, 260:300] = 255  # to the right of the middle
    sine, cosine = 0.5, 3**0.5 / 2  # 30 degrees clockwise
    damage.set_matrix(clips.write_clip(clip, [picture] * 3), (cosine, sine, -sine, cosine))
    _, frames = read(clip)
    shown = frames[0].picture
    rows, columns = np.nonzero(shown[:, :, 0] > 128)
    assert shown.shape == (240, 320, 3)
    assert (columns.mean(), rows.mean()) == pytest.approx((160 + 120 * cosine, 120 + 120 * sine), abs=2)
    assert probe_video(clip).rotation == 330


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
@pytest.mark.parametrize(("default", "size"), [(1, (320, 240)), (2, (160, 120))])
def test_the_default_track_is_read(tmp_path, suffix, default, size):
    reader, frames = read(damage.write_two_tracks(tmp_path / f"two{suffix}", default=default))
    assert (reader.track.number, reader.track.count, reader.track.codec) == (default, 2, "h264")
    assert (reader.track.width, reader.track.height) == size
    assert frames[0].picture.shape[:2] == size[::-1]
    assert reader.end.frames_decoded == 10


@pytest.mark.parametrize(("suffix", "codec"), [(".mp4", "libx264"), (".mkv", "libx264"), (".webm", "libvpx")])
def test_a_picture_that_begins_after_the_sound_keeps_its_time(tmp_path, suffix, codec):
    path = tmp_path / f"late{suffix}"
    damage.write_with_sound(path, picture_from_ms=520, count=20, sound_ms=1400, codec=codec)
    reader, frames = read(path)
    assert abs(frames[0].t_ms - 520) <= 25  # Matroska may move the whole by the sound's run-up
    assert frames[-1].t_ms - frames[0].t_ms == 19 * 40
    assert not reader.end.is_partial


@pytest.mark.parametrize(("suffix", "codec"), [(".mkv", "libx264"), (".webm", "libvpx"), (".mp4", "libx264")])
def test_sound_that_outlasts_the_picture_cuts_nothing_off(tmp_path, suffix, codec):
    path = damage.write_with_sound(tmp_path / f"x{suffix}", picture_from_ms=0, count=20, sound_ms=3000, codec=codec)
    path.write_bytes(path.read_bytes().replace(b"DURATION", b"XURATION"))
    reader, _ = read(path)
    assert (reader.end.frames_decoded, reader.end.is_partial) == (20, False)


@pytest.mark.parametrize("suffix", [".mkv", ".ts"])
def test_a_piece_of_a_running_recorder_begins_at_zero(tmp_path, suffix):
    times = range(3_600_000, 3_602_000, 40)
    path = clips.write_clip(tmp_path / f"piece{suffix}", clips.blank(50), codec="mpeg4", times_ms=times)
    reader, frames = read(path)
    assert [frame.t_ms for frame in frames][:3] == [0, 40, 80]
    assert (reader.end.frames_decoded, reader.end.is_partial) == (50, False)
    assert abs(reader.end.ended_at_ms - 2000) <= 40


def test_the_last_frame_of_a_variable_rate_ends_where_the_file_says(clip):
    times = [0, 40, 80, 2000, 2040, 2080]
    clips.write_clip(clip, clips.blank(6), times_ms=times, options={"bf": "2"})
    reader, _ = read(clip)
    assert 2080 < reader.end.ended_at_ms <= 2140
    assert not reader.end.is_partial


def test_an_avi_with_a_hole_keeps_its_clock(tmp_path):
    path = clips.write_clip(tmp_path / "hole.avi", damage.noise(100), codec="mjpeg")
    damage.zero_stretch(path, 0.4, 0.5)
    reader, frames = read(path)
    for frame in frames:
        assert abs(int(frame.picture[2:14].mean()) - frame.t_ms // 40 * 2) <= 4
    end = reader.end
    assert end.frames_decoded + end.frames_damaged == 100
    assert 300 <= end.missing_ms <= 520
    assert not [frame.t_ms for frame in frames if end.missing[0].from_ms <= frame.t_ms < end.missing[0].to_ms]
    assert end.ended_at_ms == 4000


@pytest.mark.parametrize(
    ("codec", "begin", "end"), [("mpeg4", 0.01, 0.02), ("mpeg4", 0.4, 0.5), ("libx264", 0.1, 0.12)]
)
def test_frames_of_an_avi_that_lean_on_later_ones_keep_their_place_behind_a_hole(tmp_path, codec, begin, end):
    options = {"bf": "2", "g": "24"}
    path = clips.write_clip(tmp_path / "hole.avi", damage.numbered(100), codec=codec, options=options)
    reader, frames = read(damage.zero_stretch(path, begin, end), every_ms=1)
    assert [damage.read_number(frame.picture) * 40 for frame in frames] == [frame.t_ms for frame in frames]
    assert reader.end.frames_decoded + reader.end.frames_damaged == 100


@pytest.mark.parametrize(("suffix", "codec"), [(".ts", "libx264"), (".ts", "mpeg2video"), (".mpg", "mpeg2video")])
def test_files_joined_end_to_end_are_read_one_after_the_other(tmp_path, suffix, codec):
    path = clips.write_clip(tmp_path / f"joined{suffix}", damage.numbered(50), codec=codec, options={"bf": "2"})
    path.write_bytes(path.read_bytes() * 2)
    reader, frames = read(path, every_ms=1)
    assert [frame.t_ms for frame in frames] == list(range(0, 4000, 40))
    assert [damage.read_number(frame.picture) for frame in frames] == [*range(50), *range(50)]
    assert (reader.end.frames_damaged, reader.end.damaged_packets, reader.end.missing_ms) == (0, 0, 0)


HOLES = [(".mp4", "libx264"), (".mkv", "libx264"), (".ts", "libx264"), (".flv", "libx264"), (".webm", "libvpx")]


@pytest.mark.parametrize(("suffix", "codec"), [*HOLES, (".mpg", "mpeg2video"), (".wmv", "wmv2")])
def test_a_hole_is_a_gap_and_nothing_behind_it_is_read_wrongly(tmp_path, suffix, codec):
    options = {"g": "10"} | ({"bf": "2"} if codec == "libx264" else {})
    faststart = {"movflags": "faststart"} if suffix == ".mp4" else None
    path = tmp_path / f"hole{suffix}"
    clips.write_clip(path, damage.noise(75), codec=codec, options=options, container_options=faststart)
    whole = {frame.t_ms: frame.picture for frame in read(path)[1]}
    damage.zero_stretch(path, 0.4, 0.55)
    reader, frames = read(path)
    end = reader.end
    assert 240 <= end.missing_ms <= 1400
    assert sum(gap.to_ms - gap.from_ms for gap in end.missing) == end.missing_ms
    assert end.frames_decoded < 75
    for gap in end.missing:
        assert not [frame.t_ms for frame in frames if gap.from_ms <= frame.t_ms < gap.to_ms]
    assert [frame.t_ms for frame in frames if not np.array_equal(frame.picture, whole[frame.t_ms])] == []


def test_a_frame_that_was_never_decoded_is_not_counted(tmp_path):
    path = tmp_path / "clip.mp4"
    faststart = {"movflags": "faststart"}
    clips.write_clip(path, damage.noise(60), options={"g": "30", "bf": "3"}, container_options=faststart)
    damage.zero_stretch(path, 0.3, 0.4)
    reader, _ = read(path, every_ms=200)
    end = reader.end
    assert end.frames_damaged > 0
    assert end.frames_decoded + end.frames_damaged == 60
    _, every = read(path)
    assert end.frames_decoded <= len(every)


def test_clean_files_have_no_damage(clip):
    clips.write_clip(clip, clips.moving_face(40), options={"bf": "3"})
    reader, _ = read(clip, every_ms=200)
    assert (reader.end.frames_damaged, reader.end.missing, reader.end.missing_ms) == (0, (), 0)


ENDINGS = {
    ".mp4": "libx264", ".m4v": "libx264", ".mov": "libx264", ".3gp": "libx264", ".3g2": "libx264", ".webm": "libvpx",
    ".mkv": "libx264", ".avi": "mpeg4", ".mpg": "mpeg2video", ".mpeg": "mpeg1video", ".vob": "mpeg2video",
    ".ts": "libx264", ".mts": "libx264", ".m2ts": "libx264", ".m2t": "mpeg2video", ".flv": "flv", ".f4v": "libx264",
    ".wmv": "wmv2", ".asf": "msmpeg4", ".mxf": "mpeg2video", ".m2v": "mpeg2video",
}  # fmt: skip


@pytest.mark.parametrize("ending", sorted(ENDINGS))
def test_each_ending_of_videos_is_read(tmp_path, ending):
    path = clips.write_clip(tmp_path / f"clip{ending}", clips.blank(25), codec=ENDINGS[ending])
    reader, frames = read(path, every_ms=200)
    assert ending in VIDEO_ENDINGS
    assert frames[0].t_ms == 0
    assert (reader.end.frames_decoded, reader.end.frames_damaged, reader.end.is_partial) == (25, 0, False)
    assert reader.end.missing == ()
    assert abs(reader.end.ended_at_ms - 1000) <= 60


def test_a_picture_without_a_frame_is_passed_over(tmp_path):
    path = damage.write_two_tracks(tmp_path / "two.mp4", default=1)
    content = bytearray(path.read_bytes())
    first = content.index(b"stsz") + 12  # ISO/IEC 14496-12, 8.7.3: how many samples
    content[first : first + 4] = bytes(4)
    for box, offset in ((b"stts", 8), (b"stsc", 8), (b"stco", 8)):
        at = content.index(box) + offset
        content[at : at + 4] = bytes(4)
    path.write_bytes(content)
    reader, _ = read(path)
    assert (reader.track.number, reader.end.frames_decoded) == (2, 10)
    assert probe_video(path).track == reader.track


def test_each_frame_of_a_changing_size_has_its_own(tmp_path):
    parts = [
        clips.write_clip(tmp_path / f"{width}.ts", clips.blank(10, width=width, height=240), codec="mpeg2video")
        for width in (320, 480)
    ]
    path = tmp_path / "both.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    _, frames = read(path)
    assert {frame.picture.shape[1] for frame in frames} == {320, 480}
    with pytest.raises(MediaTooLarge, match="480 x 240"):
        list(VideoReader(path, every_ms=40, limits=VideoLimits(max_side_px=400)))


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_a_single_still_is_passed_over(tmp_path, suffix):
    reader, frames = read(damage.write_still_first(tmp_path / f"cover{suffix}"))
    assert (reader.track.codec, len(frames)) == ("h264", 10)


@pytest.mark.parametrize(("suffix", "codec"), [(".mkv", "libx264"), (".webm", "libvpx"), (".avi", "mpeg4")])
def test_what_belongs_to_another_track_is_no_hole(tmp_path, suffix, codec):
    reader, _ = read(damage.write_beside_heavy_track(tmp_path / f"two{suffix}", codec=codec))
    assert (reader.track.number, reader.track.count) == (1, 2)
    assert (reader.end.frames_decoded, reader.end.frames_damaged, reader.end.missing) == (10, 0, ())


TORN = [(".mkv", "libx264"), (".webm", "libvpx"), (".avi", "mjpeg"), (".ts", "libx264")]


@pytest.mark.parametrize(("suffix", "codec"), TORN)
def test_a_frame_that_the_missing_bytes_tore_is_not_read(tmp_path, suffix, codec):
    options = {"g": "10"} | ({"bf": "2"} if codec == "libx264" else {})
    path = clips.write_clip(tmp_path / f"cut{suffix}", damage.noise(75), codec=codec, options=options)
    whole = {frame.t_ms: frame.picture for frame in read(path)[1]}
    damage.cut_out(path, 0.4, 0.55)
    reader, frames = read(path)
    assert [frame.t_ms for frame in frames if not np.array_equal(frame.picture, whole[frame.t_ms])] == []
    lost = sorted(set(whole) - {frame.t_ms for frame in frames})
    gaps = reader.end.missing
    assert [t_ms for t_ms in lost if not any(gap.from_ms - 2 <= t_ms < gap.to_ms for gap in gaps)] == []


def test_a_pause_of_a_variable_rate_is_no_gap(tmp_path):
    times = [*range(0, 800, 40), *range(2400, 3200, 40)]
    for suffix, codec in ((".ts", "libx264"), (".wmv", "wmv2"), (".mkv", "libx264"), (".webm", "libvpx")):
        path = clips.write_clip(tmp_path / f"pause{suffix}", clips.blank(40), codec=codec, times_ms=times)
        reader, frames = read(path)
        assert (len(frames), reader.end.frames_damaged, reader.end.missing) == (40, 0, ()), suffix


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_coded_picture_that_does_not_add_up_is_torn(clip, codec):
    clips.write_clip(clip, damage.noise(3), codec=codec)
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        packets = [bytes(packet) for packet in container.demux(stream) if packet.size]
        assert not any(is_torn(packet, stream.codec_context) for packet in packets)
        assert is_torn(packets[0][:-100], stream.codec_context)
        assert is_torn(bytes(40) + packets[0][40:], stream.codec_context)


def test_what_only_adds_to_another_track_comes_behind_it():
    def stream(index, disposition, side):
        context = SimpleNamespace(width=side, height=side, bit_rate=0, name="hevc")
        return SimpleNamespace(index=index, disposition=disposition, codec_context=context, frames=9, metadata={})

    dependent, alone = stream(0, Disposition.dependent | Disposition.default, 200), stream(1, Disposition(0), 100)
    assert rank_pictures([dependent, alone]) == [alone, dependent]


def test_the_last_frames_of_an_avi_keep_the_pace_of_the_others(tmp_path):
    path = tmp_path / "half.avi"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=50, options={"bf": "2"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for index, picture in enumerate(damage.noise(20)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = 2 * index, Fraction(1, 50)  # every other number is left out
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    reader, frames = read(path, every_ms=1)
    assert [frame.t_ms for frame in frames] == list(range(0, 800, 40))
    assert 780 <= reader.end.ended_at_ms <= 800


def test_the_length_of_a_windows_media_file_is_not_that_of_its_picture(tmp_path):
    path = tmp_path / "long.wmv"
    damage.write_with_sound(path, picture_from_ms=0, count=20, sound_ms=3000, codec="wmv2")
    reader, _ = read(path)
    assert (reader.end.frames_decoded, reader.end.is_partial) == (20, False)
