"""A person's logins: where they are signed in, and how all of that ends at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _

from webplatform.accounts.audit import record_event
from webplatform.accounts.events import logins_ended
from webplatform.accounts.models import ApiToken, User
from webplatform.common.database.commits import after_commit

# The first word that a browser's self-description has wins: Edge also calls itself Chrome, Chrome also Safari.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Login:
    """One place where a person is signed in."""

    pk: int
    browser: str
    address: str
    since: datetime
    is_here: bool


def logins_of(request: HttpRequest) -> list[Login]:
    """Where the person who asks is signed in, this browser first; what has ended is forgotten."""
    current_key = request.session.session_key
    rows = UserSession.objects.purge_and_list(request.user)
    logins = [
        Login(row.pk, _browser(row.user_agent), row.ip, row.created_at, row.session_key == current_key) for row in rows
    ]
    return sorted(logins, key=lambda login: (not login.is_here, -login.since.timestamp()))


def end_login(*, login: UserSession, by: User) -> None:
    """That browser is signed out."""
    login.end()
    record_event("logins.ended", actor=by, target=f"user:{login.user_id}", which="one")
    logins_ended.send(sender=User, user=login.user)


def end_other_logins(request: HttpRequest) -> None:
    """The person is signed out everywhere but in this browser, and their live connections end."""
    user = request.user
    _end_all(user)
    record_event("logins.ended", actor=user, target=f"user:{user.pk}", which="others")
    update_session_auth_hash(request, user)
    UserSession.objects.create_from_request(request)


@transaction.atomic
def end_logins_of(user: User) -> None:
    """The user is signed out everywhere."""
    _end_all(user)


def end_tokens_of(user: User) -> int:
    """No program's key of the user opens anything any more; returns how many there were."""
    ended, _models = ApiToken.objects.filter(user=user).delete()
    if ended:
        record_event("token.revoked", actor=user, target=f"user:{user.pk}", tokens=ended)
    return ended


def forget_ended() -> None:
    """Expired logins leave nothing behind, neither Django's row nor the address that was kept beside it."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    for row in UserSession.objects.iterator():
        row.purge()


def _end_all(user: User) -> None:
    User.objects.filter(pk=user.pk).update(login_epoch=F("login_epoch") + 1)  # what no list knows ends, too
    user.refresh_from_db(fields=["login_epoch"])
    end_tokens_of(user)
    for row in UserSession.objects.filter(user=user):
        row.end()
    after_commit(logins_ended.send, sender=User, user=user)


def _browser(text: str) -> str:
    name = next((name for word, name in BROWSERS if word in text), _("unknown browser"))
    system = next((name for word, name in SYSTEMS if word in text), "")
    return _("%(browser)s on %(system)s") % {"browser": name, "system": system} if system else name
