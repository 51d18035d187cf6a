"""What somebody sees at the platform's address before signing in."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse


def welcome(request: HttpRequest) -> HttpResponse:
    """The welcome page with the ways to log in; a filtered list in the address is kept for after the login."""
    login_url = reverse("account_login")
    if request.GET:
        login_url += "?" + urlencode({"next": request.get_full_path()})
    context = {"login_url": login_url, "is_signup_open": settings.RAUT_SIGNUP_OPEN}
    return render(request, "dashboard/welcome.html", context)
