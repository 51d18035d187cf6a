"""Static files: who serves them, and their names in production, which carry a hash of the content.

A hash is also in the names by which one ES module imports another.
"""

from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any  # Django's own callables

from django.utils.decorators import sync_and_async_middleware
from servestatic.middleware import ServeStaticMiddleware
from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Without the flag a module would be loaded twice: once by its hashed name, once by the name in `import`."""

    support_js_module_import_aggregation = True


@sync_and_async_middleware
def served(get_response: Callable[..., Any]) -> Callable[..., Any]:
    """Answers requests for static files on the event loop; elsewhere there is nothing to do (common/handling.py)."""
    return ServeStaticMiddleware(get_response) if iscoroutinefunction(get_response) else get_response
