"""Files and keys without a row, which a killed process may leave between two steps."""

from __future__ import annotations

import logging
import math
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings

from webplatform.analysis.models import UPLOAD_KEY, MediaFile, ResumableUpload
from webplatform.analysis.orphan_objects import orphan_objects
from webplatform.common.system.locks import is_worked_on
from webplatform.history.models import Session
from webplatform.studies.design import STIMULUS_KEY, stimuli_folder
from webplatform.studies.models import Stimulus
from webplatform.vault.keys import erase_key, half_keys, old_keys
from webplatform.vault.stored import is_remote, remove_stored

ORPHAN_AFTER_S = 3600
HALF_UPLOAD_AFTER_S = 24 * 3600
VIDEO = "media."
UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

logger = logging.getLogger(__name__)


def remove_orphan_files() -> int:
    """Nothing is left of what `find_orphan_files` finds; returns how many there were."""
    orphans = find_orphan_files()
    for entry in orphans:
        if entry.parent == _keys():
            erase_key(entry.name)
        elif is_remote() and not entry.exists():
            remove_stored(entry)
        elif entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
    if orphans:
        logger.warning("Removed %d keys, folders, videos and half uploads that no row knew of.", len(orphans))
    return len(orphans)


def find_orphan_files() -> list[Path]:
    """Keys and folders without a session or film, videos without a row, and uploads that never ended."""
    orphans = _ended_uploads()
    orphans += [_keys() / name for name in old_keys(ORPHAN_AFTER_S) if (pk := _session_id(name)) and not _exists(pk)]
    orphans += [_keys() / name for name in half_keys(ORPHAN_AFTER_S)]
    orphans += _films_without_a_study()
    if is_remote():
        orphans += orphan_objects(ORPHAN_AFTER_S)
    for session_id, folder in _of_sessions(Path(settings.MEDIA_ROOT), 0):
        if _exists(session_id):
            orphans += _orphan_videos(session_id, folder)
        elif folder.is_dir() and _changed_at(folder) < time.time() - ORPHAN_AFTER_S:
            orphans.append(folder)
    return [entry for entry in orphans if not _is_being_kept(entry)]


def _is_being_kept(entry: Path) -> bool:
    """Whether a process is about to commit the row of what looks old, as everything does where the clock jumped."""
    return any(is_worked_on(name) for part in (entry.name, entry.parent.name) for name in UUID_TEXT.findall(part))


def _ended_uploads() -> list[Path]:
    """Files of dead requests, and files and keys of resumable uploads that are not continued."""
    uploads = ResumableUpload.objects.exclude(state=ResumableUpload.State.DONE)
    in_progress = {path for upload in uploads for path in (upload.path, _keys() / upload.key_name)}
    files = (file for file in _older(Path(settings.FILE_UPLOAD_TEMP_DIR), HALF_UPLOAD_AFTER_S) if file.is_file())
    keys = [_keys() / name for name in old_keys(ORPHAN_AFTER_S) if name.startswith(UPLOAD_KEY)]
    return [entry for entry in (*files, *keys) if entry not in in_progress]


def _films_without_a_study() -> list[Path]:
    """Folders and keys of films that no study has."""
    films = list(Stimulus.objects.all())
    in_use = {film.folder for film in films} | {_keys() / film.key_name for film in films}
    keys = [_keys() / name for name in old_keys(ORPHAN_AFTER_S) if name.startswith(STIMULUS_KEY)]
    return [entry for entry in (*_older(stimuli_folder(), ORPHAN_AFTER_S), *keys) if entry not in in_use]


def _keys() -> Path:
    return Path(settings.RAUT_KEYS_DIR)


def _of_sessions(parent: Path, age_s: float) -> Iterator[tuple[UUID, Path]]:
    for entry in _older(parent, age_s):
        if session_id := _session_id(entry.name):  # what is called otherwise is not ours to remove
            yield session_id, entry


def _session_id(name: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(name)
    return None


def _exists(session_id: UUID) -> bool:
    return Session.everything.filter(pk=session_id).exists()


def _orphan_videos(session_id: UUID, folder: Path) -> list[Path]:
    """What a process left that died between a video's row and its file."""
    files = [file for file in _older(folder, ORPHAN_AFTER_S) if file.name.startswith(VIDEO)]
    stored = MediaFile.objects.filter(session=session_id).values_list("stored_name", "playback__stored_name")
    stored_names = {name for names in stored for name in names} if files else set()
    return [file for file in files if file.name not in stored_names]


def _older(folder: Path, age_s: float) -> list[Path]:
    limit = time.time() - age_s
    return [entry for entry in folder.iterdir() if _changed_at(entry) <= limit] if folder.is_dir() else []


def _changed_at(entry: Path) -> float:
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:  # moved to its place meanwhile
        return math.inf
