"""Static files: who serves them, and their names in production, which carry a hash of the content.

A hash is also in the names by which one ES module imports another.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any  # Django's own callables

from django.core.exceptions import MiddlewareNotUsed
from servestatic.middleware import ServeStaticMiddleware
from servestatic.storage import CompressedManifestStaticFilesStorage

_is_left_out: ContextVar[bool] = ContextVar("is_left_out", default=False)


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Without the flag a module would be loaded twice: once by its hashed name, once by the name in `import`."""

    support_js_module_import_aggregation = True

    def url_converter(
        self, name: str, hashed_files: dict[str, str], template: str | None = None
    ) -> Callable[[re.Match[str]], str]:
        convert = super().url_converter(name, hashed_files, template)
        return lambda match: match[0] if name.endswith(".js") and _is_in_comment(match) else convert(match)


class StaticFiles(ServeStaticMiddleware):
    """Answers requests for static files, on the event loop alone: a chain of middleware without one leaves it out."""

    def __init__(self, get_response: Callable[..., Any]) -> None:
        if _is_left_out.get():
            raise MiddlewareNotUsed
        super().__init__(get_response)


def _is_in_comment(match: re.Match[str]) -> bool:
    """Whether a comment names a type so: `@param {import("./face.js").FacePanel} panel`."""
    before = match.string[: match.start()].rpartition("\n")[2].lstrip()
    return before.startswith(("*", "/*")) and "*/" not in before


@contextmanager
def without_static_files() -> Iterator[None]:
    """A chain that is built meanwhile serves no static files."""
    token = _is_left_out.set(True)
    try:
        yield
    finally:
        _is_left_out.reset(token)
