"""Writes a small convolutional network as an ONNX file in memory, so that no package is needed to build one.

Source: the ONNX specification, https://onnx.ai/onnx/repo-docs/IR.html, and onnx.proto3 for the field numbers; the
encoding is https://protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_IR_VERSION = 8
_OPSET = 13
_FLOAT = 1  # TensorProto.DataType.FLOAT
_ATTRIBUTE_INT, _ATTRIBUTE_STRING, _ATTRIBUTE_INTS = 2, 3, 7  # AttributeProto.AttributeType


class OnnxWriter:
    """Collects the nodes of a network with one picture as its input; every method returns the name of its result.

    Args:
        source: name of the input, float32 (1, 3, H, W) of any height and width.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []

    def convolve(
        self, x: str, weights: NDArray[np.float32], bias: NDArray[np.float32], *, stride: int = 1, groups: int = 1
    ) -> str:
        """Add a convolution that keeps the picture's size, divided by `stride`.

        Args:
            x: what it reads.
            weights: float32 (out, in / groups, k, k).
            bias: float32 (out,).
            stride: step in both directions, px.
            groups: as many as there are channels for a depthwise convolution.
        """
        side = weights.shape[2]
        inputs = [x, self._hold(weights), self._hold(bias)]
        sizes = {"kernel_shape": [side, side], "strides": [stride, stride], "pads": [side // 2] * 4}
        return self._add("Conv", inputs, group=groups, **sizes)

    def rectify(self, x: str) -> str:
        """Add max(x, 0)."""
        return self._add("Relu", [x])

    def halve(self, x: str) -> str:
        """Add a maximum over 2 x 2 px that halves the picture."""
        return self._add("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2])

    def double(self, x: str) -> str:
        """Add an enlargement to twice the size that repeats each px."""
        inputs = [x, "", self._hold(np.array([1, 1, 2, 2], np.float32))]
        rules = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return self._add("Resize", inputs, **rules)

    def add(self, x: str, y: str) -> str:
        """Add the sum of two results."""
        return self._add("Add", [x, y])

    def write(self, outputs: Sequence[tuple[str, int]]) -> bytes:
        """Return the file.

        Args:
            outputs: name and channels of every result that the network gives, each float32 (1, channels, h, w).
        """
        graph = [_field(1, node) for node in self._nodes]
        graph += [_field(2, b"network"), *(_field(5, constant) for constant in self._constants)]
        graph.append(_field(11, _value(self.source, 3, "input")))
        graph += [_field(12, _value(name, channels, name)) for name, channels in outputs]
        opset = _field(1, b"") + _number(2, _OPSET)
        return _number(1, _IR_VERSION) + _field(7, b"".join(graph)) + _field(8, opset)

    def _hold(self, values: NDArray[np.float32]) -> str:
        name = f"constant{len(self._constants)}"
        dims = b"".join(_number(1, size) for size in values.shape)
        raw = np.ascontiguousarray(values, "<f4").tobytes()
        self._constants.append(dims + _number(2, _FLOAT) + _field(8, name.encode()) + _field(9, raw))
        return name

    def _add(self, operator: str, inputs: Sequence[str], **attributes: int | str | list[int]) -> str:
        name = f"{operator.lower()}{len(self._nodes)}"
        node = b"".join(_field(1, x.encode()) for x in inputs) + _field(2, name.encode())
        node += _field(4, operator.encode()) + b"".join(_field(5, _attribute(*pair)) for pair in attributes.items())
        self._nodes.append(node)
        return name


def _attribute(name: str, value: int | str | list[int]) -> bytes:
    head = _field(1, name.encode())
    if isinstance(value, int):
        return head + _number(3, value) + _number(20, _ATTRIBUTE_INT)
    if isinstance(value, str):
        return head + _field(4, value.encode()) + _number(20, _ATTRIBUTE_STRING)
    return head + b"".join(_number(8, each) for each in value) + _number(20, _ATTRIBUTE_INTS)


def _value(name: str, channels: int, sizes: str) -> bytes:
    """A ValueInfoProto of float32 (1, channels, height, width) with free height and width."""
    free = [_field(1, _field(2, f"{sizes}_{side}".encode())) for side in ("height", "width")]
    shape = b"".join([_field(1, _number(1, 1)), _field(1, _number(1, channels)), *free])
    return _field(1, name.encode()) + _field(2, _field(1, _number(1, _FLOAT) + _field(2, shape)))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
