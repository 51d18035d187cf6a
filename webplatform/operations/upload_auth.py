"""Who may send a large body: decided by the request's headers, before its first byte is received."""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any  # the ASGI scope

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from webplatform.accounts.models import ApiToken, User
from webplatform.accounts.permissions import is_admin
from webplatform.accounts.tokens import KEYWORDS, valid_token
from webplatform.accounts.two_factor import lacks_second_factor
from webplatform.analysis.queue_limits import require_place
from webplatform.analysis.quota import require_quota
from webplatform.common.errors import AppError
from webplatform.common.rate_limits.limits import require_within_rate
from webplatform.consent.models import ConsentRecord
from webplatform.consent.queries import valid_consent
from webplatform.consent.services import require_consent
from webplatform.studies.permissions import studies_where
from webplatform.studies.roles import Act

PART = "application/offset+octet-stream"


class NotAuthenticated(Exception):
    """The body is not taken; what the address answers to a request without one says why."""


def require_upload(scope: dict[str, Any], size_bytes: int) -> None:
    """Check that the client may upload a video of this size.

    Raises:
        NotAuthenticated: nobody is signed in, or the token may not write.
        ConsentMissing, TooManyAttempts, QuotaExceeded, QueueFull: as `submit_video`.
    """
    user = _user_of(scope, ApiToken.Scope.WRITE)
    require_within_rate("upload", user.pk)
    if valid_consent(user) is None and not _records_participants(user):
        require_consent(of=user)
    require_place(user)
    require_quota(user, size_bytes)


def require_faces(scope: dict[str, Any], size_bytes: int) -> None:
    """Check that the client may have pictures read.

    Raises:
        NotAuthenticated, ConsentMissing: as for a video.
    """
    user = _user_of(scope, ApiToken.Scope.WRITE)
    if valid_consent(user) is None and not _records_participants(user):
        require_consent(of=user)


def require_admin(scope: dict[str, Any], size_bytes: int) -> None:
    """Check that the client is an admin; raise NotAuthenticated otherwise."""
    user = _user_of(scope, ApiToken.Scope.ADMIN)
    if not is_admin(user) or lacks_second_factor(user):
        raise NotAuthenticated


def require_login(scope: dict[str, Any], size_bytes: int) -> None:
    """Raise NotAuthenticated unless the client may write. The view checks the rest before it reads."""
    _user_of(scope, ApiToken.Scope.WRITE)


def refusal_of(scope: dict[str, Any], size_bytes: int) -> AppError | NotAuthenticated | None:
    """Return why the body is refused at this address; None if it is accepted."""
    rule = next((rule for address, rule in UPLOAD_RULES.items() if re.fullmatch(address, scope["path"])), None)
    try:
        if rule is not None and scope.get("method") in ("POST", "PATCH"):
            rule(scope, size_bytes)
    except (AppError, NotAuthenticated) as refusal:
        return refusal
    return None


def is_streamed(scope: dict[str, Any]) -> bool:
    """Whether the body is read while it comes in: parts of uploads, and forms with the files of these addresses."""
    kind = dict(scope["headers"]).get(b"content-type", b"").lower()
    if kind.startswith(PART.encode()):
        return re.fullmatch(RESUMABLE, scope["path"]) is not None
    is_form = scope.get("method") == "POST" and kind.startswith(b"multipart/")
    return is_form and any(re.fullmatch(address, scope["path"]) for address in UPLOAD_RULES)


def _user_of(scope: dict[str, Any], token_scope: str) -> User:
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    words = headers.get(b"authorization", "").split()
    if words:
        token = valid_token(words[1]) if len(words) == 2 and words[0].lower() in KEYWORDS else None
        if token is None or token_scope not in token.scopes:
            raise NotAuthenticated
        return token.user
    user = _signed_in(headers.get(b"cookie", ""))
    if user is None:
        raise NotAuthenticated
    return user


def _signed_in(cookies: str) -> User | None:
    try:
        kept = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if kept is None:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(kept.value)
    user = get_user(request)
    return user if user.is_authenticated and user.is_active else None


def _records_participants(user: User) -> bool:
    """Whether somebody has agreed in a study that the user records in; the body says which study it is."""
    studies = studies_where(user, Act.RECORD)
    return ConsentRecord.objects.filter(participant__study__in=studies, withdrawn_at=None).exists()


RESUMABLE = "/api/v1/uploads/([0-9a-f-]+/?)?"
UPLOAD_RULES = {  # by regular expressions
    "/api/v1/analyses/?": require_upload,
    RESUMABLE: require_login,
    "/upload/": require_upload,
    "/api/v1/faces/": require_faces,
    "/learning/datasets/new/": require_admin,
    "/learning/models/new/": require_admin,
    "/studies/[0-9a-f-]+/films/": require_login,
}
