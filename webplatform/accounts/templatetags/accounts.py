"""Template tags about accounts."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.urls import reverse

from webplatform.common.outbound.mail import reaches_people

register = template.Library()


@register.simple_tag
def single_sign_on() -> dict[str, str] | None:
    """Where single sign-on begins and what it is called; None where it is off."""
    if not settings.OIDC_SERVER_URL:
        return None
    return {"name": settings.OIDC_NAME, "url": reverse("openid_connect_login", args=["sso"])}


@register.simple_tag
def mail_is_off() -> bool:
    """Whether no letter reaches anybody."""
    return not reaches_people()
