"""Coarse colours around a face: tells, for as long as a track lives, whether a box still holds the same figure."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from inference.planes import AnyPicture, sample_pixels
from inference.types import Box

Colours = NDArray[np.float32]
"""Square roots of three histograms, for hair, face and chest: float32 (3, 448); a band out of sight is 0."""

# Bands as shares of the face's box: left, right from its left side; top, bottom from its top. Source: own.
_BANDS = ((-0.25, 1.25, -0.45, 0.2), (-0.25, 1.25, 0.1, 1.0), (-0.5, 1.5, 1.2, 2.4))
_SAMPLES = 16  # along each side of a band, at most
_LIGHT_BINS, _RATIO_BINS = 7, 8
_LIGHT_STEP, _RATIO_STEP = 0.5, 0.25  # of one bin, in doublings: of the face's own light, and of red or blue to green
_FLOOR = 12.0  # grey levels added everywhere, so that the noise of dark pixels has no colour
_LUMA = np.array([0.114, 0.587, 0.299], np.float32)  # of BGR; ITU-R BT.601
_LEAST_SHARE = 0.3  # of a band that must lie in the frame
# From a bin to the eight around a pixel: the next ones by light, red and blue.
_STEPS = np.array([(light * _RATIO_BINS + red) * _RATIO_BINS + blue for light, red, blue in product((0, 1), repeat=3)])


def measure_colours(frame: AnyPicture, box: Box) -> Colours:
    """Measure the colours of hair, face and chest, too coarse to tell anybody from others who are dressed alike.

    Each pixel counts by how bright it is beside the face and by its red and blue beside its green: what the light on
    all of the figure does changes little. Source: own measurement; of 943 pairs of neighbours in photographs 95 % are
    less alike than 0.87, of the same faces a second apart 1 % are less alike than 0.89.

    Args:
        frame: uint8 (H, W, 3) BGR, or planes.
        box: the face in pixels of `frame`; may reach past its edges.
    Returns:
        Square roots of histograms, float32 (3, 448), rows of length 1, or 0 where the band is not in sight.
    """
    grids = [_place_grid(frame, box, band) for band in _BANDS]
    bands = sample_pixels(frame, grids)
    lit = next((band for band in (bands[1], bands[0], bands[2]) if len(band)), None)
    light = 0.0 if lit is None else float(np.log2(lit @ _LUMA + _FLOOR).mean())
    counts = _count(np.concatenate(bands), np.repeat(np.arange(len(bands)), [len(band) for band in bands]), light)
    totals = counts.sum(axis=1, keepdims=True)
    return np.asarray(np.sqrt(counts / np.maximum(totals, 1e-9)), dtype=np.float32)


def compare_colours(first: Colours, second: Colours) -> float | None:
    """Return how alike two measurements are, in [0, 1], over the bands that both have; None where there is none.

    Source: the Bhattacharyya coefficient of each band's histograms (Comaniciu et al., "Kernel-Based Object Tracking",
    PAMI 2003), their mean.
    """
    shared = first.any(axis=1) & second.any(axis=1)
    if not shared.any():
        return None
    return float((first[shared] * second[shared]).sum(axis=1).mean())


def _place_grid(frame: AnyPicture, box: Box, band: tuple[float, float, float, float]) -> tuple[range, range]:
    """Rows and columns that are spread over a band; none where too little of it lies in the frame."""
    height, width = frame.shape[:2]
    left, right = box.x + band[0] * box.w, box.x + band[1] * box.w
    top, bottom = box.y + band[2] * box.h, box.y + band[3] * box.h
    x0, x1 = round(min(max(left, 0), width)), round(min(max(right, 0), width))
    y0, y1 = round(min(max(top, 0), height)), round(min(max(bottom, 0), height))
    if (x1 - x0) * (y1 - y0) < _LEAST_SHARE * max((right - left) * (bottom - top), 1.0):
        return range(0), range(0)
    down, across = max(-(-(y1 - y0) // _SAMPLES), 1), max(-(-(x1 - x0) // _SAMPLES), 1)
    return range(y0, y1, down), range(x0, x1, across)


def _count(pixels: NDArray[np.float32], bands: NDArray[np.intp], light: float) -> NDArray[np.float64]:
    """Histograms, one row for each band, of pixels (n, 3) BGR and the band of each (n,)."""
    blue, green, red = (pixels + _FLOOR).T
    positions = np.stack(
        [
            _bin_positions(np.log2(pixels @ _LUMA + _FLOOR) - light, _LIGHT_STEP, _LIGHT_BINS),
            _bin_positions(np.log2(red / green), _RATIO_STEP, _RATIO_BINS),
            _bin_positions(np.log2(blue / green), _RATIO_STEP, _RATIO_BINS),
        ]
    )
    floors = positions.astype(np.intp)
    fractions = positions - floors
    # Each pixel is shared out between the bins around it, so that a slight change moves little.
    first = ((bands * _LIGHT_BINS + floors[0]) * _RATIO_BINS + floors[1]) * _RATIO_BINS + floors[2]
    sides = np.stack([1 - fractions, fractions])  # before or behind, of which value, of which pixel
    shares = sides[:, np.newaxis, np.newaxis, 0] * sides[np.newaxis, :, np.newaxis, 1] * sides[:, 2]
    bins = _LIGHT_BINS * _RATIO_BINS * _RATIO_BINS
    index = first + _STEPS[:, np.newaxis]
    counts = np.bincount(index.ravel(), weights=shares.ravel(), minlength=len(_BANDS) * bins)
    return np.asarray(counts, np.float64).reshape(len(_BANDS), bins)


def _bin_positions(values: NDArray[np.float32], step: float, bins: int) -> NDArray[np.float32]:
    """Where values lie among bins whose middle one is 0; the outermost ones take in what lies beyond."""
    return np.asarray(
        np.clip(values / np.float32(step) + np.float32((bins - 1) / 2), 0, np.float32(bins - 1.001)), dtype=np.float32
    )
