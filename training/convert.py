"""Converts model.keras to model.tflite: `python -m training.convert FROM TO`. Started by `training.export` only."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def convert(source: Path, target: Path) -> None:
    """Write the LiteRT form of a Keras file; float32 weights, any batch size."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # converting needs no GPU, and another run may hold it
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    from training.model import load_model

    target.write_bytes(tf.lite.TFLiteConverter.from_keras_model(load_model(source)).convert())


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
