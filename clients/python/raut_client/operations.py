"""What the client can do, without saying how a request travels: both clients run these steps.

A step asks for an answer (`Ask`) or for time (`Pause`) and is told the answer, or nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar  # what JSON holds

import httpx

from raut_client.errors import JobFailed, TooManyRequests, require_success
from raut_client.progress import Counted, OnProgress
from raut_client.values import Job, Observation, Session, Timeline

T = TypeVar("T")
MOST_TRIES = 5
FORMATS = {"csv", "csv_wide", "xlsx", "parquet", "json", "pdf", "png", "svg", "webvtt", "srt", "eaf", "video"}


@dataclass(frozen=True, slots=True)
class Ask:
    """A request; `to` is a file that takes the body of the answer."""

    method: str
    path: str
    params: dict[str, Any] = field(default_factory=dict)
    json: Any = None
    data: dict[str, Any] | None = None
    file: tuple[str, Counted] | None = None
    to: Path | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is to be done for a while."""

    seconds: float


Steps = Generator[Ask | Pause, httpx.Response, T]


def upload(path: Path, fields: dict[str, Any], on_progress: OnProgress | None) -> Steps[Job]:
    """Hand in a video; returns the job that reads it."""
    with ExitStack() as stack:
        opened = stack.enter_context(path.open("rb"))
        file = Counted(opened, path.stat().st_size, on_progress)
        answer = yield from _answered(Ask("POST", "/analyses/", data=_given(fields), file=(path.name, file)))
    return Job.of(answer.json())


def one_job(job_id: str) -> Steps[Job]:
    """A job as it is now."""
    answer = yield from _answered(Ask("GET", f"/analyses/{job_id}/"))
    return Job.of(answer.json())


def wait(job_id: str, *, every_s: float, within_s: float | None, on_progress: OnProgress | None) -> Steps[Session]:
    """Wait for a job; returns the session that it made.

    Raises:
        JobFailed: it failed or was cancelled.
        TimeoutError: it was not over in time.
    """
    end_s = None if within_s is None else time.monotonic() + within_s
    while not (job := (yield from one_job(job_id))).is_over:
        _report(on_progress, job.progress)
        if end_s is not None and time.monotonic() + every_s > end_s:
            raise TimeoutError(f"The job is {job.status} after {within_s} s.")
        yield Pause(every_s)
    if job.status != "done":
        code = (job.raw.get("error") or {}).get("code", job.status)
        raise JobFailed(job.error or f"The job is {job.status}.", code=code)
    _report(on_progress, 1.0)
    return (yield from one_session(job.session))


def one_session(session_id: str) -> Steps[Session]:
    """A session."""
    answer = yield from _answered(Ask("GET", f"/sessions/{session_id}/"))
    return Session.of(answer.json())


def timeline(session_id: str, asked: dict[str, Any]) -> Steps[Timeline]:
    """The faces of a session in equal buckets of time."""
    answer = yield from _answered(Ask("GET", f"/sessions/{session_id}/timeline/", params=_given(asked)))
    return Timeline.of(answer.json())


def page(path: str, params: dict[str, Any]) -> Steps[tuple[list[dict[str, Any]], str | None]]:
    """One page of a list, and the address of the next one; None: it was the last."""
    answer = yield from _answered(Ask("GET", path, params=_given(params)))
    told = answer.json()
    return told["results"], told["next"]


def export(asked: dict[str, Any], to: Path, *, every_s: float) -> Steps[Path]:
    """Have a file made of sessions, wait for it, and store it at `to`.

    Raises:
        JobFailed: it could not be made.
    """
    if asked["format"] not in FORMATS:
        raise ValueError(f"There is no format {asked['format']!r}; there are {', '.join(sorted(FORMATS))}.")
    told = (yield from _answered(Ask("POST", "/export-jobs/", json=asked))).json()
    while told["state"] in {"queued", "running"}:
        yield Pause(every_s)
        told = (yield from _answered(Ask("GET", f"/export-jobs/{told['id']}/"))).json()
    if told["state"] != "done":
        raise JobFailed(told["error_message"] or f"The export is {told['state']}.", code=told["error_code"])
    yield from _answered(Ask("GET", f"/export-jobs/{told['id']}/file/", to=to))
    return to


def plain(method: str, path: str, json: Any = None) -> Steps[Any]:
    """Any other operation of the API; returns its JSON, None where there is none."""
    answer = yield from _answered(Ask(method, path, json=json))
    return answer.json() if answer.content else None


def observations(rows: Iterable[dict[str, Any]]) -> list[Observation]:
    """Rows of a page as values."""
    return [Observation.of(row) for row in rows]


def _answered(ask: Ask) -> Steps[httpx.Response]:
    """The answer; where it was too often and nothing was sent that cannot be sent again, after the stated time."""
    for attempt in range(MOST_TRIES):
        answer = yield ask
        try:
            require_success(answer)
        except TooManyRequests as error:
            if attempt == MOST_TRIES - 1 or ask.file is not None:
                raise
            yield Pause(error.retry_after_s)
        else:
            return answer
    raise AssertionError("unreachable")


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _report(on_progress: Callable[[float], None] | None, share: float) -> None:
    if on_progress is not None:
        on_progress(share)
