"""Fitting: batches, schedule, averaged weights, checkpoint and resume. The arithmetic is Keras's own."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.types import EMOTIONS
from training.augment import augment_pictures, mix_batch
from training.config import TrainingConfig
from training.dataset import FaceSet, iterate_batches
from training.errors import Cancelled
from training.model import build_model, load_model

Model = Any  # Keras ships no types

STATE_FILE = "state.json"


@dataclass(frozen=True, slots=True)
class EpochReport:
    """What one epoch showed.

    Args:
        epoch: 1 for the first.
        epochs: how many are planned.
        loss: mean training loss of the epoch, with augmentation and smoothing.
        train_accuracy: share of right answers on (at most 5,000 of) the plain training pictures.
        accuracy, nll: on the public split; negative log-likelihood in nats.
        learning_rate: at the end of the epoch.
        elapsed_s: wall-clock seconds of training so far, over all attempts.
        left_s: estimate of what is left, seconds.
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


@dataclass(slots=True)
class _Progress:
    """How far a run has come; stored beside its checkpoint."""

    epoch: int = 0
    step: int = 0
    elapsed_s: float = 0.0
    curves: tuple[EpochReport, ...] = ()


def fit_model(
    config: TrainingConfig,
    train: FaceSet,
    public: FaceSet,
    checkpoint: Path,
    *,
    on_epoch: Callable[[EpochReport], None],
    should_stop: Callable[[], bool],
) -> tuple[Model, tuple[EpochReport, ...]]:
    """Train a network, going on from the checkpoint folder where one is.

    Every epoch draws its randomness from (seed, epoch), and the checkpoint holds weights, averaged weights and
    optimiser state, so that a resumed run takes the very steps that it would have taken.

    Args:
        checkpoint: folder for the state after each epoch.
        on_epoch: told after each epoch.
        should_stop: asked after each step.
    Returns:
        The model with its last or its averaged weights, whichever has the lower negative log-likelihood on the
        public split, and one report per epoch.
    Raises:
        Cancelled: `should_stop` said so; the last whole epoch stays in the checkpoint.
    """
    checkpoint.mkdir(parents=True, exist_ok=True)
    model, progress = _start(config, checkpoint)
    run = _Run(config, model, train, public, progress, should_stop)
    while not run.is_over:
        report = run.epoch()
        _save(model, progress, checkpoint)
        on_epoch(report)
    if config.ema_momentum is not None and progress.step:
        _keep_better_weights(model, public)
    return model, progress.curves


class _Run:
    def __init__(
        self,
        config: TrainingConfig,
        model: Model,
        train: FaceSet,
        public: FaceSet,
        progress: _Progress,
        should_stop: Callable[[], bool],
    ) -> None:
        self._config, self._model, self._progress, self._should_stop = config, model, progress, should_stop
        self._train, self._public = train, public
        self._targets = train.targets(votes_weight=config.votes_weight, label_smoothing=config.label_smoothing)
        self._steps = math.ceil(len(train) / config.batch_size)
        self._draw = _draw_weights(train.labels, config.class_balance)

    @property
    def is_over(self) -> bool:
        return self._progress.epoch >= self._config.epochs or self._share_done() >= 1

    def epoch(self) -> EpochReport:
        """Take one epoch's steps, then measure on plain pictures."""
        rng = np.random.default_rng((self._config.seed, self._progress.epoch))
        _reseed_dropout(self._model, rng)
        order = rng.choice(len(self._train), len(self._train), replace=self._draw is not None, p=self._draw)
        started, losses = time.monotonic(), []
        for batch in iterate_batches(len(order), self._config.batch_size):
            if self._should_stop():
                raise Cancelled("The training run was cancelled.")
            losses.append(self._step(order[batch], rng))
            self._progress.step += 1
            self._progress.elapsed_s += time.monotonic() - started
            started = time.monotonic()
            if self._share_done() >= 1:
                break
        self._progress.epoch += 1
        return self._measure(float(np.mean(losses)))

    def _step(self, rows: NDArray[np.int64], rng: np.random.Generator) -> float:
        how = self._config.augmentation
        inputs = augment_pictures(self._train.pictures[rows], how, rng)
        inputs, targets = mix_batch(inputs, self._targets[rows], how, rng)
        self._model.optimizer.learning_rate = learning_rate_at(self._share_done(), self._config)
        return float(self._model.train_on_batch(inputs, targets))

    def _share_done(self) -> float:
        by_steps = self._progress.step / (self._config.epochs * self._steps)
        if self._config.max_minutes is None:
            return by_steps
        return max(by_steps, self._progress.elapsed_s / 60 / self._config.max_minutes)

    def _measure(self, loss: float) -> EpochReport:
        sample = slice(0, 5000)
        seen = predict_logits(self._model, self._train.pictures[sample])
        logits = predict_logits(self._model, self._public.pictures)
        done = self._share_done()
        report = EpochReport(
            epoch=self._progress.epoch,
            epochs=self._config.epochs,
            loss=loss,
            train_accuracy=_accuracy(seen, self._train.labels[sample]),
            accuracy=_accuracy(logits, self._public.labels),
            nll=_nll(logits, self._public.labels),
            learning_rate=learning_rate_at(done, self._config),
            elapsed_s=self._progress.elapsed_s,
            left_s=self._progress.elapsed_s * (1 / max(min(done, 1), 1e-6) - 1),
        )
        self._progress.curves = (*self._progress.curves, report)
        return report


