"""`manage.py rotate_media_key`: every session's key is wrapped by the first of RAUT_MEDIA_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webplatform.vault.keys import rewrap_keys


class Command(BaseCommand):
    """Wraps keys anew; no video is touched. May be stopped and run again, while everything else runs."""

    help = "Wrap every session's key by the first master key of RAUT_MEDIA_KEYS; afterwards the others can go."

    def handle(self, **options: Any) -> None:
        changed, lost = rewrap_keys()
        self.stdout.write(f"Keys wrapped anew: {changed}.")
        if lost:
            names = ", ".join(sorted(lost)[:20])
            raise CommandError(f"No key of RAUT_MEDIA_KEYS opens these ({len(lost)} in all; left as they are): {names}")
