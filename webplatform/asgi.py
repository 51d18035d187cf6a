"""The ASGI entry: HTTP to Django, WebSockets to Channels, oversized bodies to nobody."""

import os
import tempfile

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.core.asgi import get_asgi_application

from webplatform.common.bodies import BodyLimit
from webplatform.common.disk import free_bytes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webplatform.settings")
django_application = get_asgi_application()

from webplatform.urls import websocket_urlpatterns  # noqa: E402  (needs the app registry, which the line above fills)

UPLOADS = "/api/v1/analyses/"
FORM_BYTES = 1024**2  # what a form has around its file
LIVE_CHECK = "/api/v1/live/check/"
LIVE_CHECK_BYTES = 2 * 1024**2  # under Django's own limit for keeping a body in memory: no picture reaches the disk

# Django keeps a body that is being received in the system's temporary folder, which is memory on many machines.
tempfile.tempdir = settings.FILE_UPLOAD_TEMP_DIR


def has_room(body_bytes: int) -> bool:
    """Whether the disk can take a body: as it is received, and once more as the file that Django takes out of it."""
    return free_bytes(settings.DATA_DIR) >= 2 * body_bytes + settings.RAUT_MIN_FREE_DISK_MB * 1024**2


uploads = {UPLOADS: settings.RAUT_MAX_UPLOAD_MB * 1024**2 + FORM_BYTES, LIVE_CHECK: LIVE_CHECK_BYTES}
uploads |= dict.fromkeys(("/learning/datasets/new/", "/learning/models/new/"), settings.RAUT_MAX_UPLOAD_MB * 1024**2)
application = ProtocolTypeRouter(
    {
        "http": BodyLimit(django_application, uploads, has_room=has_room),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
