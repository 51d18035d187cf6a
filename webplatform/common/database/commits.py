"""What follows a commit: done once it is safe, and never the reason why what was committed looks failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
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


@contextmanager
def removed_unless_committed(
    rows: QuerySet[Any], remove: Callable[[], None]
) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Files are written in the block, and their rows in the transaction that it is given.

    Args:
        rows: what the transaction writes; nothing where it is not committed.
        remove: takes the files away again; called where the rows were certainly not committed. What is in doubt stays,
            and the cleaning of orphan files judges it later.
    """
    is_written = False

    @contextmanager
    def writing_rows() -> Iterator[None]:
        nonlocal is_written
        with transaction.atomic():
            yield
            is_written = True

    try:
        yield writing_rows
    except BaseException as error:
        if not (is_written and _may_be_committed(error, rows)):
            remove()
        raise


def _may_be_committed(error: BaseException, rows: QuerySet[Any]) -> bool:
    """Whether a commit that was reported as failed may have happened.

    It does where a disk gets full in SQLite's checkpoint, or where a server dies before it answers. A server that only
    froze may even commit after it was asked, so PostgreSQL is not asked.
    """
    if not isinstance(error, Error) or isinstance(error, IntegrityError):
        return False
    if connection.vendor == "postgresql":
        return True
    try:
        return rows.exists()
    except Error:
        return True
