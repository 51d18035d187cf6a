"""Template tags about accounts."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.urls import reverse

register = template.Library()


@register.simple_tag
def single_sign_on() -> dict[str, str] | None:
    """Where single sign-on begins and what it is called; None where it is off."""
    if not settings.OIDC_SERVER_URL:
        return None
    return {"name": settings.OIDC_NAME, "url": reverse("openid_connect_login", args=["sso"])}
