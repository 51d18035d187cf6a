"""The demonstration's one-time way in. Outside of the demonstration there is no such page."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from webplatform.accounts.models import User
from webplatform.operations.demo_login import redeem_login_key


@never_cache
@require_GET
def enter(request: HttpRequest, key: str) -> HttpResponse:
    """Sign in whom the address was made for, once."""
    if not settings.RAUT_DEMO:
        raise Http404
    email = redeem_login_key(Path(settings.DATA_DIR) / "demo", key)
    user = User.objects.filter(email=email, is_active=True).first() if email else None
    if user is None:
        message = _("This address was used already, or is too old. Log in with what the demonstration printed.")
        messages.error(request, message)
        return redirect("account_login")
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("dashboard:home")
