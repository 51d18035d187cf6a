"""Writes a small convolutional network as an ONNX file in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

_IR_VERSION = 8
_OPSET = 13


class OnnxWriter:
    """Collects the nodes of a network with one picture as its input; every method returns the name of its result.

    Args:
        source: name of the input, float32 (1, 3, H, W) of any height and width.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []

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
        inputs = [x, self._add_constant(weights), self._add_constant(bias)]
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
        inputs = [x, "", self._add_constant(np.array([1, 1, 2, 2], np.float32))]
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
        sources = [_picture(self.source, 3, "input")]
        results = [_picture(name, channels, name) for name, channels in outputs]
        graph = helper.make_graph(self._nodes, "network", sources, results, self._constants)
        model = helper.make_model(graph, ir_version=_IR_VERSION, opset_imports=[helper.make_opsetid("", _OPSET)])
        return bytes(model.SerializeToString())

    def _add_constant(self, values: NDArray[np.float32]) -> str:
        name = f"constant{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        return name

    def _add(self, operator: str, inputs: Sequence[str], **attributes: Any) -> str:  # what ONNX takes
        name = f"{operator.lower()}{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name


def _picture(name: str, channels: int, sizes: str) -> ValueInfoProto:
    """A value of float32 (1, channels, height, width) with free height and width."""
    shape: list[str | int | None] = [1, channels, f"{sizes}_height", f"{sizes}_width"]
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
