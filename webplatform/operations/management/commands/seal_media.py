"""`manage.py seal_media`: videos from before there were keys get theirs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from webplatform.analysis.sealing import seal_old_media


class Command(BaseCommand):
    """Seals one video after the other; may be stopped and run again."""

    help = "Encrypt the videos that were uploaded before media were encrypted at rest."

    def handle(self, **options: Any) -> None:
        sealed, missing = seal_old_media()
        self.stdout.write(
            f"Videos sealed: {sealed}. Without a file: {missing}." if missing else f"Videos sealed: {sealed}."
        )
