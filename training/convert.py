"""Converts model.keras to model.tflite: `python -m training.convert FROM TO [--quantise]`, for `training.export`."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def convert(source: Path, target: Path, *, quantise: bool = False) -> None:
    """Write the LiteRT form of a Keras file for any batch size: weights of 32 bits, or of eight to `quantise`."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # converting needs no GPU, and another run may hold it
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    from training.model import load_model

    converter = tf.lite.TFLiteConverter.from_keras_model(load_model(source))
    if quantise:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    target.write_bytes(converter.convert())


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]), quantise="--quantise" in sys.argv[3:])
