"""`manage.py verify_audit`: is the audit log whole?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webplatform.accounts.audit import broken_links
from webplatform.accounts.models import AuditEvent


class Command(BaseCommand):
    """Follows the chain of digests from the first event to the last."""

    help = "Check that no audit event was changed or removed; exit code 1 if one was."

    def handle(self, **options: Any) -> None:
        problems = broken_links()
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"The audit log is not whole: {len(problems)} problem(s).")
        newest = AuditEvent.objects.first()
        self.stdout.write(f"{AuditEvent.objects.count()} events, whole. The last digest is {newest and newest.digest}.")
