"""Reading the table, and asking what a row says."""

from __future__ import annotations

import json
import tempfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import cv2
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.clips import blank, face_picture, write_clip
from tests.webplatform.access import table
from tests.webplatform.access.world import MP4
from webplatform.accounts.services import create_token

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
SIGN_IN = "/account/login/"
ADMIN_PLACES = ("", "add/", "{}/change/", "{}/delete/", "{}/history/", "{}/")  # the last one leads to the third


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Args:
        method: of HTTP.
        address: with the world's objects in braces.
        answers: one for each of PEOPLE.
        body: what is sent.
    """

    method: str
    address: str
    answers: tuple[str, ...]
    body: Any

    def __str__(self) -> str:
        return f"{self.method} {self.address}"

    def path(self, world: dict[str, Any]) -> str:
        return self.address.format(**world)

    @property
    def is_api(self) -> bool:
        return self.address.startswith("/api/v1/")


def read_rows(text: str) -> list[Row]:
    """The rows of one of the table's blocks."""
    rows = []
    lines = (line.strip() for line in text.splitlines())
    for line in (line for line in lines if line and not line.startswith("--")):
        method, address, *rest = line.split(maxsplit=2 + len(table.PEOPLE))
        answers, body = rest[: len(table.PEOPLE)], rest[len(table.PEOPLE) :]
        rows.append(Row(method, address, tuple(answers), _body(body[0]) if body else None))
    return rows


def _body(text: str) -> Any:
    return table.BODIES[text] if text in table.BODIES else json.loads(text)


def routes() -> dict[str, Any]:
    """Every address that the platform answers, as its patterns write it, with its view."""
    return dict(_walk(get_resolver().url_patterns))


def _walk(patterns: list[Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        here = before + str(pattern.pattern).removeprefix("^" if before else "")  # as Django joins them
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern):
            yield here, pattern.callback


def route_of(row: Row, world: dict[str, Any]) -> str:
    """The pattern that a row's address matches; raises Http404 where there is none."""
    return resolve(row.path(world).partition("?")[0]).route


class Crowd:
    """Everybody who may ask, signed in once: a cookie for pages, a token for the API, the link's key."""

    def __init__(self, world: dict[str, Any]) -> None:
        self._world = world
        # One browser for all, with cookies of its own for each request: making one takes a second.
        self._browser = Client(raise_request_exception=False)
        self._strict_browser = Client(raise_request_exception=False, enforce_csrf_checks=True)
        self._cookies: dict[str, SimpleCookie] = {"nobody": SimpleCookie()}
        self._headers: dict[str, dict[str, str]] = {"nobody": {}, "participant": {"Participant-Key": world["key"]}}
        for name, user in world["users"].items():
            self._browser.force_login(user)
            self._cookies[name] = self._taken_cookies()
            self._headers[name] = {"Authorization": f"Token {create_token(user=user, name='table')[1]}"}
        self._browser.get(f"/p/{world['key']}/")
        self._cookies["participant"] = self._taken_cookies()

    def ask(self, who: str, row: Row, *, by_cookie: bool | None = None, is_strict: bool = False) -> HttpResponse:
        """The answer; whatever the request changed in the database is undone.

        Args:
            by_cookie: None for a cookie on pages and a token in the API.
            is_strict: whether the browser's forms are checked for their CSRF token, which this one does not send.
        """
        browser = self._strict_browser if is_strict else self._browser
        cookies = not row.is_api if by_cookie is None else by_cookie
        browser.cookies = SimpleCookie(self._cookies[who].output(header="")) if cookies else SimpleCookie()
        headers = {} if cookies else self._headers[who]
        with transaction.atomic():
            sent = encoded(row, self._world)
            response = browser.generic(row.method, row.path(self._world), **sent, headers=headers)
            is_read = response.streaming and not response.is_async  # events would never end
            deque(response.streaming_content if is_read else (), maxlen=0)
            transaction.set_rollback(True)
        cache.clear()  # of the limits on guessing, which everybody here shares
        return response

    def _taken_cookies(self) -> SimpleCookie:
        taken, self._browser.cookies = self._browser.cookies, SimpleCookie()
        return taken


def encoded(row: Row, world: dict[str, Any]) -> dict[str, Any]:
    """The body as Django's test client wants it: a form for pages, JSON for the API, parts where a file is sent."""
    if isinstance(row.body, bytes):
        return {"data": row.body, "content_type": "image/jpeg"}
    body = {name: _value(value, world) for name, value in (row.body or {}).items()}
    has_file = any(isinstance(value, SimpleUploadedFile) for value in body.values())
    if row.is_api and not has_file:
        return {"data": json.dumps(body), "content_type": "application/json"}
    return {"data": encode_multipart(BOUNDARY, body), "content_type": MULTIPART_CONTENT}


def _value(value: Any, world: dict[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith("@"):
        return SimpleUploadedFile(value[1:], FILES[value])
    if isinstance(value, list):
        return [_value(one, world) for one in value]
    if isinstance(value, str) and value.startswith("{") and isinstance(world.get(value[1:-1]), int):
        return world[value[1:-1]]  # a number's type counts in JSON
    return value.format(**world) if isinstance(value, str) else value


def film_bytes() -> bytes:
    """A film of a few frames that browsers play."""
    with tempfile.TemporaryDirectory() as folder:
        return write_clip(Path(folder) / "film.mp4", blank(5)).read_bytes()


FILES = {
    "@clip.mp4": MP4 + b"another",
    "@film.mp4": film_bytes(),
    "@face.jpg": cv2.imencode(".jpg", face_picture())[1].tobytes(),
    "@marks.csv": b"from,to,text\n0.1,,joke\n0.2,0.5,film\n",
    "@faces.zip": b"PK\x05\x06" + bytes(18),
    "@bundle.zip": b"PK\x05\x06" + bytes(18),
}


def read_admin(text: str) -> list[Row]:
    """The rows of the admin's block: six addresses of each line's model; everybody else is asked to sign in as one."""
    rows = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        model, key, *answers = line.split()
        for place, answer in zip(ADMIN_PLACES, [*answers, "302"], strict=True):
            everybody = tuple(answer if who == "admin" else "in" for who in table.PEOPLE)
            rows.append(Row("GET", f"/admin/{model}/{place.format(key)}", everybody, None))
    return rows
