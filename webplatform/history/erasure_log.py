"""A file beside the database that remembers what was erased, so that a restored backup does not bring it back.

Each line is one JSON object of ids and times, written once what it tells of is committed. The file belongs into no
backup that replaces it: a restore must leave the newest one where it is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils import timezone


def note(kind: str, subject: object, **ids: object) -> None:
    """Write that the subject (an id) was erased."""
    line = json.dumps({"at": timezone.now(), "kind": kind, "subject": subject, **ids}, default=str)
    settings.RAUT_LEDGER.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(settings.RAUT_LEDGER, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{line}\n".encode())  # one write: lines of several processes do not mix
        os.fsync(handle)
    finally:
        os.close(handle)


def entries() -> Iterator[dict[str, Any]]:
    """Return the lines, oldest first; a line that a crash cut off is left out."""
    if not settings.RAUT_LEDGER.exists():
        return
    with settings.RAUT_LEDGER.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict) and {"kind", "subject"} <= entry.keys():
                yield entry
