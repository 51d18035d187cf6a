"""Static files: who serves them, and their names in production, which carry a hash of the content.

A hash is also in the names by which one ES module imports another.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any  # Django's own callables

from django.core.exceptions import MiddlewareNotUsed
from django.utils.decorators import async_only_middleware
from servestatic.middleware import ServeStaticMiddleware
from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Without the flag a module would be loaded twice: once by its hashed name, once by the name in `import`."""

    support_js_module_import_aggregation = True


# Set while the chain for the event loop is made. The callables of a chain do not tell: one middleware that knows only
# threads makes all before it run in a thread, on the event loop, too.
is_for_event_loop = ContextVar("is_for_event_loop", default=False)


@async_only_middleware
def served(get_response: Callable[..., Any]) -> Callable[..., Any]:
    """Answers requests for static files on the event loop; elsewhere there is nothing to do (common/handling.py)."""
    if not is_for_event_loop.get():
        raise MiddlewareNotUsed
    return ServeStaticMiddleware(get_response)
