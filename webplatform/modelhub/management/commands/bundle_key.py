"""`manage.py bundle_key`: a pair of keys with which bundles are signed and trusted."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from webplatform.modelhub.signatures import make_key


class Command(BaseCommand):
    """Prints a fresh pair once; nothing is kept."""

    help = "Make a key pair for signing bundles: one line for the machine that exports, one for those that import."

    def handle(self, **options: Any) -> None:
        private, public = make_key()
        self.stdout.write(f"RAUT_BUNDLE_SIGNING_KEY={private}")
        self.stdout.write(f"RAUT_BUNDLE_TRUSTED_KEYS={public}")
