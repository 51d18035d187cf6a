"""Long videos in stretches: where they are cut, and that reading them apart gives what reading them whole gives."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame
from skimage import data

from inference import Engine, FrameReading, StretchPacker, UnreadableVideo, VideoEnd, plan_stretches, unpack_stretch
from inference.damage import DamageWatch
from inference.ending import PartEnd, end_of
from inference.gaps import Gap
from inference.spans import WHOLE, Span
from inference.video import VideoReader
from tests import clips

UNEVEN_MS = np.cumsum(np.random.default_rng(3).integers(15, 80, 300)).tolist()
KEY = {"g": "25"}
CUT = [  # name, codec, options, more
    ("h264.mp4", "libx264", KEY, {}),
    ("b_frames.mkv", "libx264", {**KEY, "bf": "3"}, {}),
    ("uneven.mp4", "libx264", {**KEY, "bf": "3"}, {"times_ms": UNEVEN_MS}),
    ("fragments.mp4", "libx264", KEY, {"container_options": {"movflags": "frag_keyframe+empty_moov"}}),
    ("vp9.webm", "libvpx-vp9", {**KEY, "cpu-used": "8", "deadline": "realtime"}, {}),
    ("jpeg.mov", "mjpeg", {}, {}),
]
WHOLE_FILES = [
    ("open_gop.mp4", "libx264", {**KEY, "x264-params": "open-gop=1:bframes=3"}, "no key frame"),
    ("b_frames.mp4", "mpeg4", {**KEY, "bf": "2"}, "no key frame"),
    ("stream.ts", "libx264", KEY, "format or codec"),
    ("old.avi", "libx264", KEY, "format or codec"),
]


def busy(count: int) -> Iterator[np.ndarray]:
    """Frames that all differ, so that one in another's place is noticed."""
    rng = np.random.default_rng(0)
    for at, frame in enumerate(clips.blank(count, width=160, height=120)):
        left = at * 5 % 100
        frame[:, left : left + 40] = rng.integers(0, 255, (120, 40, 3))
        yield frame


def people(count: int, cuts: tuple[int, ...]) -> Iterator[np.ndarray]:
    """A head that slides over a picture, which is another one from each of these frames on."""
    grounds = [cv2.resize(cv2.cvtColor(each, cv2.COLOR_RGB2BGR), (640, 480)) for each in (data.coffee(), data.rocket())]
    head = clips.face_picture()[:260, 90:350]
    for at in range(count):
        frame = grounds[sum(at >= cut for cut in cuts) % 2].copy()
        frame[100:360, 100 + at : 360 + at] = head
        yield frame


def decode(path: Path, span: Span = WHOLE, *, every_ms: int) -> tuple[list[tuple], VideoReader]:
    reader = VideoReader(path, every_ms=every_ms, span=span)
    return [(frame.t_ms, frame.frames_decoded, hashlib.md5(frame.picture).digest()) for frame in reader], reader


def read_apart(engine: Engine, path: Path, spans: tuple[Span, ...]) -> tuple[list[FrameReading], VideoEnd]:
    """Observe each stretch as a worker of its own would, the last one first, and join them as another one would."""
    packed = {}
    for place in reversed(range(len(spans))):
        with engine.observe_stretch(path, spans[place]) as stretch:
            packer = StretchPacker()
            for frame in stretch:
                packer.add(frame)
            packed[place] = packer.finish(stretch)
    joiner = engine.join_stretches()
    readings = [reading for place in range(len(spans)) for reading in joiner.join(unpack_stretch(packed[place]))]
    return readings, joiner.end()