def learning_rate_at(share_done: float, config: TrainingConfig) -> float:
    """The learning rate after a share, in [0, 1], of the run: linear warm-up, then constant or half a cosine to zero.

    Source: Loshchilov & Hutter 2016, arXiv:1608.03983.
    """
    if share_done < config.warmup:
        return config.learning_rate * max(share_done / config.warmup, 0.01)
    if config.schedule == "constant":
        return config.learning_rate
    falling = min((share_done - config.warmup) / (1 - config.warmup), 1.0)
    return config.learning_rate * max(0.5 * (1 + math.cos(math.pi * falling)), 1e-4)


def predict_logits(model: Model, pictures: NDArray[np.uint8], batch_size: int = 256) -> NDArray[np.float32]:
    """The network's answers to plain pictures.

    Args:
        pictures: uint8 (n, S, S, 1).
    Returns:
        float32 (n, 7) logits.
    """
    logits = np.zeros((len(pictures), len(EMOTIONS)), np.float32)
    for batch in iterate_batches(len(pictures), batch_size):
        rows = pictures[batch]
        full = np.zeros((batch_size, *rows.shape[1:]), np.float32)  # one shape, or TensorFlow compiles again
        full[: len(rows)] = rows
        logits[batch] = np.asarray(model.predict_on_batch(full))[: len(rows)]
    return logits


def predict_mirrored(model: Model, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The mean of the network's logits for each picture and its mirror image; shapes as `predict_logits`."""
    both = predict_logits(model, pictures), predict_logits(model, pictures[:, :, ::-1])
    return np.asarray(np.mean(both, axis=0), dtype=np.float32)


def _keep_better_weights(model: Model, public: FaceSet) -> None:
    """Averaged weights lag behind in a short run and meet the last weights' normalisation statistics; so try both."""
    last = model.get_weights()
    last_nll = _nll(predict_mirrored(model, public.pictures), public.labels)
    model.optimizer.finalize_variable_values(model.trainable_variables)
    if _nll(predict_mirrored(model, public.pictures), public.labels) > last_nll:
        model.set_weights(last)


def _start(config: TrainingConfig, checkpoint: Path) -> tuple[Model, _Progress]:
    state = checkpoint / STATE_FILE
    import keras

    if not state.is_file():
        model = build_model(config)
        # On a CPU, XLA made a step of this network seven times slower; JAX knows no other way.
        model.compile(optimizer=_optimizer(config), loss=_loss(), jit_compile=keras.backend.backend() == "jax")
        return model, _Progress()
    raw = json.loads(state.read_text(encoding="utf-8"))
    curves = tuple(EpochReport(**row) for row in raw.pop("curves"))
    return load_model(checkpoint / raw.pop("weights")), _Progress(**raw, curves=curves)


def _save(model: Model, progress: _Progress, checkpoint: Path) -> None:
    """Write the weights under a new name, then point the state at them by a rename: a kill leaves one or the other."""
    weights = checkpoint / f"epoch-{progress.epoch}.keras"
    model.save(weights)
    state = {**asdict(replace(progress, curves=())), "curves": [asdict(row) for row in progress.curves]}
    fresh = checkpoint / f"{STATE_FILE}.new"
    with fresh.open("w", encoding="utf-8") as out:
        json.dump({**state, "weights": weights.name}, out)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(checkpoint / STATE_FILE)
    for old in checkpoint.glob("epoch-*.keras"):
        if old != weights:
            old.unlink()


def _optimizer(config: TrainingConfig) -> Any:
    from keras import optimizers

    average = {"use_ema": config.ema_momentum is not None, "ema_momentum": config.ema_momentum or 0.99}
    if config.optimizer == "adam":
        return optimizers.Adam(config.learning_rate, **average)
    return optimizers.AdamW(config.learning_rate, weight_decay=config.weight_decay, **average)


def _loss() -> Any:
    from keras import losses

    return losses.CategoricalCrossentropy(from_logits=True)


def _draw_weights(labels: NDArray[np.int64], balance: float) -> NDArray[np.float64] | None:
    """Chance of each picture to be drawn, inverse to its class's frequency to the power `balance`; None: each once."""
    if balance == 0:
        return None
    weights = (1 / np.bincount(labels)[labels]) ** balance
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _reseed_dropout(model: Model, rng: np.random.Generator) -> None:
    """Set the random state of every dropout layer anew; Keras leaves it out of its files."""
    for variable in model.non_trainable_variables:
        if variable.path.endswith("seed_generator_state"):
            variable.assign(rng.integers(0, 2**32, 2, dtype=np.uint32))


def _accuracy(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    return float((logits.argmax(axis=1) == labels).mean()) if len(labels) else 0.0


def _nll(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    if not len(labels):
        return 0.0
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_scores = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-log_scores[np.arange(len(labels)), labels].mean())
