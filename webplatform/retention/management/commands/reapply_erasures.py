"""`manage.py reapply_erasures`: after a backup was restored, erase again what had been erased since it was made."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from webplatform.retention.reapplying import reapply


class Command(BaseCommand):
    """Reads RAUT_LEDGER, which the restore must have left alone; run it before anybody can sign in."""

    help = "Erases again what a restored backup has brought back."

    def handle(self, **options: object) -> None:
        erased = reapply()
        for kind, n in sorted(erased.items()):
            self.stdout.write(f"{n} times {kind}: erased again.")
        if not erased:
            self.stdout.write("Nothing had come back.")
