"""Whether this worker was asked to end: its pool's processes see what only its main process is told."""

from __future__ import annotations

from multiprocessing import get_context

from celery.signals import worker_shutting_down

_is_ending = get_context("fork").Event()  # made before the pool is forked, so that every process has the same one


@worker_shutting_down.connect
def note_shutdown(**_: object) -> None:
    """The worker ends: whoever is at a job hands it back."""
    _is_ending.set()


def is_leaving() -> bool:
    """Whether work should be handed back now."""
    return _is_ending.is_set()
