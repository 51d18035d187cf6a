"""The dashboard's pages: they compose what the other apps know."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The user's sessions, newest first."""
    return render(request, "dashboard/home.html")


@login_required
@require_GET
def upload(request: HttpRequest) -> HttpResponse:
    """Where videos are handed in."""
    return render(request, "dashboard/upload.html")
