"""A trained network as the two files of a bundle: Keras (the reference) and LiteRT (what serves on a CPU)."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.bundle import KERAS_FILE, LITERT_FILE, ModelSpec
from inference.classifier import Classifier, LiteRTRuntime
from training.calibrate import softmax
from training.config import TrainingConfig
from training.errors import TrainingError
from training.model import build_model, set_mix
from training.predict import predict_logits, predict_mirrored

Model = Any  # Keras ships no types

MAX_DIFFERENCE = 1e-3
MEAN_DIFFERENCE = 0.01  # of scores, where eight bits are served


def plain_model(model: Model, config: TrainingConfig) -> Model:
    """The trained network as it serves: float32 throughout and without the optimiser's state.

    Calibrate, write and check this one: where training computed in bfloat16, its scores differ by a few hundredths from
    those of the model that was trained.
    """
    weights = config.weights if config.needs_bundle else None
    plain = build_model(replace(config, mixed_precision=False, early_size=None, weights=weights))
    plain.set_weights(model.get_weights())
    if config.heads:
        set_mix(plain, config.heads)  # a mix can be changed after training
    return plain


def export_model(model: Model, folder: Path, *, quantised: bool = False) -> None:
    """Write model.keras and model.tflite, the same weights; `quantised`: LiteRT's are rounded to eight bits.

    The LiteRT converter runs in a process of its own, with the TensorFlow backend whatever this one uses, so that
    neither its memory nor its log lines stay here.

    Raises:
        TrainingError: the conversion failed.
    """
    model.save(folder / KERAS_FILE)
    arguments = [str(folder / KERAS_FILE), str(folder / LITERT_FILE), *(["--quantise"] if quantised else [])]
    done = subprocess.run(  # noqa: S603  (our own module, our own arguments)
        [sys.executable, "-m", "training.convert", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise TrainingError(f"The network could not be converted for LiteRT: {done.stderr.strip()[-300:]}")


def check_agreement(
    model: Model, spec: ModelSpec, folder: Path, pictures: NDArray[np.uint8], *, quantised: bool = False
) -> float:
    """The difference between the scores of the exported LiteRT file and of the Keras model.

    Args:
        pictures: uint8 (n, S, S, 1).
        quantised: whether LiteRT computes with eight bits.
    Returns:
        The largest one, in [0, 1].
    Raises:
        TrainingError: it is above `MAX_DIFFERENCE`; of a quantised one, the mean is above `MEAN_DIFFERENCE`.
    """
    served = Classifier(spec, LiteRTRuntime(folder / LITERT_FILE)).classify(pictures)
    logits = (predict_mirrored if spec.mirror else predict_logits)(model, pictures)
    differences = np.abs(served - softmax(logits, spec.temperature))
    difference, most = (differences.mean(), MEAN_DIFFERENCE) if quantised else (differences.max(), MAX_DIFFERENCE)
    if difference > most:
        raise TrainingError(f"The exported model's scores differ by {difference:.4f} from the trained model's.")
    return float(differences.max())
