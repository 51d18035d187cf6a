"""The client that waits for each answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from json import dumps
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar  # what JSON holds

import httpx

from raut_client import operations as steps
from raut_client.errors import Unreachable
from raut_client.progress import OnProgress
from raut_client.values import Job, Observation, Session, Timeline

T = TypeVar("T")
PREFIX = "/api/v1"


class Raut:
    """A Raut server, asked with an API token.

    Args:
        url: the server's address, such as "https://raut.example.org".
        token: a key made on the page Account > API tokens, with the scopes read and write.
        timeout_s: how long an answer may take to begin.
    """

    def __init__(self, url: str, token: str, *, timeout_s: float = 60) -> None:
        self.url, self.token = url.rstrip("/"), token
        self._http = httpx.Client(base_url=f"{self.url}{PREFIX}", headers=headers_of(token), timeout=timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def upload(
        self,
        file: str | Path,
        *,
        title: str | None = None,
        study: str | None = None,
        participant: str | None = None,
        condition: int | None = None,
        external_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        again: bool = False,
        on_progress: OnProgress | None = None,
    ) -> Job:
        """Hand in a video, in parts that go on after a lost connection; returns the job that reads it.

        Args:
            study, participant, condition: ids of what it is recorded for; none: of you, for yourself.
            external_id, metadata: what your program calls it, and a small JSON object that it goes with.
            again: read it also where the same file was read before; else that is a `Conflict`.
            on_progress: told how much was sent, 0 to 1; `raut_client.progress.Bar` draws it.
        """
        fields: dict[str, Any] = {"title": title, "study": study, "participant": participant, "condition": condition}
        fields |= {"external_id": external_id, "metadata": metadata and dumps(metadata)}
        fields |= {"again": "true"} if again else {}
        return self._run(steps.upload(Path(file), fields, on_progress))

    def job(self, job_id: str) -> Job:
        """A job as it is now."""
        return self._run(steps.one_job(job_id))

    def wait(
        self,
        job: Job | str,
        *,
        every_s: float = 1.0,
        within_s: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Session:
        """Wait for a job; returns the session that it made.

        Raises:
            JobFailed: it failed or was cancelled.
            TimeoutError: it was not over within `within_s`.
        """
        return self._run(steps.wait(id_of(job), every_s=every_s, within_s=within_s, on_progress=on_progress))

    def session(self, session_id: str) -> Session:
        """A session."""
        return self._run(steps.one_session(session_id))

    def sessions(self, **filters: Any) -> Iterator[Session]:
        """The sessions of your studies, newest first, narrowed as docs/api.md says: `study=…`, `state="closed"` …"""
        return map(Session.of, self._pages("/sessions/", filters))

    def observations(self, session: Session | str, **narrowed: Any) -> Iterator[Observation]:
        """Every face in every frame that was looked at, in order of time; `from_ms`, `to_ms`, `track` narrow it."""
        return map(Observation.of, self._pages(f"/sessions/{id_of(session)}/observations/", narrowed))

    def rows(self, path: str, **narrowed: Any) -> Iterator[dict[str, Any]]:
        """Every row of any list, page by page, such as `rows(f"/sessions/{session.id}/markers/")`."""
        return self._pages(path, narrowed)

    def timeline(
        self,
        session: Session | str,
        *,
        bucket_ms: int | None = None,
        from_ms: int | None = None,
        to_ms: int | None = None,
        track: int | None = None,
    ) -> Timeline:
        """The session's faces in equal buckets of time; `.frame()` makes a pandas frame of it."""
        query = {"bucket_ms": bucket_ms, "from_ms": from_ms, "to_ms": to_ms, "track": track}
        return self._run(steps.timeline(id_of(session), query))

    def export(
        self,
        sessions: Sequence[Session | str],
        file_format: str,
        to: str | Path,
        *,
        every_s: float = 1.0,
        **options: Any,
    ) -> Path:
        """Have a file made of sessions ("csv", "xlsx", "pdf", "video" …) and store it; returns its path.

        Raises:
            JobFailed: it could not be made.
        """
        body = {"format": file_format, "sessions": [id_of(session) for session in sessions], **options}
        return self._run(steps.export(body, Path(to), every_s=every_s))

    def call(self, method: str, path: str, json: Any = None) -> Any:
        """Any other operation of the API, such as `call("GET", "/studies/")`; returns its JSON."""
        return self._run(steps.plain(method, path, json))

    def live(
        self,
        frames: Iterable[tuple[int, bytes]],
        on_result: Callable[[dict[str, Any]], None],
        *,
        title: str | None = None,
        fps: float = 10,
    ) -> str | None:
        """Read pictures as they come; see `raut_client.live`. Returns the session's id, None where nothing was read."""
        from raut_client import live  # an extra: who reads files needs no WebSocket

        return asyncio.run(live.run(self.url, self._ticket, frames, on_result, title=title, fps=fps))

    async def _ticket(self) -> str:
        return str(self.call("POST", "/live/tickets/")["ticket"])

    def _pages(self, path: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
        rows, following = self._run(steps.page(path, params))
        while True:
            yield from rows
            if following is None:
                return
            rows, following = self._run(steps.page(following, {}))

    def _run(self, todo: steps.Steps[T]) -> T:
        """Do the steps one after the other; an error of the network is told to them where they are."""
        try:
            step = next(todo)
            while True:
                if isinstance(step, steps.Pause):
                    time.sleep(step.seconds)
                    step = next(todo)
                    continue
                try:
                    answer = self._answer(step)
                except Unreachable as error:
                    step = todo.throw(error)
                else:
                    step = todo.send(answer)
        except StopIteration as end:
            value: T = end.value
            return value
        finally:
            todo.close()

    def _answer(self, request: steps.Request) -> httpx.Response:
        try:
            if request.to is None:
                return self._http.request(request.method, request.path, **sent(request))
            with self._http.stream(request.method, request.path) as answer:
                if not answer.is_success:
                    answer.read()
                    return answer
                with request.to.open("wb") as file:
                    for part in answer.iter_bytes():
                        file.write(part)
                return answer
        except httpx.TransportError as error:
            raise Unreachable(f"{self.url} does not answer: {error}") from error


def headers_of(token: str) -> dict[str, str]:
    """What every request carries."""
    return {"Authorization": f"Token {token}", "Accept": "application/json"}


def id_of(item: Job | Session | str) -> str:
    """The id of what is named by its id or itself."""
    return item if isinstance(item, str) else item.id


def sent(request: steps.Request) -> dict[str, Any]:
    """The arguments of httpx for a request."""
    arguments: dict[str, Any] = {}
    if request.params:
        arguments["params"] = request.params
    if request.json is not None:
        arguments["json"] = request.json
    if request.headers:
        arguments["headers"] = request.headers
    if request.content is not None:
        arguments["content"] = request.content
    return arguments
