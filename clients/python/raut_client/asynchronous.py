"""The client for asyncio: the same names as `Raut`, awaited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from json import dumps
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar  # what JSON holds

import httpx

from raut_client import operations as steps
from raut_client.client import PREFIX, headers_of, id_of, sent
from raut_client.errors import Unreachable
from raut_client.progress import OnProgress
from raut_client.values import Job, Observation, Session, Timeline

T = TypeVar("T")


class AsyncRaut:
    """A Raut server, asked with an API token; see `Raut` for the arguments."""

    def __init__(self, url: str, token: str, *, timeout_s: float = 60) -> None:
        self.url, self.token = url.rstrip("/"), token
        self._http = httpx.AsyncClient(base_url=f"{self.url}{PREFIX}", headers=headers_of(token), timeout=timeout_s)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def upload(
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
        """Hand in a video; returns the job that reads it."""
        fields: dict[str, Any] = {"title": title, "study": study, "participant": participant, "condition": condition}
        fields |= {"external_id": external_id, "metadata": metadata and dumps(metadata)}
        fields |= {"again": "true"} if again else {}
        return await self._run(steps.upload(Path(file), fields, on_progress))

    async def job(self, job_id: str) -> Job:
        """A job as it is now."""
        return await self._run(steps.one_job(job_id))

    async def wait(
        self,
        job: Job | str,
        *,
        every_s: float = 1.0,
        within_s: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Session:
        """Wait for a job; returns the session that it made. Raises JobFailed, TimeoutError."""
        return await self._run(steps.wait(id_of(job), every_s=every_s, within_s=within_s, on_progress=on_progress))

    async def session(self, session_id: str) -> Session:
        """A session."""
        return await self._run(steps.one_session(session_id))

    async def sessions(self, **filters: Any) -> AsyncIterator[Session]:
        """The sessions of your studies, newest first."""
        async for row in self._pages("/sessions/", filters):
            yield Session.of(row)

    async def observations(self, session: Session | str, **narrowed: Any) -> AsyncIterator[Observation]:
        """Every face in every frame that was looked at, in order of time."""
        async for row in self._pages(f"/sessions/{id_of(session)}/observations/", narrowed):
            yield Observation.of(row)

    async def rows(self, path: str, **narrowed: Any) -> AsyncIterator[dict[str, Any]]:
        """Every row of any list, page by page."""
        async for row in self._pages(path, narrowed):
            yield row

    async def timeline(
        self,
        session: Session | str,
        *,
        bucket_ms: int | None = None,
        from_ms: int | None = None,
        to_ms: int | None = None,
        track: int | None = None,
    ) -> Timeline:
        """The session's faces in equal buckets of time."""
        query = {"bucket_ms": bucket_ms, "from_ms": from_ms, "to_ms": to_ms, "track": track}
        return await self._run(steps.timeline(id_of(session), query))

    async def export(
        self,
        sessions: Sequence[Session | str],
        file_format: str,
        to: str | Path,
        *,
        every_s: float = 1.0,
        **options: Any,
    ) -> Path:
        """Have a file made of sessions and store it; returns its path. Raises JobFailed."""
        body = {"format": file_format, "sessions": [id_of(session) for session in sessions], **options}
        return await self._run(steps.export(body, Path(to), every_s=every_s))

    async def call(self, method: str, path: str, json: Any = None) -> Any:
        """Any other operation of the API; returns its JSON."""
        return await self._run(steps.plain(method, path, json))

    async def live(
        self,
        frames: Iterable[tuple[int, bytes]],
        on_result: Callable[[dict[str, Any]], None],
        *,
        title: str | None = None,
        fps: float = 10,
    ) -> str | None:
        """Read pictures as they come; returns the session's id, None where nothing was read."""
        from raut_client import live  # an extra: who reads files needs no WebSocket

        return await live.run(self.url, self._ticket, frames, on_result, title=title, fps=fps)

    async def _ticket(self) -> str:
        return str((await self.call("POST", "/live/tickets/"))["ticket"])

    async def _pages(self, path: str, params: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        rows, following = await self._run(steps.page(path, params))
        while True:
            for row in rows:
                yield row
            if following is None:
                return
            rows, following = await self._run(steps.page(following, {}))

    async def _run(self, todo: steps.Steps[T]) -> T:
        try:
            step = next(todo)
            while True:
                if isinstance(step, steps.Pause):
                    await asyncio.sleep(step.seconds)
                    step = next(todo)
                    continue
                try:
                    answer = await self._answer(step)
                except Unreachable as error:
                    step = todo.throw(error)
                else:
                    step = todo.send(answer)
        except StopIteration as end:
            value: T = end.value
            return value
        finally:
            todo.close()

    async def _answer(self, request: steps.Request) -> httpx.Response:
        try:
            if request.to is None:
                return await self._http.request(request.method, request.path, **sent(request))
            async with self._http.stream(request.method, request.path) as answer:
                if not answer.is_success:
                    await answer.aread()
                    return answer
                with request.to.open("wb") as file:
                    async for part in answer.aiter_bytes():
                        file.write(part)
                return answer
        except httpx.TransportError as error:
            raise Unreachable(f"{self.url} does not answer: {error}") from error
