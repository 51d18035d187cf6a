"""Who a visitor without an account is: the participant whose link was opened in this browser."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from rest_framework.request import Request

from webplatform.common.rate_limits.limits import address_of, consume, require_within_rate
from webplatform.live.services import LiveIdentity
from webplatform.participation.links import link_of_key, valid_links
from webplatform.retention.models import ErasedLink
from webplatform.studies.models import ParticipantLink

KEPT_AS = "participant_link"


def link_opened(request: HttpRequest | Request, key: str) -> ParticipantLink | None:
    """The link that a key opens; None for a wrong one, which counts as a guess.

    Raises TooManyAttempts for every key, right or wrong, where more than RAUT_RATE_LINK came from this address.
    """
    address = address_of(request)
    require_within_rate("link", address)
    link = link_of_key(key)
    if link is None:
        consume("link", address)
    return link


def link_of_login(
    login_data: Any,
) -> ParticipantLink | None:  # Django's session store; a plain one in scopes without it
    """The link that was opened in this browser, while it is valid."""
    number = login_data.get(KEPT_AS) if login_data else None
    return valid_links().filter(pk=number).first() if number else None


def live_identity_of(login_data: Any) -> LiveIdentity | None:
    """The participant's identity on the live socket: sessions belong to the account that made the link."""
    link = link_of_login(login_data)
    if link is None or link.created_by is None or not link.created_by.is_active:
        return None
    return LiveIdentity(link.created_by, link.participant)


def link_over(request: HttpRequest, **link: Any) -> HttpResponse:  # the link's number or its key's hash
    """The page of a link that opens nothing (any more); that of somebody who was erased shows their receipt."""
    erased = ErasedLink.objects.filter(**link).select_related("receipt").first()
    return render(request, "participation/over.html", {"receipt": erased and erased.receipt}, status=404)


def participant_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Set `request.link` for the view; without a valid link show the page that the link has expired."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.link = link_of_login(request.session)
        if request.link is None:
            return link_over(request, link_id=request.session.get(KEPT_AS))
        return view(request, *args, **kwargs)

    return guarded
