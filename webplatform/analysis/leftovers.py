"""Files that no row knows of: what a killed process may leave between two steps."""

from __future__ import annotations

import logging
import math
import shutil
import time
from pathlib import Path
from uuid import UUID

from django.conf import settings

from webplatform.history.models import Session

ORPHAN_AFTER_S = 3600
HALF_UPLOAD_AFTER_S = 24 * 3600

logger = logging.getLogger(__name__)


def remove_orphan_files() -> int:
    """Remove session folders without a session and uploads that never ended; returns how many."""
    folders = [folder for folder in _older(Path(settings.MEDIA_ROOT), ORPHAN_AFTER_S) if _is_orphan(folder)]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    uploads = [file for file in _older(Path(settings.FILE_UPLOAD_TEMP_DIR), HALF_UPLOAD_AFTER_S) if file.is_file()]
    for file in uploads:
        file.unlink(missing_ok=True)
    if folders or uploads:
        logger.warning("Removed %d orphan folders and %d half uploads.", len(folders), len(uploads))
    return len(folders) + len(uploads)


def _older(folder: Path, age_s: float) -> list[Path]:
    limit = time.time() - age_s
    return [entry for entry in folder.iterdir() if _changed_at(entry) < limit] if folder.is_dir() else []


def _changed_at(entry: Path) -> float:
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:  # moved to its place meanwhile
        return math.inf


def _is_orphan(folder: Path) -> bool:
    try:
        session_id = UUID(folder.name)
    except ValueError:
        return False  # not ours to remove
    return folder.is_dir() and not Session.objects.filter(pk=session_id).exists()
