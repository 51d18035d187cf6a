"""From which addresses videos may be fetched: what the settings say, for an address and for each redirect."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from webplatform.common.errors import Invalid, NotAllowed
from webplatform.common.outbound.addresses import Allowed, Target, target_within
from webplatform.fetching.models import MAX_URL

ANY = "*"


def allowed() -> Allowed:
    """What the settings let videos be fetched from."""
    return Allowed(http=settings.RAUT_FETCH_HTTP, private=settings.RAUT_FETCH_PRIVATE, longest=MAX_URL)


def require_on() -> None:
    """Raises NotAllowed where the operator lets nothing be fetched."""
    if not settings.RAUT_FETCH_HOSTS:
        raise NotAllowed(_("This server fetches no videos from addresses: its operator has not turned that on."))


def source_of(url: str) -> Target:
    """The parts of an address that a video may be fetched from.

    Raises:
        NotAllowed: the operator lets nothing be fetched.
        Invalid: it is no such address, its host is not one of those that are allowed, or it is plainly a private one.
    """
    require_on()
    target = target_within(url, allowed())
    if not any(_matches(target.host, host.lower()) for host in settings.RAUT_FETCH_HOSTS):
        text = _("This server does not fetch from %(host)s. It does from: %(hosts)s.")
        raise Invalid(text % {"host": target.host, "hosts": ", ".join(settings.RAUT_FETCH_HOSTS)}, field="url")
    return target


def name_in(url: str) -> str:
    """What the file at an address is called."""
    return unquote(urlsplit(url).path.rsplit("/", 1)[-1]) or "video"


def _matches(host: str, rule: str) -> bool:
    return rule == ANY or host == rule or (rule.startswith(".") and host.endswith(rule))