@pytest.mark.parametrize(("name", "codec", "options", "more"), CUT)
def test_the_parts_of_a_video_hold_its_frames_and_no_other(tmp_path, name, codec, options, more):
    path = clips.write_clip(tmp_path / name, busy(300), codec=codec, options=options, **more)
    plan = plan_stretches(path, least_ms=2500)
    assert len(plan.spans) > 2
    for every_ms in (1, 70, 200):
        whole, reader = decode(path, every_ms=every_ms)
        parts, ends, passed = [], [], 0
        for span in plan.spans:
            part, of_part = decode(path, span, every_ms=every_ms)
            parts += [(t_ms, passed + decoded, picture) for t_ms, decoded, picture in part]
            passed += of_part.part.frames_passed
            ends.append(of_part.part)
        assert parts == whole
        assert end_of(ends) == reader.end


@pytest.mark.parametrize(("name", "codec", "options", "why"), WHOLE_FILES)
def test_what_cannot_be_cut_safely_stays_whole_and_says_why(tmp_path, name, codec, options, why):
    path = clips.write_clip(tmp_path / name, busy(150), codec=codec, options=options)
    plan = plan_stretches(path, least_ms=2000)
    assert plan.spans == (WHOLE,)
    assert why in plan.why_whole


def test_a_short_video_and_a_damaged_one_stay_whole(clip):
    clips.write_clip(clip, busy(150), options=KEY)
    assert plan_stretches(clip).why_whole == "it is short"
    assert plan_stretches(clip, least_ms=0).spans == (WHOLE,)
    content = bytearray(clip.read_bytes())
    at = len(content) // 2
    content[at : at + 600] = bytes(600)
    clip.write_bytes(content)
    assert "damaged" in plan_stretches(clip, least_ms=2000).why_whole


def test_a_video_whose_key_frames_are_far_apart_stays_whole(clip):
    clips.write_clip(clip, busy(25), options=KEY)
    with av.open(str(clip)) as source, av.open(str(clip.with_suffix(".mkv")), "w") as out:
        stream = source.streams.video[0]
        written = out.add_stream_from_template(stream)
        packets = [packet for packet in source.demux(stream) if packet.dts is not None]
        step = packets[-1].dts + 512 - packets[0].dts
        for turn in (0, 1, 9, 10):  # a still picture for seven seconds
            for packet in packets:
                copy = av.Packet(bytes(packet))
                copy.pts, copy.dts = packet.pts + turn * step, packet.dts + turn * step
                copy.time_base, copy.stream, copy.is_keyframe = stream.time_base, written, packet.is_keyframe
                out.mux(copy)
    plan = plan_stretches(clip.with_suffix(".mkv"), least_ms=1000)
    assert "far apart" in plan.why_whole


def test_a_file_without_an_index_stays_whole(tmp_path, monkeypatch):
    path = tmp_path / "live.mkv"
    clips.write_clip(path, busy(150), options=KEY, container_options={"live": "1"})  # no length and no index
    assert "length" in plan_stretches(path, least_ms=2000).why_whole
    clips.write_clip(path, busy(150), options=KEY)
    monkeypatch.setattr("inference.stretches._FAR_BYTES", 0)  # as if the way to each cut led through the file
    assert "reached" in plan_stretches(path, least_ms=2000).why_whole


def test_a_video_whose_sound_ends_early_ends_where_it_does_for_one_reader(tmp_path):
    silent, path = clips.write_clip(tmp_path / "silent.mp4", busy(150), options=KEY), tmp_path / "sound.mkv"
    with av.open(str(silent)) as source, av.open(str(path), "w") as out:
        picture, sound = out.add_stream_from_template(source.streams.video[0]), out.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate, beeps = 44100, 0
        for packet in source.demux(video=0):
            while packet.dts is not None and beeps < 80 and beeps * 1024 / 44100 < packet.dts * packet.time_base:
                frame.pts, beeps = beeps * 1024, beeps + 1
                out.mux(sound.encode(frame))
            if packet.dts is not None:
                packet.stream = picture
                out.mux(packet)
    spans = plan_stretches(path, least_ms=2000).spans
    assert len(spans) > 1
    assert end_of([decode(path, span, every_ms=200)[1].part for span in spans]) == decode(path, every_ms=200)[1].end


