"""Frames that are turned to BGR only where somebody looks: the same picture as the whole frame turned at once."""

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from av.video.reformatter import VideoReformatter

from inference.analysis import StretchAnalysis, VideoAnalysis
from inference.cuts import sketch_frame
from inference.errors import UnreadableVideo
from inference.geometry import Geometry
from inference.joining import Joiner
from inference.pipeline import Observer
from inference.planes import as_picture, read_planes, sample_pixels, take_grey, take_part, turn_frame
from inference.scaling import scale_picture
from inference.stretches import StretchPlan
from inference.video import VideoReader
from tests import clips

FORMATS = ["yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p"]
BT709, BT601, BT2020 = 1, 5, 9


def encode(name, *, size=(322, 242), space=BT601, is_full=False):
    picture = cv2.resize(clips.face_picture(), size)
    frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format=name)
    frame.colorspace, frame.color_range = space, 2 if is_full else 1
    return frame


def turn_whole(frame):
    return VideoReformatter().reformat(frame, format="bgr24").to_ndarray()


def differences(one, other):
    return np.abs(one.astype(int) - other)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("space", [BT601, BT709, BT2020])
@pytest.mark.parametrize("is_full", [False, True])
def test_planes_show_the_colours_that_ffmpeg_shows(name, space, is_full):
    frame = encode(name, space=space, is_full=is_full)
    different = differences(read_planes(frame, Geometry()).picture(), turn_whole(frame))
    assert different.max() <= 3
    assert different.mean() < 1.2


@pytest.mark.parametrize("name", ["yuv420p", "yuvj422p", "yuv444p"])
@pytest.mark.parametrize("space", [BT601, BT709])
def test_a_part_is_that_part_of_the_whole(name, space):
    planes = read_planes(encode(name, size=(321, 243), space=space), Geometry())
    whole = planes.picture()
    assert whole.shape == planes.shape == (243, 321, 3)
    for left, top, right, bottom in ((0, 0, 321, 243), (7, 3, 320, 200), (100, 101, 133, 102), (5, 5, 5, 9)):
        part = whole[top:bottom, left:right]
        np.testing.assert_array_equal(take_part(planes, left, top, right, bottom), part)
        if part.size:
            grey = cv2.cvtColor(part, cv2.COLOR_BGR2GRAY)
            different = differences(take_grey(planes, left, top, right, bottom), grey)
            assert np.quantile(different, 0.98) <= 2  # but where a shared colour is none that BGR can hold
    spread = range(3, 240, 17), range(8, 300, 13)
    samples = sample_pixels(planes, [spread, (range(0), range(0))])
    assert np.abs(samples[0] - sample_pixels(whole, [spread])[0]).max() <= 1
    assert samples[1].shape == (0, 3)


@pytest.mark.parametrize("scale", [0.8, 0.31, 2.0])
def test_planes_are_scaled_and_sketched_as_the_whole_is(scale):
    planes = read_planes(encode("yuv420p", size=(1280, 720), space=BT709), Geometry())
    whole = planes.picture()
    scaled, expected = scale_picture(planes, scale), scale_picture(whole, scale)
    assert scaled.shape == expected.shape
    assert differences(scaled, expected).mean() < 1.5
    assert np.abs(sketch_frame(planes) - sketch_frame(whole)).max() < 4


@pytest.mark.parametrize("is_mirrored", [False, True])
@pytest.mark.parametrize("turn_deg", [0.0, 90.0, 180.0, 270.0])
@pytest.mark.parametrize("name", ["yuv420p", "yuv422p"])
def test_planes_are_turned_and_mirrored_as_a_player_does(name, is_mirrored, turn_deg):
    frame, geometry = encode(name), Geometry(is_mirrored=is_mirrored, turn_deg=turn_deg)
    shown, expected = read_planes(frame, geometry).picture(), geometry.apply(turn_whole(frame))
    assert shown.shape == expected.shape
    assert differences(shown, expected).max() <= 3


@pytest.mark.parametrize(
    ("frame", "geometry"),
    [
        (encode("nv12"), Geometry()),
        (encode("yuv420p10le"), Geometry()),
        (encode("gbrp"), Geometry()),
        (encode("yuv420p", space=0), Geometry()),
        (encode("yuv420p"), Geometry(pixel_aspect=Fraction(4, 3))),
        (encode("yuv420p"), Geometry(turn_deg=30.0)),
        (encode("yuv420p", size=(321, 240)), Geometry(turn_deg=90.0)),
    ],
)
def test_what_planes_cannot_show_is_turned_as_a_whole(frame, geometry):
    assert read_planes(frame, geometry) is None


