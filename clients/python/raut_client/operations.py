"""What the client can do, without saying how a request travels: both clients run these steps.

A step yields a `Request` and is sent its response, or a `Pause` and is sent None.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar  # what JSON holds

import httpx

from raut_client.errors import Conflict, JobFailed, ServerFailed, TooManyRequests, Unreachable, require_success
from raut_client.progress import OnProgress
from raut_client.values import Job, Observation, Session, Timeline

T = TypeVar("T")
MOST_TRIES = 5
PART_BYTES = 4 * 1024**2
RESUME_AFTER_S = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
TUS = {"Tus-Resumable": "1.0.0"}
FORMATS = {"csv", "csv_wide", "xlsx", "parquet", "json", "pdf", "png", "svg", "webvtt", "srt", "eaf", "video"}


@dataclass(frozen=True, slots=True)
class Request:
    """A request; `to` is a file that takes the body of the answer."""

    method: str
    path: str
    params: dict[str, Any] = field(default_factory=dict)
    json: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None
    to: Path | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is to be done for a while."""

    seconds: float


Steps = Generator[Request | Pause, httpx.Response, T]


def upload(path: Path, fields: dict[str, Any], on_progress: OnProgress | None) -> Steps[Job]:
    """Hand in a video in parts, by tus 1.0; returns the job that reads it.

    After a lost connection, sending continues at the offset that the server states.

    Raises:
        Unreachable: the server did not come back within half a minute.
    """
    size, values = path.stat().st_size, {"filename": path.name, **_without_missing(fields)}
    metadata = ",".join(f"{name} {b64encode(str(value).encode()).decode()}" for name, value in values.items())
    begun = {**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata}
    answer = yield from _answered(Request("POST", "/uploads/", headers=begun))
    address = f"/uploads/{answer.headers['Location'].rstrip('/').rpartition('/')[2]}/"
    with path.open("rb") as file:
        while (offset := int(answer.headers["Upload-Offset"])) < size:
            file.seek(offset)
            headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            part = Request("PATCH", address, headers=headers, content=file.read(PART_BYTES))
            answer = yield from _resumed(part, Request("HEAD", address, headers=TUS))
            _report(on_progress, int(answer.headers["Upload-Offset"]) / size)
    return (yield from one_job(answer.headers["Raut-Job"]))


def one_job(job_id: str) -> Steps[Job]:
    """A job as it is now."""
    answer = yield from _answered(Request("GET", f"/analyses/{job_id}/"))
    return Job.of(answer.json())


def wait(job_id: str, *, every_s: float, within_s: float | None, on_progress: OnProgress | None) -> Steps[Session]:
    """Wait for a job; returns the session that it made.

    Raises:
        JobFailed: it failed or was cancelled.
        TimeoutError: it would not be over within `within_s`.
    """
    end_s = None if within_s is None else time.monotonic() + within_s
    while not (job := (yield from one_job(job_id))).is_over:
        _report(on_progress, job.progress)
        if end_s is not None and time.monotonic() + every_s > end_s:
            raise TimeoutError(f"The job is {job.status} and not over within {within_s} s.")
        yield Pause(every_s)
    if job.status != "done":
        code = (job.raw.get("error") or {}).get("code", job.status)
        raise JobFailed(job.error or f"The job is {job.status}.", code=code)
    _report(on_progress, 1.0)
    return (yield from one_session(job.session))


def one_session(session_id: str) -> Steps[Session]:
    """A session."""
    answer = yield from _answered(Request("GET", f"/sessions/{session_id}/"))
    return Session.of(answer.json())


def timeline(session_id: str, query: dict[str, Any]) -> Steps[Timeline]:
    """The faces of a session in equal buckets of time."""
    answer = yield from _answered(Request("GET", f"/sessions/{session_id}/timeline/", params=_without_missing(query)))
    return Timeline.of(answer.json())


def page(path: str, params: dict[str, Any]) -> Steps[tuple[list[dict[str, Any]], str | None]]:
    """One page of a list, and the address of the next one; None: it was the last."""
    answer = yield from _answered(Request("GET", path, params=_without_missing(params)))
    body = answer.json()
    return body["results"], body["next"]


def export(body: dict[str, Any], to: Path, *, every_s: float) -> Steps[Path]:
    """Have a file made of sessions, wait for it, and store it at `to`.

    Raises:
        JobFailed: it could not be made.
    """
    if body["format"] not in FORMATS:
        raise ValueError(f"There is no format {body['format']!r}; there are {', '.join(sorted(FORMATS))}.")
    job = (yield from _answered(Request("POST", "/export-jobs/", json=body))).json()
    while job["state"] in {"queued", "running"}:
        yield Pause(every_s)
        job = (yield from _answered(Request("GET", f"/export-jobs/{job['id']}/"))).json()
    if job["state"] != "done":
        raise JobFailed(job["error_message"] or f"The export is {job['state']}.", code=job["error_code"])
    yield from _answered(Request("GET", f"/export-jobs/{job['id']}/file/", to=to))
    return to


def plain(method: str, path: str, json: Any = None) -> Steps[Any]:
    """Call any other operation of the API; returns its JSON, None where there is none."""
    answer = yield from _answered(Request(method, path, json=json))
    return answer.json() if answer.content else None


def observations(rows: Iterable[dict[str, Any]]) -> list[Observation]:
    """Rows of a page as values."""
    return [Observation.of(row) for row in rows]


def _resumed(part: Request, state: Request) -> Steps[httpx.Response]:
    """Send a part and return the answer.

    Where none comes, or the server has another offset, return the answer to `state`, which says where to continue.
    """
    for wait_s in (*RESUME_AFTER_S, None):
        try:
            return (yield from _answered(part))
        except (Unreachable, ServerFailed, Conflict) as error:
            if wait_s is None or (isinstance(error, Conflict) and error.code != "offset_mismatch"):
                raise
            yield Pause(0 if isinstance(error, Conflict) else wait_s)
        try:
            return (yield from _answered(state))
        except (Unreachable, ServerFailed):
            continue
    raise AssertionError("The loop returns or raises.")


def _answered(request: Request) -> Steps[httpx.Response]:
    """Send a request and return the answer; after a 429, wait as long as the server says and try again."""
    for attempt in range(MOST_TRIES):
        answer = yield request
        try:
            require_success(answer)
        except TooManyRequests as error:
            if attempt == MOST_TRIES - 1:
                raise
            yield Pause(error.retry_after_s)
        else:
            return answer
    raise AssertionError("The loop returns or raises.")


def _without_missing(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _report(on_progress: Callable[[float], None] | None, share: float) -> None:
    if on_progress is not None:
        on_progress(share)
