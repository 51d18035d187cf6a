"""Logins expire: after a time without use, and at the latest some days after they began."""

from __future__ import annotations

import time
from collections.abc import Callable, MutableMapping

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

BEGAN, USED = "login_began_s", "login_used_s"
NOTED_EVERY_S = 300  # not with every request: each note is a write
PERSONAL = ("text/html", "application/json", "text/csv", "text/markdown", "application/zip")


def begin_login(login: MutableMapping[str, int]) -> None:
    """The login's time runs from now on."""
    login[BEGAN] = login[USED] = int(time.time())


class LoginsEnd:
    """Ends logins by RAUT_LOGIN_IDLE_HOURS and RAUT_LOGIN_DAYS, and lets no cache keep what a person saw."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            self._check_age(request)
        response = self.get_response(request)
        carries = settings.SESSION_COOKIE_NAME in request.COOKIES or "HTTP_AUTHORIZATION" in request.META
        if carries and response.get("Content-Type", "").startswith(PERSONAL):
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    def _check_age(self, request: HttpRequest) -> None:
        now_s, login = int(time.time()), request.session
        began_s, used_s = login.get(BEGAN), login.get(USED)
        if began_s is None or used_s is None:  # a new one, or one from before there were limits
            begin_login(login)
        elif (
            now_s - used_s > settings.RAUT_LOGIN_IDLE_HOURS * 3600 or now_s - began_s > settings.RAUT_LOGIN_DAYS * 86400
        ):
            logout(request)
        elif now_s - used_s > NOTED_EVERY_S:
            login[USED] = now_s
