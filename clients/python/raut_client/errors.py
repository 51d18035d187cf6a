"""What can go wrong, each kind with its own class; all of them are a `RautError`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any  # what JSON holds

import httpx


class RautError(Exception):
    """An answer that is no success.

    Attributes:
        code: what happened, for programs, as docs/api.md tells it ("" where the server said none).
        status: the HTTP status; 0 where there was no answer.
        details: what else the server said, such as the fields that are wrong.
    """

    def __init__(self, message: str, *, code: str = "", status: int = 0, details: Mapping[str, Any] | None = None):
        super().__init__(message)
        self.code, self.status, self.details = code, status, dict(details or {})


class Invalid(RautError):
    """What was sent cannot be taken (400, 413, 415, 422)."""


class NotAllowed(RautError):
    """The token is none, lacks a scope, or its owner has not agreed to the consent text (401, 403)."""


class NotFound(RautError):
    """It does not exist, or not for you (404, 410)."""


class Conflict(RautError):
    """Something else must happen first (409; 422 with the code `conflict` at the end of an upload)."""


class TooManyRequests(RautError):
    """That was too often (429); `retry_after_s` says when to try again."""

    retry_after_s: float = 1.0


class ServerFailed(RautError):
    """The server could not do it (5xx)."""


class Unreachable(RautError):
    """No answer came: no network, no server, or none in time."""


class JobFailed(RautError):
    """The file could not be analysed, or the job was cancelled."""


KINDS: dict[int, type[RautError]] = {401: NotAllowed, 403: NotAllowed, 404: NotFound, 410: NotFound, 409: Conflict}


def require_success(answer: httpx.Response) -> None:
    """Raises the error that an answer tells; nothing for a success.

    Both shapes are understood: `code`, `message`, `details`, and the members of RFC 9457.
    """
    if answer.is_success:
        return
    problem = _problem_of(answer)
    status = answer.status_code
    kind = KINDS.get(status, ServerFailed if status >= 500 else Invalid)
    if status == 429:
        kind = TooManyRequests
    if problem.get("code") == "conflict":
        kind = Conflict
    message = str(
        problem.get("message") or problem.get("detail") or problem.get("title") or f"The server answered {status}."
    )
    details = problem.get("details")
    if isinstance(details, Mapping) and details and kind is Invalid:
        message += " " + "; ".join(f"{name}: {_words(reasons)}" for name, reasons in details.items())
    code = str(problem.get("code") or "")
    error = kind(message, code=code, status=status, details=details if isinstance(details, Mapping) else None)
    if isinstance(error, TooManyRequests):
        error.retry_after_s = _seconds(answer.headers.get("Retry-After"))
    raise error


def _problem_of(answer: httpx.Response) -> dict[str, Any]:
    try:
        problem = answer.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _words(reasons: object) -> str:
    return " ".join(map(str, reasons)) if isinstance(reasons, list) else str(reasons)


def _seconds(header: str | None) -> float:
    return float(header) if header and header.isdecimal() else 1.0
