"""Tasks that a request caused are spans of its trace; those that the beat sends by itself are none."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any  # Celery ships no types

from celery.signals import before_task_publish, task_postrun, task_prerun, worker_process_shutdown

from webplatform.common.observability import tracing

_running: dict[str, ExitStack] = {}


def connect() -> None:
    """From now on messages carry the trace that they are sent in, and tasks go on in it."""
    before_task_publish.connect(_carry, weak=False)
    task_prerun.connect(_begin, weak=False)
    task_postrun.connect(_end, weak=False)
    worker_process_shutdown.connect(lambda **_: tracing.flush(), weak=False)


def _carry(*, sender: str, body: Any, headers: dict[str, Any], **_: object) -> None:
    if traceparent := tracing.current():
        headers["traceparent"] = traceparent
        for about in body[0][:1]:
            tracing.remember(sender, about)


def _begin(*, task_id: str, task: Any, args: Any, **_: object) -> None:
    about = str(args[0]) if args else ""
    parent = task.request.get("traceparent") or (about and tracing.remembered(task.name, about))
    if not parent:
        return
    _running[task_id] = stack = ExitStack()
    stack.enter_context(
        tracing.span(f"task {task.name.rpartition('.')[2]}", parent=parent, kind="CONSUMER", raut__about=about)
    )


def _end(*, task_id: str, **_: object) -> None:
    if stack := _running.pop(task_id, None):
        stack.close()
