"""`manage.py up`: the whole platform on this machine, until Ctrl-C."""

from __future__ import annotations

import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webplatform.operations import console, startup
from webplatform.operations.running import running_platform
from webplatform.operations.services import end_demo_account
from webplatform.operations.version import read_version


class Command(BaseCommand):
    """Starts Redis (unless REDIS_URL is set), workers, beat and web server, and keeps them running."""

    help = "Runs everything on this machine and keeps it running; Ctrl-C stops it."

    def add_arguments(self, parser: CommandParser) -> None:
        console.add_launch_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with console.stop_signals() as stopped:
                self._run(stopped, options)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        except startup.StartupProblem as problem:
            raise CommandError(f"[{problem.code}] {problem}") from problem

    def _run(self, stopped: threading.Event, options: dict[str, Any]) -> None:
        startup.require_browser_libraries()
        launch = console.launch_from(host=options["host"], port=options["port"], workers=options["workers"])
        with startup.sole_use_of(launch.data_dir):
            self._report(f"Raut {read_version()}")
            startup.prepare_database(self._report)
            end_demo_account()  # of a demonstration that was killed
            self._report(f"Starting Redis, workers, beat and web server … (logs in {launch.log_folder})")
            with running_platform(launch, log_folder=launch.log_folder, report=self._report) as supervisor:
                self._report(f"Raut runs at {launch.url} (Ctrl-C stops it)")
                console.tend_until(supervisor, stopped)

    def _report(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