@pytest.mark.parametrize("turn_deg", [0, 90])
def test_readings_are_the_same_whether_frames_are_turned_whole_or_in_parts(engine, clip, turn_deg):
    heads = clips.moving_face(30)
    turned = (np.rot90(head, turn_deg // 90) for head in heads)  # a phone held upright stores it lying
    clips.turn_clip(clips.write_clip(clip, (np.ascontiguousarray(head) for head in turned)), turn_deg)
    in_parts = list(engine.read_video(clip))

    def open_whole(_span, times):
        return StretchAnalysis(VideoReader(clip), Observer(engine._parts, engine._quality, times))

    whole = list(VideoAnalysis(StretchPlan, open_whole, Joiner(engine.spec)))
    assert len(in_parts) == len(whole) == 6
    for ours, theirs in zip(in_parts, whole, strict=True):
        assert (ours.t_ms, ours.width, ours.height) == (theirs.t_ms, theirs.width, theirs.height)
        (face,), (expected,) = ours.faces, theirs.faces
        assert face.box.iou(expected.box) > 0.9  # where two anchors are as sure, a grey level decides
        np.testing.assert_allclose(face.scores, expected.scores, atol=0.02)


def test_a_frame_says_all_of_its_picture_whichever_way_it_is_held(clip):
    clips.write_clip(clip, clips.moving_face(2))
    held, turned = (next(VideoReader(clip, in_planes=is_held)) for is_held in (True, False))
    assert differences(held.picture, turned.picture).max() <= 3
    assert held.picture.shape == as_picture(held.shown).shape == (480, 640, 3)


def ycgco_frame(picture, name):
    """A frame in YCgCo, by the formulas of ITU-T H.273, 8.3.8, made without ffmpeg, which cannot."""
    blue, green, red = (picture[:, :, channel] / 255 for channel in range(3))
    luma, cg, co = (red + 2 * green + blue) / 4, (2 * green - red - blue) / 4, (red - blue) / 2
    depth = 10 if "10" in name else 8
    values = [16 + 219 * luma, 128 + 224 * cg, 128 + 224 * co]
    stored = np.stack([np.rint(plane * 2 ** (depth - 8)) for plane in values]).astype(
        np.uint16 if depth > 8 else np.uint8
    )
    frame = av.VideoFrame(picture.shape[1], picture.shape[0], name)
    for plane, rows in zip(frame.planes, stored, strict=True):
        padded = np.zeros((rows.shape[0], plane.line_size // rows.itemsize), rows.dtype)
        padded[:, : rows.shape[1]] = rows
        plane.update(padded)
    frame.colorspace, frame.color_range = 8, 1
    return frame


@pytest.mark.parametrize("name", ["yuv444p", "yuv444p10le"])
def test_green_and_orange_differences_become_the_same_picture(name):
    picture = cv2.resize(clips.face_picture(), (320, 240))
    shown = turn_frame(ycgco_frame(picture, name), VideoReformatter())
    assert differences(shown, picture).max() <= 4
    if name == "yuv444p":
        planes = read_planes(ycgco_frame(picture, name), Geometry())
        np.testing.assert_array_equal(planes.picture(), shown)
        assert differences(planes.grey(), cv2.cvtColor(shown, cv2.COLOR_BGR2GRAY)).max() <= 1


@pytest.mark.parametrize("space", [10, 12, 13])
def test_spaces_of_constant_brightness_are_shown_as_players_show_them(space):
    for name in ("yuv420p10le", "yuv420p"):
        frame = encode(name, size=(320, 240), space=space)
        shown = turn_frame(frame, VideoReformatter())
        frame.colorspace = BT2020
        np.testing.assert_array_equal(shown, turn_frame(frame, VideoReformatter()))
    frame.colorspace = space
    planes = read_planes(frame, Geometry())
    assert differences(planes.picture(), shown).max() <= 3


@pytest.mark.parametrize("space", [11, 14, 15])
def test_a_video_whose_colours_nobody_can_show_is_refused_by_name(tmp_path, space):
    path = tmp_path / "colours.mkv"
    with av.open(path, "w") as container:
        stream = container.add_stream("ffv1", rate=5)
        stream.width, stream.height, stream.pix_fmt, stream.codec_context.colorspace = 320, 240, "yuv420p", space
        frame = encode("yuv420p", size=(320, 240))
        frame.colorspace = space
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(UnreadableVideo, match=rf"colours\.mkv cannot be read.*colour space {space}"):
        list(VideoReader(path))
