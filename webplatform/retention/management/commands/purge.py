"""`manage.py purge`: remove what its time is over for; the beat does the same every hour."""

from __future__ import annotations

import json

from django.core.management.base import BaseCommand, CommandParser

from webplatform.retention.purge import foresee, purge


class Command(BaseCommand):
    """Safe to run twice, beside the beat, and to stop at any moment."""

    help = "Removes what the studies' days and the platform's do not allow to stay any longer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say how much would go.")
        parser.add_argument("--json", action="store_true", help="Print the counts as JSON.")

    def handle(self, *, dry_run: bool, json: bool, **options: object) -> None:
        counts = foresee() if dry_run else purge()
        if json:
            self.stdout.write(_json(counts))
            return
        verb = "would go" if dry_run else "gone"
        for name, n in sorted(counts.items()):
            self.stdout.write(f"{n} {name.replace('_', ' ')} {verb}.")
        if not counts:
            self.stdout.write("Nothing is too old.")


def _json(counts: dict[str, int]) -> str:
    return json.dumps(dict(sorted(counts.items())))
