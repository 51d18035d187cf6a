"""What keeps everybody but admins out of a page or an operation of the REST API."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from webplatform.accounts.permissions import is_admin
from webplatform.common.errors import NotFound

View = Callable[..., HttpResponse]


class IsAdmin(BasePermission):
    """Only admins may do this; a token needs the scope `admin` for it."""

    def has_permission(self, request: Request, view: object) -> bool:
        return is_admin(request.user)


def staff_only(view: View) -> View:
    """For everybody else the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not is_admin(request.user):
            raise NotFound
        return view(request, *args, **kwargs)

    return guarded
