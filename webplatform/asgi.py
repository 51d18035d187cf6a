"""The ASGI entry: HTTP to Django, WebSockets to Channels, oversized bodies to nobody."""

import gc
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import parent_process
from typing import Any

import django
from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webplatform.settings")
django.setup(set_prefix=False)

from webplatform.accounts.handshakes import ProofOrOrigin  # noqa: E402  (what follows needs the app registry)
from webplatform.common.errors import AppError  # noqa: E402
from webplatform.common.http.body_limits import BodyLimit  # noqa: E402
from webplatform.common.http.large_bodies import (  # noqa: E402
    NotAuthenticated,
    Require,
    body_rule_of,
    is_streamed,
)
from webplatform.common.http.socket_threads import SocketThreads  # noqa: E402
from webplatform.common.http.trailing_slash import FinalSlashApp  # noqa: E402
from webplatform.common.system.disk import free_bytes  # noqa: E402
from webplatform.common.system.parent_death import end_with  # noqa: E402
from webplatform.urls import websocket_urlpatterns  # noqa: E402
from webplatform.vault.request_bodies import SealedBodies  # noqa: E402

CHECKS_AT_ONCE = 4
GARBAGE_AFTER_OBJECTS = 20_000

if starter := parent_process():  # one of several web processes must not hold the port when the first one is killed
    end_with(starter.pid or 0)

# What libraries write to the disk for a while lies with our data: a system's folder is memory on many machines.
tempfile.tempdir = settings.FILE_UPLOAD_TEMP_DIR


def has_room(body_bytes: int) -> bool:
    """Whether the disk can take a body: its file is sealed where it stays, as it comes in."""
    return free_bytes(settings.DATA_DIR) >= body_bytes + settings.RAUT_MIN_FREE_DISK_MB * 1024**2


def goes_on(received_bytes: int) -> bool:
    """Whether the disk can take more after what was received, which lies there already."""
    return has_room(0)


def refusal_of(require: Require, scope: dict[str, Any], size_bytes: int) -> AppError | NotAuthenticated | None:
    """Why a view's requirement refuses a body; None where it is received."""
    try:
        require(scope, size_bytes)
    except (AppError, NotAuthenticated) as refusal:
        return refusal
    return None


# In threads of its own, or one check that waits for something holds up every upload.
checks = ThreadPoolExecutor(CHECKS_AT_ONCE, thread_name_prefix="upload check")
refuses = database_sync_to_async(refusal_of, thread_sensitive=False, executor=checks)
limited = BodyLimit(SealedBodies(is_streamed), body_rule_of, has_room=has_room, goes_on=goes_on, refuses=refuses)
application = ProtocolTypeRouter(
    {
        "http": FinalSlashApp(limited),
        "websocket": SocketThreads(ProofOrOrigin(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))),
    }
)

# What is loaded stays. Looking through it for garbage took a tenth of the processor, in pauses that every request felt.
gc.collect()
gc.freeze()
gc.set_threshold(GARBAGE_AFTER_OBJECTS, *gc.get_threshold()[1:])
