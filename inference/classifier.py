"""Face crops to calibrated scores, in fixed batch shapes: LiteRT on a CPU, TensorFlow as the reference and on a GPU."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from inference.bundle import KERAS_FILE, LITERT_FILE, Bundle, ModelSpec
from inference.types import EMOTIONS

Inputs = NDArray[np.float32]
Logits = NDArray[np.float32]


class Runtime(Protocol):
    """Runs the network on a batch of one of its sizes; `pads` where a larger one costs less than several."""

    pads: bool
    sizes: tuple[int, ...]

    def run(self, faces: Inputs) -> Logits: ...


class Classifier:
    """Scores face crops with one loaded model.

    Args:
        spec: how the network is fed and its logits are read.
        runtime: what runs the network.
    """

    def __init__(self, spec: ModelSpec, runtime: Runtime) -> None:
        self.spec = spec
        self._runtime = runtime

    def classify(self, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Score faces.

        Args:
            faces: uint8 (n, S, S, 1), grey levels 0 to 255, S = `spec.input_size`; n may be 0.
        Returns:
            float32 (n, 7), each row sums to 1, columns in `Emotion` order: softmax(logits / temperature), the
            logits averaged with those of the mirrored face where the spec says so.
        """
        if faces.shape[0] == 0:
            return np.zeros((0, len(EMOTIONS)), np.float32)
        inputs = faces.astype(np.float32)
        logits = self._run(inputs)
        if self.spec.mirror:
            mirrored = self._run(np.ascontiguousarray(inputs[:, :, ::-1]))
            logits = np.asarray((logits + mirrored) / 2, dtype=np.float32)
        return _softmax(np.asarray(logits / self.spec.temperature, dtype=np.float32))

    def _run(self, inputs: Inputs) -> Logits:
        parts, remaining = [], inputs
        while len(remaining):
            fitting = [size for size in self._runtime.sizes if size <= len(remaining)]
            size = self._runtime.sizes[-1] if self._runtime.pads else fitting[-1]
            parts.append(self._run_padded(remaining[:size]))
            remaining = remaining[size:]
        return np.concatenate(parts)

    def _run_padded(self, inputs: Inputs) -> Logits:
        count = len(inputs)
        size = next(size for size in self._runtime.sizes if size >= count)
        if size > count:
            padded = np.zeros((size, *inputs.shape[1:]), np.float32)
            padded[:count] = inputs
            return self._runtime.run(padded)[:count]
        return self._runtime.run(inputs)


class LiteRTRuntime:
    """One interpreter per batch size, made at its first use and never resized again.

    On a CPU a batch costs as much as its faces one by one, so padding one would only add to the cost; a larger one
    costs more, as what lies between two layers does not stay in the processor's cache: a tenth more at 16 faces.
    """

    pads = False
    sizes: tuple[int, ...] = (1, 4)

    def __init__(self, weights: Path) -> None:
        self._weights = weights
        self._interpreters: dict[int, Any] = {}  # LiteRT ships no types
        self._lock = threading.Lock()

    def run(self, faces: Inputs) -> Logits:
        with self._lock:
            interpreter = self._interpreter(faces)
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], faces)
            interpreter.invoke()
            return np.array(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))

    def _interpreter(self, faces: Inputs) -> Any:  # LiteRT ships no types
        if len(faces) not in self._interpreters:
            interpreter = Interpreter(model_path=str(self._weights), num_threads=1)
            interpreter.resize_tensor_input(interpreter.get_input_details()[0]["index"], faces.shape)
            interpreter.allocate_tensors()
            self._interpreters[len(faces)] = interpreter
        return self._interpreters[len(faces)]


class TensorFlowRuntime:
    """One function compiled by TensorFlow, traced once per batch size."""

    pads = True
    sizes: tuple[int, ...] = (1, 4, 16, 32)

    def __init__(self, weights: Path) -> None:
        # Both must be set before TensorFlow touches a GPU, or it takes all of its memory.
        os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
        os.environ.setdefault("KERAS_BACKEND", "tensorflow")
        import keras
        import tensorflow as tf

        model = keras.saving.load_model(weights, compile=False, safe_mode=True)
        self._call = tf.function(lambda faces: model(faces, training=False), reduce_retracing=False)

    def run(self, faces: Inputs) -> Logits:
        return np.asarray(self._call(faces), dtype=np.float32)


def has_rounded_weights(weights: Path) -> bool:
    """Whether a LiteRT file holds weights of eight bits."""
    return any(tensor["dtype"] is np.int8 for tensor in Interpreter(model_path=str(weights)).get_tensor_details())


def load_classifier(bundle: Bundle, *, backend: Literal["litert", "tensorflow"] = "litert") -> Classifier:
    """Load a bundle's weights.

    Args:
        bundle: a verified bundle.
        backend: "litert" for the converted weights on one CPU thread, "tensorflow" for the Keras ones.
    """
    if backend == "litert":
        return Classifier(bundle.spec, LiteRTRuntime(bundle.path / LITERT_FILE))
    return Classifier(bundle.spec, TensorFlowRuntime(bundle.path / KERAS_FILE))


def _softmax(logits: Logits) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)
