"""What pages that record say where nobody may be recorded yet."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from webplatform.history.targets import Choices


def whose_face(request: HttpRequest, choices: Choices) -> HttpResponse:
    """The page that tells oneself and others apart, before anything can be recorded."""
    context = {"next": request.path, "choices": choices, "waiting": any(target.people for target in choices.targets)}
    return render(request, "history/whose_face.html", context)
