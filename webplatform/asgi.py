"""The ASGI entry: HTTP to Django, WebSockets to Channels, oversized bodies to nobody."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.core.asgi import get_asgi_application

from webplatform.common.bodies import BodyLimit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webplatform.settings")
django_application = get_asgi_application()

from webplatform.urls import websocket_urlpatterns  # noqa: E402  (needs the app registry, which the line above fills)

UPLOADS = "/api/v1/analyses/"
FORM_BYTES = 1024**2  # what a form has around its file

application = ProtocolTypeRouter(
    {
        "http": BodyLimit(django_application, {UPLOADS: settings.RAUT_MAX_UPLOAD_MB * 1024**2 + FORM_BYTES}),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
