"""`manage.py run NAME`: one process of the platform, for a container or a service manager that keeps it alive."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from webplatform.operations import console
from webplatform.operations.launch import NAMES, Launch, commands


class Command(BaseCommand):
    """Becomes one process: the same command that `up` would start."""

    help = "Runs one process of the platform; Redis and the database must be there already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=NAMES)
        console.add_launch_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        launch = Launch(
            data_dir=Path(settings.DATA_DIR), host=options["host"], port=options["port"], workers=options["workers"]
        )
        command = commands(launch)[options["name"]]
        os.execvp(command[0], command)  # noqa: S606  (our own command)
