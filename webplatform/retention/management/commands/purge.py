"""`manage.py purge`: remove what its time is over for; the beat does the same every hour."""

from __future__ import annotations

import json

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webplatform.retention.guard import confirm_hold, open_hold, purge_if_sure
from webplatform.retention.purge import dry_run_purge


class Command(BaseCommand):
    """Safe to run twice, beside the beat, and to stop at any moment."""

    help = "Removes what the studies' days and the platform's do not allow to stay any longer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say how much would go.")
        parser.add_argument("--json", action="store_true", help="Print the counts as JSON.")
        parser.add_argument("--confirm", action="store_true", help="Let a purge go on that stopped and waits.")

    def handle(self, *, dry_run: bool, json: bool, confirm: bool, **options: object) -> None:
        hold = open_hold()
        if confirm and not dry_run and hold is not None and hold.confirmed_at is None:
            confirm_hold(hold=hold, by=None)
        counts = dry_run_purge() if dry_run else purge_if_sure()
        if counts is None:
            hold = open_hold()
            raise CommandError(
                f"[purge_held] The purge waits for an admin ({hold.reason if hold else 'ended'}): its clock, or how "
                "much would go, is unusual. See what would go with --dry-run; set the clock right or add --confirm."
            )
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
