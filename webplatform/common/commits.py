"""What follows a commit: done once it is safe, and never the reason why what was committed looks failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any  # the work's own arguments

from django.db import transaction


def after_commit(work: Callable[..., object], *args: Any, **kwargs: Any) -> None:
    """The work is done when the transaction is committed; what it raises is logged, and the next one is done.

    Django's own way out of an error reads the name of a function, which a partial has not: it would fail in its turn.
    """

    def follow() -> None:
        work(*args, **kwargs)

    follow.__qualname__ = getattr(work, "__qualname__", type(work).__qualname__)
    transaction.on_commit(follow, robust=True)
