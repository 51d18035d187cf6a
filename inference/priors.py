"""How frequent each expression is expected to be, and how scores change if that differs from the training data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.errors import BadPrior
from inference.types import EMOTIONS

Prior = tuple[float, ...]

EVEN: Prior = (1 / len(EMOTIONS),) * len(EMOTIONS)
"""Each expression as frequent as any other, as in posed recordings."""

LEAST_SHARE = 0.001
_SUM_TOLERANCE = 0.01


def check_prior(prior: Sequence[Any]) -> Prior:
    """The same shares, brought to a sum of 1.

    Args:
        prior: one share for each of `EMOTIONS`, each at least `LEAST_SHARE`; they sum to 1, give or take a hundredth.
    Raises:
        BadPrior: they are not.
    """
    try:
        shares = [float(share) for share in prior]
    except (TypeError, ValueError) as error:
        raise BadPrior("each share must be a number.") from error
    if len(shares) != len(EMOTIONS):
        raise BadPrior(f"{len(EMOTIONS)} shares are needed, one for each expression; there are {len(shares)}.")
    if not all(math.isfinite(share) and share >= LEAST_SHARE for share in shares):
        raise BadPrior(f"each share must be at least {LEAST_SHARE}.")
    if abs(sum(shares) - 1) > _SUM_TOLERANCE:
        raise BadPrior(f"the shares must sum to 1; they sum to {sum(shares):.3f}.")
    return tuple(share / sum(shares) for share in shares)


def reweigh(scores: NDArray[np.float32], assumed: Sequence[float], expected: Sequence[float]) -> NDArray[np.float32]:
    """What calibrated scores become where expressions are as frequent as expected and not as the scores assume.

    Args:
        scores: float32 (..., 7), rows sum to 1.
        assumed: shares that the scores assume, (7,); see `ModelSpec.prior`.
        expected: shares to expect, (7,).
    Returns:
        float32 of the same shape; rows sum to 1.
    Source: Saerens, Latinne & Decaestecker 2002, Neural Computation 14(1), equation 4.
    """
    weighed = scores * (np.asarray(expected) / np.asarray(assumed)).astype(np.float32)
    return np.asarray(weighed / weighed.sum(axis=-1, keepdims=True), dtype=np.float32)


def check_stated(assumed: Prior, expected: Prior | None) -> None:
    """Refuse to expect shares of a model that does not state what its scores assume.

    Raises:
        BadPrior: it does not.
    """
    if expected is not None and not assumed:
        raise BadPrior("this model does not state how frequent each expression was where it learnt.")


def reweigh_if_told(scores: NDArray[np.float32], assumed: Prior, expected: Prior | None) -> NDArray[np.float32]:
    """As `reweigh`; with nothing expected the scores stay.

    Raises:
        BadPrior: the model does not state what its scores assume.
    """
    check_stated(assumed, expected)
    return scores if expected is None else reweigh(scores, assumed, expected)
