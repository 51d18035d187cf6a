"""`manage.py restore_keys`: after a backup was restored, keys that the purge had set aside open their videos again."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.core.management.base import BaseCommand

from webplatform.history.models import Session
from webplatform.vault.keys import bring_back, waiting_keys


class Command(BaseCommand):
    """Only keys whose session is in the database; safe to run twice."""

    help = "Brings back the waiting keys of sessions that are in the database again."

    def handle(self, **options: object) -> None:
        back = 0
        for name in waiting_keys():
            with suppress(ValueError):
                if Session.everything.filter(pk=UUID(name), media__isnull=False).exists():
                    back += bring_back(name)
        self.stdout.write(f"{back} keys are back.")
