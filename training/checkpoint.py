"""The state of a run on disk, from which a killed run continues."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from training.errors import TrainingError
from training.model import load_model

Model = Any  # Keras ships no types

STATE_FILE = "state.json"
FITTED_FILE = "fitted.keras"


@dataclass(frozen=True, slots=True)
class EpochReport:
    """What one epoch showed.

    Args:
        epoch: 1 for the first.
        epochs: how many are planned.
        loss: mean training loss of the epoch, with augmentation and smoothing.
        train_accuracy: share of right answers on (at most 5,000 of) the plain training pictures.
        accuracy, nll: on the public split, at the side that is being trained; negative log-likelihood in nats.
        learning_rate: at the end of the epoch.
        elapsed_s: wall-clock seconds of training so far, over all attempts.
        left_s: estimate of what is left, seconds.
        pictures_s: training pictures a second, at the end of the epoch, without measuring.
        device: what it was computed on: a GPU's name, or CPU.
    """

    epoch: int
    epochs: int
    loss: float
    train_accuracy: float
    accuracy: float
    nll: float
    learning_rate: float
    elapsed_s: float
    left_s: float
    pictures_s: float = 0.0
    device: str = ""


@dataclass(slots=True)
class Progress:
    """How far a run has come.

    Args:
        epoch: whole epochs taken.
        step: batches taken.
        elapsed_s: wall-clock seconds of training, over all attempts.
        curves: one report per epoch.
    """

    epoch: int = 0
    step: int = 0
    elapsed_s: float = 0.0
    curves: tuple[EpochReport, ...] = ()


def save_checkpoint(model: Model, progress: Progress, folder: Path) -> None:
    """Write the weights under a new name, then point the state at them by a rename: a kill leaves one or the other."""
    weights = folder / f"epoch-{progress.epoch}.keras"
    try:
        model.save(weights)
    except BaseException:  # a full disk must not be filled by half a file
        weights.unlink(missing_ok=True)
        raise
    state = {**asdict(replace(progress, curves=())), "curves": [asdict(row) for row in progress.curves]}
    draft = folder / f"{STATE_FILE}.new"
    with draft.open("w", encoding="utf-8") as out:
        json.dump({**state, "weights": weights.name}, out)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(folder / STATE_FILE)
    for old in folder.glob("epoch-*.keras"):
        if old != weights:
            old.unlink()


def read_checkpoint(folder: Path) -> tuple[Model, Progress] | None:
    """The compiled model and the progress of a run that was begun in this folder; None where none was.

    Raises:
        TrainingError: what lies there cannot be read.
    """
    state = folder / STATE_FILE
    if not state.is_file():
        return None
    try:
        raw = json.loads(state.read_text(encoding="utf-8"))
        curves = tuple(EpochReport(**row) for row in raw.pop("curves"))
        model = load_model(folder / raw.pop("weights"))
        return model, Progress(**raw, curves=curves)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise TrainingError(f"The checkpoint in {folder} cannot be read; remove it to start again.") from error


def save_fitted(model: Model, folder: Path) -> None:
    """Write the network of a run that is over, whole or not at all; another machine may make the bundle of it."""
    import keras

    draft = folder / f"new-{FITTED_FILE}"
    keras.Model(model.input, model.output, name=model.name).save(draft)  # of its own: without the optimiser's state
    draft.replace(folder / FITTED_FILE)


def read_fitted(folder: Path, epochs: int) -> tuple[Model, tuple[EpochReport, ...]] | None:
    """The network and the curves of a run of so many epochs that is over; None where none is.

    Raises:
        TrainingError: what lies there cannot be read.
    """
    if not (folder / FITTED_FILE).is_file():
        return None
    try:
        raw = json.loads((folder / STATE_FILE).read_text(encoding="utf-8"))
        curves = tuple(EpochReport(**row) for row in raw["curves"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise TrainingError(f"The checkpoint in {folder} cannot be read; remove it to start again.") from error
    if not curves or curves[-1].epochs != epochs:
        return None  # the run is to go on for longer
    return load_model(folder / FITTED_FILE), curves
