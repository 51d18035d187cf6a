"""`manage.py health NAME`: exit code 0 when that process of this machine is well, for container health checks."""

from __future__ import annotations

import socket
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from webplatform.operations.health import heard_lately
from webplatform.operations.launch import NAMES

QUEUE_OF = {"worker": "analysis", "housekeeper": "housekeeping", "trainer": "training", "beat": "beat"}


class Command(BaseCommand):
    """Asks one process of this machine for a sign of life."""

    help = "Tells by its exit code whether one process of this machine is well."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=NAMES)
        parser.add_argument("--port", type=int, default=8000, help="where the web server listens")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["name"] == "web":
            self._require_web(options["port"])
        else:
            self._require_sign(f"{QUEUE_OF[options['name']]}@{socket.gethostname()}")

    def _require_web(self, port: int) -> None:
        host = settings.ALLOWED_HOSTS[0].lstrip(".*") or "localhost"
        try:
            answer = httpx.get(f"http://127.0.0.1:{port}/livez", headers={"Host": host}, timeout=5, trust_env=False)
        except httpx.HTTPError as error:
            raise CommandError(f"The web server does not answer: {error}") from error
        if answer.is_error:
            raise CommandError(f"The web server answers {answer.status_code}.")

    def _require_sign(self, name: str) -> None:
        if name not in (heard_lately() or ()):
            raise CommandError(f"There was no sign of life from {name} lately.")
