"""Which views take a large body: each declares how much, and who may send it.

The application looks at the declaration before it receives the first byte.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar  # the ASGI scope

from django.conf import settings
from django.urls import Resolver404, resolve

MULTIPART = "multipart/"
WRITING = ("PATCH", "POST", "PUT")
FORM_BYTES = 1024**2  # what a form has around its file
UPLOAD_BYTES = settings.RAUT_MAX_UPLOAD_MB * 1024**2 + FORM_BYTES

RULE = "raut.body_rule"  # in the ASGI scope

Scope = dict[str, Any]
Require = Callable[[Scope, int], None]
View = TypeVar("View", bound=Callable[..., Any])


class NotAuthenticated(Exception):
    """The body is not received. The view's answer to a request without a body says why."""


@dataclass(frozen=True, slots=True)
class BodyRule:
    """What a view takes.

    Args:
        limit_bytes: the most.
        require: called with the ASGI scope and the declared size in bytes (0: unknown) before the first byte; raises an
            AppError, which is the answer, or NotAuthenticated. None: anybody may send it.
        streams: the view reads bodies of these kinds while they are received; beginnings of content types.
    """

    limit_bytes: int
    require: Require | None = None
    streams: tuple[str, ...] = ()


def takes_body(
    limit_bytes: int, *, require: Require | None = None, streams: tuple[str, ...] = ()
) -> Callable[[View], View]:
    """Declare a BodyRule on a view: a function (directly above it, below its other decorators) or a class."""

    def declare(view: View) -> View:
        view.body_rule = BodyRule(limit_bytes, require, streams)  # type: ignore[attr-defined]
        return view

    return declare


def body_rule_of(scope: Scope) -> BodyRule | None:
    """The rule of the view that this request is for; None where a body is as small as everywhere."""
    if RULE not in scope:
        scope[RULE] = _declared_rule(scope)
    return scope[RULE]


def _declared_rule(scope: Scope) -> BodyRule | None:
    if scope.get("method") not in WRITING:
        return None
    try:
        view = resolve(scope["path"]).func
    except Resolver404:
        return None
    return getattr(getattr(view, "view_class", view), "body_rule", None)


def is_streamed(scope: Scope) -> bool:
    """Whether the view reads the body of this request while it is received."""
    rule = body_rule_of(scope)
    content_type = dict(scope["headers"]).get(b"content-type", b"").decode("latin-1").lower()
    return rule is not None and content_type.startswith(rule.streams)
