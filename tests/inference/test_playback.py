"""Copies for browsers, decoded again: same clock, sound where it was, small."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from inference import make_playback_copy, plays_in_browsers
from tests.clips import moving_face, write_clip


def write_film(path: Path, codec: str, *, pix_fmt: str = "yuv420p", sound: str = "", late_ms: int = 0) -> Path:
    """Twenty frames at 25 a second; a beep from 400 to 500 ms; the picture begins `late_ms` after the sound."""
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=25, options={"x265-params": "log-level=none"})
        video.width, video.height, video.pix_fmt = 320, 240, pix_fmt
        video.codec_context.time_base = Fraction(1, 1000)
        audio = container.add_stream(sound, rate=48000, layout="mono") if sound else None
        for n, picture in enumerate(moving_face(20, width=600, height=400)):
            frame = av.VideoFrame.from_ndarray(picture[:240, :320].copy(), format="bgr24")
            frame.pts, frame.time_base = n * 40 + late_ms, Fraction(1, 1000)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            wave = np.zeros((1, 48000), np.float32)
            wave[0, 19200:24000] = np.sin(np.arange(4800) / 4)
            for at in range(0, 48000, 960):
                piece = av.AudioFrame.from_ndarray(wave[:, at : at + 960], format="fltp", layout="mono")
                piece.sample_rate, piece.pts, piece.time_base = 48000, at, Fraction(1, 48000)
                container.mux(audio.encode(piece))
            container.mux(audio.encode(None))
    return path


def copy_of(path: Path) -> io.BytesIO:
    out = io.BytesIO()
    make_playback_copy(lambda: path.open("rb"), out)
    out.seek(0)
    return out


def times_of(source: io.BytesIO) -> list[int]:
    source.seek(0)
    with av.open(source) as container:
        return [round(frame.time * 1000) for frame in container.decode(video=0)]


def beep_ms(source: io.BytesIO) -> tuple[int, int]:
    """From when to when the beep is heard."""
    source.seek(0)
    loud = []
    with av.open(source) as container:
        for frame in container.decode(audio=0):
            samples = np.abs(frame.to_ndarray()).max(axis=0)
            start = float(frame.time) * 48000
            loud += [start + at for at in np.flatnonzero(samples > 0.3)]
    return round(min(loud) / 48), round(max(loud) / 48)


def test_a_copy_of_what_no_browser_plays_is_played_on_the_same_clock(tmp_path):
    film = write_film(tmp_path / "film.mkv", "mpeg4", sound="mp3")
    assert not plays_in_browsers(film)
    copy = copy_of(film)
    assert plays_in_browsers(copy)
    assert times_of(copy) == [n * 40 for n in range(20)]
    assert beep_ms(copy) == pytest.approx((400, 500), abs=35)


def test_a_picture_that_begins_after_the_sound_does_so_in_the_copy(tmp_path):
    copy = copy_of(write_film(tmp_path / "film.mkv", "mpeg4", sound="flac", late_ms=200))
    assert times_of(copy)[0] == 200
    assert beep_ms(copy) == pytest.approx((400, 500), abs=35)


def test_uneven_times_stay_uneven(tmp_path):
    times = [0, 40, 300, 340, 1000]
    film = write_clip(tmp_path / "film.mkv", moving_face(5), codec="mpeg4", times_ms=times)
    assert times_of(copy_of(film)) == times


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt", "sound", "plays"),
    [
        ("a.mp4", "libx264", "yuv420p", "aac", True),
        ("a.mp4", "libx264", "yuv420p10le", "", False),
        ("a.mp4", "libx265", "yuv420p", "", False),
        ("a.mov", "libx264", "yuv422p", "", False),
        ("a.avi", "mpeg4", "yuv420p", "mp3", False),
        ("a.webm", "libvpx-vp9", "yuv420p", "libopus", True),
        ("a.mkv", "libx264", "yuv420p", "", False),
    ],
)
def test_what_browsers_play(tmp_path, name, codec, pix_fmt, sound, plays):
    film = write_film(tmp_path / name, codec, pix_fmt=pix_fmt, sound=sound)
    assert plays_in_browsers(film, is_webm=name.endswith("webm")) == plays


def test_a_copy_of_60_frames_a_second_has_half_of_them_at_their_own_times(tmp_path):
    times = [round(n * 1000 / 60) for n in range(60)]
    film = write_clip(tmp_path / "film.mkv", moving_face(60), codec="mpeg4", times_ms=times)
    kept = times_of(copy_of(film))
    assert len(kept) in (30, 31)
    assert set(kept) <= set(times)
