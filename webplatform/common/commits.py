"""What follows a commit: done once it is safe, and never the reason why what was committed looks failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any  # the work's own arguments

from django.db import Error, IntegrityError, connection, transaction
from django.db.models import QuerySet


def after_commit(work: Callable[..., object], *args: Any, **kwargs: Any) -> None:
    """The work is done when the transaction is committed; what it raises is logged, and the next one is done.

    Django's own way out of an error reads the name of a function, which a partial has not: it would fail in its turn.
    """

    def follow() -> None:
        work(*args, **kwargs)

    follow.__qualname__ = getattr(work, "__qualname__", type(work).__qualname__)
    transaction.on_commit(follow, robust=True)


def may_be_committed(error: BaseException, rows: QuerySet[Any]) -> bool:
    """Whether the transaction that ended with this error may be committed all the same, so that its files must stay.

    A commit can be reported as failed and have happened: by a disk that got full in SQLite's checkpoint, or by a server
    that died before it answered. One that only froze may even commit after it was asked, so PostgreSQL is not.

    Args:
        rows: what the transaction wrote; nothing where it is not committed.
    """
    if not isinstance(error, Error) or isinstance(error, IntegrityError):
        return False
    if connection.vendor == "postgresql":
        return True
    try:
        return rows.exists()
    except Error:
        return True
