"""`manage.py verify_audit`: is the audit log whole?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webplatform.accounts.audit import broken_links
from webplatform.accounts.audit_head import forget_head
from webplatform.accounts.models import AuditEvent


class Command(BaseCommand):
    """Follows the chain of digests from the first event to the last."""

    help = "Check that no audit event was changed or removed; exit code 1 if one was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--restored", action="store_true", help="A backup was restored: its last event is the last."
        )

    def handle(self, *, restored: bool, **options: Any) -> None:
        if restored:
            forget_head()
        problems = broken_links()
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"The audit log is not whole. Problems: {len(problems)}.")
        newest = AuditEvent.objects.first()
        self.stdout.write(f"{AuditEvent.objects.count()} events, whole. The last digest is {newest and newest.digest}.")
