"""Steps taken where the network runs: the data stays on the device, many steps a call, one definition everywhere."""

from __future__ import annotations

import time
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from training.changes import Lesson, RandomChanges
from training.config import TrainingConfig
from training.errors import TrainingError
from training.model import heads_of

Model = Any  # Keras ships no types


class DeviceSteps:
    """Takes a run's steps on the device: by JAX several in one call, else one at a time by Keras.

    Args:
        model: compiled; it learns in place.
        config: of the run.
        pictures: uint8 (n, S, S, 1).
        targets: float32 (n, 7 H), what each head should answer.
    """

    def __init__(
        self, model: Model, config: TrainingConfig, pictures: NDArray[np.uint8], targets: NDArray[np.float32]
    ) -> None:
        if config.augmentation.cutmix:
            raise TrainingError("Cutmix is made on the host only.")
        self._model, self._config = model, config
        self._pictures, self._targets = pictures, targets
        self._side = 0
        self._jax_steps: _JaxSteps | None = None

    def take(self, rows: NDArray[np.int64], rates: NDArray[np.float32], side: int, seed: int) -> float:
        """Take one step a row of `rows`, (steps, batch), each at its learning rate, (steps,); the mean cost.

        Args:
            side: at which pictures are shown, px.
            seed: of the random changes of this call.
        """
        if side != self._side:
            self._prepare(side)
        _reseed(self._lesson, seed)
        if self._jax_steps is not None:
            return self._jax_steps(rows, rates)
        costs = []
        for batch, rate in zip(rows, rates, strict=True):
            self._model.optimizer.learning_rate = float(rate)
            inputs = [self._pictures[batch].astype(np.float32), self._targets[batch]]
            costs.append(self._lesson.train_on_batch(inputs, np.zeros(len(batch), np.float32)))
        return float(np.mean(costs))

    def preparing_s(self) -> float:
        """Seconds of compiling since it was last asked."""
        return 0.0 if self._jax_steps is None else self._jax_steps.preparing_s()

    def _prepare(self, side: int) -> None:
        config, model = self._config, self._model
        self._side = side
        augmentation = config.augmentation
        network = keras.Model(model.input, heads_of(model))
        changes = RandomChanges(augmentation, side, config.seed)
        self._lesson = Lesson(network, changes, augmentation, config.head_costs(), seed=config.seed)
        self._lesson.compile(
            optimizer=model.optimizer,
            loss=lambda _, costs: keras.ops.mean(costs),
            jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
        )
        self._lesson([self._pictures[:2].astype(np.float32), self._targets[:2]], training=False)
        if [id(a) for a in self._lesson.trainable_variables] != [id(a) for a in model.trainable_variables]:
            raise TrainingError("The network's weights are not in the order in which its optimiser knows them.")
        model.optimizer.build(model.trainable_variables)
        if keras.backend.backend() == "jax":
            self._jax_steps = _JaxSteps(self._lesson, model.optimizer, self._pictures, self._targets)


class _JaxSteps:
    """A loop of steps compiled by XLA as one program."""

    def __init__(self, lesson: Lesson, optimizer: Any, pictures: Any, targets: Any) -> None:
        import jax

        self._jax, self._lesson, self._optimizer = jax, lesson, optimizer
        self._data = jax.device_put(pictures), jax.device_put(targets)
        self._rate = next(
            index for index, variable in enumerate(optimizer.variables) if variable is optimizer._learning_rate
        )
        self._run: Any = None
        self._preparing_s = 0.0

    def preparing_s(self) -> float:
        spent, self._preparing_s = self._preparing_s, 0.0
        return spent

    def __call__(self, rows: NDArray[np.int64], rates: NDArray[np.float32]) -> float:
        lesson, optimizer = self._lesson, self._optimizer
        groups = (lesson.trainable_variables, lesson.non_trainable_variables, optimizer.variables)
        state = tuple([variable.value for variable in group] for group in groups)
        arguments = state, self._data, rows.astype(np.int32), rates.astype(np.float32)
        if self._run is None:
            started = time.monotonic()
            self._run = self._jax.jit(self._loop).lower(*arguments).compile()
            self._preparing_s += time.monotonic() - started
        state, costs = self._run(*arguments)
        for group, values in zip(groups, state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)
        return float(costs.mean())

    def _loop(self, state: Any, data: Any, rows: Any, rates: Any) -> Any:
        pictures, targets = data

        def cost(trainable: Any, fixed: Any, batch: Any) -> Any:
            inputs = (pictures[batch].astype("float32"), targets[batch])
            costs, fixed = self._lesson.stateless_call(trainable, fixed, inputs, training=True)
            return costs.mean(), fixed

        def step(state: Any, inputs: Any) -> Any:
            trainable, fixed, memory = state
            batch, rate = inputs
            memory = [rate if index == self._rate else value for index, value in enumerate(memory)]
            (value, fixed), slopes = self._jax.value_and_grad(cost, has_aux=True)(trainable, fixed, batch)
            trainable, memory = self._optimizer.stateless_apply(memory, slopes, trainable)
            return (list(trainable), list(fixed), list(memory)), value

        return self._jax.lax.scan(step, state, (rows, rates))


def _reseed(lesson: Lesson, seed: int) -> None:
    """Set every random state anew: a resumed run draws what it would have drawn."""
    rng = np.random.default_rng(seed)
    for variable in lesson.non_trainable_variables:
        if variable.path.endswith("seed_generator_state"):
            variable.assign(rng.integers(0, 2**32, 2, dtype=np.uint32))
