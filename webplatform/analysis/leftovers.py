"""Files and keys that no row knows of: what a killed process may leave between two steps."""

from __future__ import annotations

import logging
import math
import shutil
import time
from pathlib import Path
from uuid import UUID

from django.conf import settings

from webplatform.history.models import Session
from webplatform.vault.keys import erase_key

ORPHAN_AFTER_S = 3600
HALF_UPLOAD_AFTER_S = 24 * 3600

logger = logging.getLogger(__name__)


def remove_orphan_files() -> int:
    """Remove keys and folders without a session and uploads that never ended; returns how many."""
    keys = [key for key in _older(Path(settings.RAUT_KEYS_DIR), ORPHAN_AFTER_S) if _is_orphan(key)]
    for key in keys:
        erase_key(key.name)
    folders = [f for f in _older(Path(settings.MEDIA_ROOT), ORPHAN_AFTER_S) if f.is_dir() and _is_orphan(f)]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    uploads = [file for file in _older(Path(settings.FILE_UPLOAD_TEMP_DIR), HALF_UPLOAD_AFTER_S) if file.is_file()]
    for file in uploads:
        file.unlink(missing_ok=True)
    if keys or folders or uploads:
        told = (len(keys), len(folders), len(uploads))
        logger.warning("Removed %d orphan keys, %d orphan folders and %d half uploads.", *told)
    return len(keys) + len(folders) + len(uploads)


def _older(folder: Path, age_s: float) -> list[Path]:
    limit = time.time() - age_s
    return [entry for entry in folder.iterdir() if _changed_at(entry) < limit] if folder.is_dir() else []


def _changed_at(entry: Path) -> float:
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:  # moved to its place meanwhile
        return math.inf


def _is_orphan(entry: Path) -> bool:
    try:
        session_id = UUID(entry.name)
    except ValueError:
        return False  # not ours to remove
    return not Session.objects.filter(pk=session_id).exists()
