"""Stills and animations: every kind is read, upright once, in its colours, and checked before it is decoded."""

import io

import numpy as np
import pytest
from PIL import Image

from inference import PICTURE_ENDINGS, MediaTooLarge, UnreadableFrame, probe_video
from inference.image import decode_picture, is_picture, load_picture, picture_kind
from inference.video import VideoReader

STILLS = ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "HEIF", "AVIF"]


def quarters(mode="RGB"):
    """A picture of 64 x 48: red, green, blue and grey quarters."""
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:24, :32], picture[:24, 32:], picture[24:, :32], picture[24:, 32:] = (
        (200, 0, 0),
        (0, 200, 0),
        (0, 0, 200),
        (100, 100, 100),
    )
    return Image.fromarray(picture).convert(mode)


def encode(picture, kind, **options):
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def expect(shown, picture, tolerance=30):
    wanted = np.asarray(picture.convert("RGB"))[:, :, ::-1].astype(int)
    assert shown.shape == wanted.shape
    for row in (12, shown.shape[0] - 12):
        for column in (12, shown.shape[1] - 12):
            assert np.abs(shown[row, column] - wanted[row, column]).max() <= tolerance


@pytest.mark.parametrize("kind", STILLS)
def test_every_kind_of_still_is_read_in_its_colours(kind):
    data = encode(quarters(), kind)
    assert picture_kind(data[:4096]) == kind
    expect(decode_picture(data), quarters())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize(
    ("orientation", "turn"),
    [
        (2, Image.Transpose.FLIP_LEFT_RIGHT),
        (3, Image.Transpose.ROTATE_180),
        (6, Image.Transpose.ROTATE_270),
        (8, Image.Transpose.ROTATE_90),
    ],
)
def test_a_turned_picture_is_turned_once(tmp_path, kind, orientation, turn):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(quarters(), kind, exif=exif)
    expect(decode_picture(data), quarters().transpose(turn))
    (tmp_path / "turned.mp4").write_bytes(data)
    info = probe_video(tmp_path / "turned.mp4")
    assert (info.width, info.height) == quarters().transpose(turn).size


@pytest.mark.parametrize(
    ("orientation", "turn"),
    [(2, Image.Transpose.FLIP_LEFT_RIGHT), (3, Image.Transpose.ROTATE_180), (6, Image.Transpose.ROTATE_270)],
)
def test_a_heif_picture_is_turned_by_its_own_boxes_only(tmp_path, orientation, turn):
    exif = Image.Exif()
    exif[0x0112] = orientation
    # EXIF alone turns nothing: ISO/IEC 23008-12, A.2.2.
    expect(decode_picture(encode(quarters(), "HEIF", exif=exif)), quarters())
    picture = quarters()
    picture.info["exif"] = exif.tobytes()  # this writes `irot` and `imir` as well
    data = encode(picture, "HEIF")
    assert b"irot" in data or b"imir" in data
    expect(decode_picture(data), quarters().transpose(turn))
    (tmp_path / "a.heic").write_bytes(data)
    info = probe_video(tmp_path / "a.heic")
    assert (info.width, info.height) == quarters().transpose(turn).size


def test_four_inks_become_three_colours():
    expect(decode_picture(encode(quarters("CMYK"), "JPEG", quality=95)), quarters())
    expect(decode_picture(encode(quarters("CMYK"), "TIFF")), quarters())


def test_a_palette_is_looked_up():
    expect(decode_picture(encode(quarters().quantize(8), "PNG")), quarters())


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_deep_grey_is_cut_to_8_bits(kind):
    deep = Image.fromarray(np.full((48, 64), 200 * 256 + 7, np.uint16))
    assert np.abs(decode_picture(encode(deep, kind)).astype(int) - 200).max() <= 1


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "HEIF", "TIFF", "GIF"])
def test_white_shows_through_what_is_transparent(kind):
    picture = quarters("RGBA")
    picture.putalpha(0)
    assert decode_picture(encode(picture, kind)).min() >= 250


@pytest.mark.parametrize("kind", STILLS)
def test_a_large_picture_is_refused_by_its_header(kind):
    with pytest.raises(MediaTooLarge, match="64 x 48"):
        decode_picture(encode(quarters(), kind), max_pixels=64 * 48 - 1)


@pytest.mark.parametrize("kind", STILLS)
def test_a_damaged_picture_is_refused_or_shown_in_part(kind):
    data = encode(quarters(), kind)
    for share in (0.02, 0.3):
        try:
            decode_picture(data[: max(int(len(data) * share), 5)])
        except UnreadableFrame as refusal:
            assert "The picture" in str(refusal)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_an_animation_is_read_at_its_own_times(tmp_path, kind):
    path = tmp_path / f"moving.{kind.lower()}"
    frames = [Image.new("RGB", (64, 48), (index * 50, 0, 0)) for index in range(4)]
    path.write_bytes(
        encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=[100, 200, 300, 400], loop=0)
    )
    reader = VideoReader(path, every_ms=50)
    shown = [(frame.t_ms, int(frame.picture[20, 20, 2])) for frame in reader]
    assert [t_ms for t_ms, _ in shown] == [0, 100, 300, 600]
    assert np.abs(np.array([red for _, red in shown]) - (0, 50, 100, 150)).max() < 12
    assert (reader.end.frames_decoded, reader.end.ended_at_ms, reader.end.is_partial) == (4, 1000, False)
    assert (reader.track.count, reader.track.width, reader.track.height) == (1, 64, 48)
    assert probe_video(path).duration_ms == 1000


def test_a_gif_in_a_hurry_is_slowed_down_as_browsers_do(tmp_path):
    frames = [Image.new("RGB", (64, 48), (index * 50, 0, 0)) for index in range(3)]
    (tmp_path / "a.gif").write_bytes(encode(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=0))
    assert [frame.t_ms for frame in VideoReader(tmp_path / "a.gif", every_ms=1)] == [0, 100, 200]


def test_content_decides_and_not_the_ending(tmp_path):
    path = tmp_path / "photo.mp4"
    path.write_bytes(encode(quarters(), "JPEG"))
    assert is_picture(path)
    expect(load_picture(path), quarters())
    reader = VideoReader(path)
    (frame,) = reader
    assert (frame.t_ms, reader.end.frames_decoded) == (0, 1)


def test_the_endings_are_lower_case_with_a_dot():
    assert {".heic", ".heif", ".avif", ".gif", ".webp", ".jpg"} <= PICTURE_ENDINGS
    assert all(ending == ending.lower() and ending.startswith(".") for ending in PICTURE_ENDINGS)
