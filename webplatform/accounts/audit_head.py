"""The newest audit event, noted in a file beside the erasure log, so that deleting the end of the chain is noticed.

Each machine notes the newest event that it wrote itself. Whoever can write to the database and to every machine's disk
can still hide what they did: note the digest that `verify_audit` prints elsewhere, too.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from pathlib import Path

from django.conf import settings

NAME = "audit-head.json"

logger = logging.getLogger(__name__)


def head_file() -> Path:
    """Where the newest event of this machine is noted."""
    return Path(settings.RAUT_LEDGER).with_name(NAME)


def note_head(pk: int, digest: str) -> None:
    """The file names the event, unless it names a newer one."""
    file = head_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+", encoding="utf-8") as head:
        fcntl.flock(head, fcntl.LOCK_EX)
        noted = _parsed(head.read())
        if noted is None or noted[0] < pk:
            head.seek(0)
            head.write(json.dumps({"event": pk, "digest": digest}))
            head.truncate()


def read_head() -> tuple[int, str] | None:
    """The event that was noted last: its number and digest; None: none was."""
    file = head_file()
    return _parsed(file.read_text(encoding="utf-8")) if file.is_file() else None


def forget_head() -> None:
    """A backup was restored: what is newest in it is the newest from now on."""
    head_file().unlink(missing_ok=True)


def _parsed(text: str) -> tuple[int, str] | None:
    try:
        head = json.loads(text)
        return int(head["event"]), str(head["digest"])
    except (ValueError, KeyError, TypeError):  # empty, or a crash cut it off
        return None
