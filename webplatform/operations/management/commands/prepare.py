"""`manage.py prepare`: database, model and (in production) static files, before the first process starts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from webplatform.common.outbound.mail import reaches_people
from webplatform.operations.startup import StartupProblem, prepare_database


class Command(BaseCommand):
    """Makes ready what all processes share. Running it again changes nothing."""

    help = "Brings the database up to date, registers the shipped model and collects static files."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            prepare_database(self.stdout.write)
        except StartupProblem as problem:
            raise CommandError(f"[{problem.code}] {problem}") from problem
        if not reaches_people():
            self.stdout.write("Mail is off: no invitation and no reset of a password reaches anybody (EMAIL_URL).")
        if settings.PRODUCTION:
            call_command("collectstatic", interactive=False, verbosity=0)
            self.stdout.write(f"Static files collected in {settings.STATIC_ROOT}")