def test_stretches_that_were_observed_apart_are_joined_as_if_one_had_read_them(tmp_path, engine):
    """Numbers, boxes and smoothed scores to the last bit, with a cut at a seam and one within a stretch."""
    cuts = (150, 205)
    path = clips.write_clip(tmp_path / "people.mp4", people(240, cuts), options={**KEY, "sc_threshold": "0"})
    plan = plan_stretches(path, least_ms=3000)
    assert [span.from_ms for span in plan.spans] == [0, 3000, 6000]

    with engine.read_video(path, plan=plan) as video:
        alone = list(video)
    apart, end = read_apart(engine, path, plan.spans)

    assert apart == alone
    assert end == video.end
    tracks = {reading.t_ms: [face.track for face in reading.faces] for reading in alone}
    assert tracks[2800] == tracks[3000] == tracks[5800] == [1], "a face keeps its number across a seam"
    assert (tracks[6000], tracks[8000], tracks[8200]) == ([2], [2], [3]), "and nobody does across a cut"
    whole = list(engine.read_video(path))
    assert [(r.t_ms, r.frames_decoded, len(r.faces)) for r in whole] == [
        (r.t_ms, r.frames_decoded, len(r.faces)) for r in alone
    ]
    before, first = ([r for r in readings if r.t_ms in (2800, 3000)] for readings in (whole, alone))
    assert first[1].faces[0].scores == pytest.approx(before[1].faces[0].scores, abs=0.02), "smoothing has no seam"


def test_frames_that_were_read_do_not_wait_for_pythons_collector(clip):
    clips.write_clip(clip, busy(50), options=KEY)
    gc.collect()
    gc.disable()

    def count_frames():
        return sum(type(each) is VideoFrame for each in gc.get_objects())

    try:
        before, frames = count_frames(), VideoReader(clip)
        assert len([frame.t_ms for frame in frames]) == 10
        assert count_frames() < before + 3
    finally:
        gc.enable()


def test_a_plan_of_another_file_is_refused(clip, fake_engine):
    clips.write_clip(clip, busy(150), options=KEY)
    with pytest.raises(UnreadableVideo, match="planned"):
        list(fake_engine.observe_stretch(clip, Span(start=7, from_ms=1, before_ms=0)))


def test_a_stretch_of_nothing_is_packed_and_unpacked(fake_engine, clip):
    clips.write_clip(clip, busy(150), options=KEY)
    last = plan_stretches(clip, least_ms=2000).spans[-1]
    with fake_engine.observe_stretch(clip, last, every_ms=60_000) as stretch:
        assert list(stretch) == []
        packed = unpack_stretch(StretchPacker().finish(stretch))
    assert (list(packed), packed.opening, packed.closing, packed.track) == ([], None, None, None)
    assert packed.part == stretch.part


def test_a_video_without_one_frame_is_unreadable_also_in_stretches(fake_engine):
    part = PartEnd(0, 0, 0, 1, 1, 0, 0)
    joiner = fake_engine.join_stretches()
    joiner._parts = [part, part]
    with pytest.raises(UnreadableVideo):
        joiner.end()


def test_a_gap_that_crosses_a_seam_is_one_gap():
    first = PartEnd(10, 2, 0, 1, 1, 900, 940, missing=(Gap(100, 200), Gap(940, 1000)), missing_ms=160)
    second = PartEnd(10, 2, 0, 1, 2, 1900, 1940, missing=(Gap(1000, 1080),), missing_ms=80, own_end_ms=2000)
    end = end_of([first, second])
    assert end.missing == (Gap(100, 200), Gap(940, 1080))
    assert (end.missing_ms, end.frames_damaged, end.ended_at_ms, end.is_partial) == (240, 3, 1940, False)


def test_damage_at_the_end_of_a_stretch_reaches_to_the_next_key_frame():
    watch = DamageWatch(40.0, is_steady=False, time_of=lambda mark: mark)
    watch.send(800)
    watch.refuse(840, is_needed=True)
    watch.send(880)
    watch.finish(1000)
    assert watch.log.gaps == (Gap(840, 1000),)
    assert watch.frames == 2
