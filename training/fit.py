"""Fitting: batches, schedule, averaged weights. The arithmetic is Keras's own."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.preprocess import fit_face
from training.augment import augment_pictures, mix_batch
from training.calibrate import softmax
from training.checkpoint import EpochReport, Progress, read_checkpoint, read_fitted, save_checkpoint, save_fitted
from training.config import TrainingConfig
from training.dataset import Dataset, FaceSet, iterate_batches
from training.device import backend_name, device_name
from training.errors import Cancelled
from training.metrics import accuracy, negative_log_likelihood
from training.model import BACKBONE, build_model
from training.predict import predict_logits, predict_mirrored
from training.teachers import Taught, blend_targets, teach

Model = Any  # Keras ships no types
OnStep = Callable[[float, float], None]

MEASURED_ON = 5000  # of the training split, after each epoch


def fit_model(
    config: TrainingConfig,
    dataset: Dataset,
    checkpoint: Path,
    *,
    on_epoch: Callable[[EpochReport], None],
    on_step: OnStep = lambda done, left_s: None,
    should_stop: Callable[[], bool],
) -> tuple[Model, tuple[EpochReport, ...]]:
    """Train a network, going on from the checkpoint folder where one is.

    Every epoch draws its randomness from (seed, epoch), and the checkpoint holds weights, averaged weights and
    optimiser state, so that a resumed run takes the very steps that it would have taken.

    Args:
        dataset: its train and public splits are used.
        checkpoint: folder for the state after each epoch.
        on_epoch: told after each epoch.
        on_step: told after each call the share of the run that is done, in [0, 1], and seconds left.
        should_stop: asked after each.
    Returns:
        The model with its last or its averaged weights, whichever has the lower negative log-likelihood on the
        public split, and one report per epoch.
    Raises:
        Cancelled: `should_stop` said so; the last whole epoch stays in the checkpoint.
        TrainingError: the checkpoint or the weights to start from cannot be read.
    """
    checkpoint.mkdir(parents=True, exist_ok=True)
    if (fitted := read_fitted(checkpoint, config.epochs)) is not None:
        return fitted
    model, progress = read_checkpoint(checkpoint) or (_fresh_model(config), Progress())
    run = _Run(config, model, dataset, progress)
    while not run.is_over:
        report = run.epoch(should_stop, on_step)
        save_checkpoint(model, progress, checkpoint)
        on_epoch(report)
    _settle(model, config, dataset["public"], progress, checkpoint)
    return model, progress.curves


def _settle(model: Model, config: TrainingConfig, public: FaceSet, progress: Progress, checkpoint: Path) -> None:
    """Give the model the weights that it keeps, and write it for those who make a bundle of it."""
    if config.ema_momentum is not None and progress.step:
        _keep_better_weights(model, public, predict_mirrored if config.mirror else predict_logits)
    if config.wise_ft_alpha < 1:
        _interpolate_with_start(model, config)
    if progress.curves and progress.curves[-1].epochs == config.epochs:  # else the plan was changed on the way
        save_fitted(model, checkpoint)


class _Run:
    def __init__(self, config: TrainingConfig, model: Model, dataset: Dataset, progress: Progress) -> None:
        self._config, self._model, self._progress = config, model, progress
        self._train, self._public = dataset["train"], dataset["public"]
        self._on_device = bool(config.heads) or (backend_name() == "jax" and not config.frozen_epochs)
        self._steps = math.ceil(len(self._train) * config.passes / config.batch_size)
        if self._on_device:  # every call takes as many steps, or each other number of them is compiled for itself
            self._per_call = min(config.steps_per_call, self._steps)
            self._steps = math.ceil(self._steps / self._per_call) * self._per_call
        self._draw = _draw_weights(self._train.labels, config.class_balance)
        self._sample = np.random.default_rng(config.seed).permutation(len(self._train))[:MEASURED_ON]

    @cached_property
    def _targets(self) -> NDArray[np.float32]:
        return blend_targets(self._train, self._config)

    @cached_property
    def _taught(self) -> Taught:
        return teach(self._train, self._config)

    @cached_property
    def _device_steps(self) -> Any:
        from training.steps import DeviceSteps

        return DeviceSteps(self._model, self._config, self._taught.pictures, self._taught.targets)

    @property
    def is_over(self) -> bool:
        return self._progress.epoch >= self._config.epochs or self._share_done() >= 1

    def epoch(self, should_stop: Callable[[], bool], on_step: OnStep) -> EpochReport:
        """Take one epoch's steps, then measure on plain pictures."""
        rng = np.random.default_rng((self._config.seed, self._progress.epoch))
        if self._config.frozen_epochs and self._progress.epoch == self._config.frozen_epochs:
            self._unfreeze()
        _reseed_dropout(self._model, rng)
        if self._on_device:
            self._device_steps  # noqa: B018  (made here, where no time is counted)
        losses, pictures_s = [], 0.0
        takes = self._calls(rng) if self._on_device else self._batches(rng)
        started = time.monotonic()
        for loss, steps in takes:
            losses.append(loss)
            self._progress.step += steps
            spent = time.monotonic() - started - (self._device_steps.preparing_s() if self._on_device else 0.0)
            self._progress.elapsed_s += spent
            pictures_s = steps * self._config.batch_size / max(spent, 1e-9)
            started = time.monotonic()
            on_step(min(self._share_done(), 1.0), self._left_s())
            if self._share_done() >= 1:
                break
            if should_stop():
                raise Cancelled("The training run was cancelled.")
        self._progress.epoch += 1
        return self._measure(float(np.mean(losses)), pictures_s)

    def _batches(self, rng: np.random.Generator) -> Iterator[tuple[float, int]]:
        """Take the epoch's steps one by one, with changes made on the host: the cost and how many steps it took."""
        count = len(self._train) * self._config.passes
        if self._draw is None:
            order = np.concatenate([rng.permutation(len(self._train)) for _ in range(self._config.passes)])
        else:
            order = rng.choice(len(self._train), count, p=self._draw)
        for batch in iterate_batches(len(order), self._config.batch_size):
            yield self._step(order[batch], rng), 1

    def _calls(self, rng: np.random.Generator) -> Iterator[tuple[float, int]]:
        """Take the epoch's steps on the device, several a call: the mean cost and how many steps it took."""
        config, views = self._config, self._taught.views
        for _ in range(self._steps // self._per_call):
            shape = (self._per_call, config.batch_size)
            rows = rng.choice(len(self._train), shape, p=self._draw) * views + rng.integers(0, views, shape)
            ahead = self._share_done() + np.arange(self._per_call) / (config.epochs * self._steps)
            rates = np.array([self._rate(float(share)) for share in ahead], np.float32)
            seed = int(rng.integers(0, 2**31))
            yield self._device_steps.take(rows, rates, self._side(), seed), self._per_call

    def _step(self, rows: NDArray[np.int64], rng: np.random.Generator) -> float:
        augmentation = self._config.augmentation
        inputs = augment_pictures(self._train.pictures[rows], augmentation, rng, side=self._side())
        inputs, targets = mix_batch(inputs, self._targets[rows], augmentation, rng)
        self._model.optimizer.learning_rate = self._rate(self._share_done())
        return float(self._model.train_on_batch(inputs, targets))

    def _unfreeze(self) -> None:
        """Let the backbone learn as well, with a fresh optimiser: the old one knows the head only."""
        self._model.get_layer(BACKBONE).trainable = True
        _compile(self._model, self._config)

    def _rate(self, share_done: float) -> float:
        unfrozen = self._config.frozen_epochs and self._progress.epoch >= self._config.frozen_epochs
        share = self._config.fine_tune_rate if unfrozen else 1.0
        return share * learning_rate_at(share_done, self._config)

    def _side(self) -> int:
        early = self._config.early_size
        return early if early and self._share_done() < self._config.early_share else self._config.input_size

    def _share_done(self) -> float:
        by_steps = self._progress.step / (self._config.epochs * self._steps)
        if self._config.max_minutes is None:
            return by_steps
        return max(by_steps, self._progress.elapsed_s / 60 / self._config.max_minutes)

    def _left_s(self) -> float:
        return self._progress.elapsed_s * (1 / min(max(self._share_done(), 1e-6), 1) - 1)

    def _measure(self, loss: float, pictures_s: float) -> EpochReport:
        side = self._side()
        pictures, labels = self._train.pictures[self._sample], self._train.labels[self._sample]
        scores = softmax(predict_logits(self._model, _resized(self._public.pictures, side)))
        report = EpochReport(
            epoch=self._progress.epoch,
            epochs=self._config.epochs,
            loss=loss,
            train_accuracy=accuracy(predict_logits(self._model, _resized(pictures, side)), labels),
            accuracy=accuracy(scores, self._public.labels),
            nll=negative_log_likelihood(scores, self._public.labels),
            learning_rate=self._rate(self._share_done()),
            elapsed_s=self._progress.elapsed_s,
            left_s=self._left_s(),
            pictures_s=pictures_s,
            device=device_name(),
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


def _resized(pictures: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    if pictures.shape[1] == side:
        return pictures
    return np.stack([fit_face(picture, side) for picture in pictures])


def _keep_better_weights(model: Model, public: FaceSet, predict: Callable[..., NDArray[np.float32]]) -> None:
    """Averaged weights lag behind in a short run and meet the last weights' normalisation statistics; so try both."""

    def cost() -> float:
        return negative_log_likelihood(softmax(predict(model, public.pictures)), public.labels)

    last, last_cost = model.get_weights(), cost()
    model.optimizer.finalize_variable_values(model.trainable_variables)
    if cost() > last_cost:
        model.set_weights(last)


def _interpolate_with_start(model: Model, config: TrainingConfig) -> None:
    """Give the model a weighted mean of its weights and those that it started from (WiSE-FT)."""
    alpha = config.wise_ft_alpha
    pairs = zip(build_model(config).get_weights(), model.get_weights(), strict=True)
    model.set_weights([(1 - alpha) * old + alpha * new if old.dtype.kind == "f" else new for old, new in pairs])


def _fresh_model(config: TrainingConfig) -> Model:
    model = build_model(config)
    _compile(model, config)
    return model


def _compile(model: Model, config: TrainingConfig) -> None:
    import keras

    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    # On a CPU, XLA made a step of this network seven times slower; JAX knows no other way.
    model.compile(optimizer=_optimizer(config), loss=loss, jit_compile=keras.backend.backend() == "jax")


def _optimizer(config: TrainingConfig) -> Any:
    from keras import optimizers

    average = {"use_ema": config.ema_momentum is not None, "ema_momentum": config.ema_momentum or 0.99}
    if config.optimizer == "sgd":
        decay = config.weight_decay
        return optimizers.SGD(config.learning_rate, momentum=0.9, nesterov=True, weight_decay=decay, **average)
    if config.optimizer == "adam":
        return optimizers.Adam(config.learning_rate, **average)
    return optimizers.AdamW(config.learning_rate, weight_decay=config.weight_decay, **average)


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
