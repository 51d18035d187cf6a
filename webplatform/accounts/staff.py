"""Who may open the pages of admins."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

from webplatform.common.errors import NotFound

View = Callable[..., HttpResponse]


def staff_only(view: View) -> View:
    """For everybody else the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_staff:
            raise NotFound
        return view(request, *args, **kwargs)

    return guarded
