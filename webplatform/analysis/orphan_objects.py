"""Objects in the store without a row, left by a killed process or while the store could not be reached."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from webplatform.analysis.models import MediaFile, UploadSegment
from webplatform.common.errors import StoreAway
from webplatform.studies.design import stimuli_folder
from webplatform.studies.models import Stimulus
from webplatform.vault.stored import object_store, stored_files

HALF_OBJECT_AFTER_S = 24 * 3600
ASKED_AT_ONCE = 500

logger = logging.getLogger(__name__)


def orphan_objects(age_s: float) -> list[Path]:
    """Videos, films and segments of uploads without a row, so old at least; half objects are given up on the way.

    There are none as far as can be told while the store is away.
    """
    before_s = time.time() - age_s
    try:
        object_store().abort_unfinished(before_s=time.time() - HALF_OBJECT_AFTER_S)
        return [*_videos(before_s), *_films(before_s), *_segments(before_s)]
    except StoreAway:
        logger.warning("Orphan files in the object store are searched once it answers again.")
        return []


def _videos(before_s: float) -> Iterator[Path]:
    videos = (path for path in _unchanged_since(Path(settings.MEDIA_ROOT), before_s) if _id_of(path))
    for batch in _batches(videos):
        rows = MediaFile.objects.filter(session__in={_id_of(path) for path in batch})
        in_use = _pairs(rows, "session_id", "stored_name") | _pairs(rows, "session_id", "playback__stored_name")
        yield from (path for path in batch if (_id_of(path), path.name) not in in_use)


def _films(before_s: float) -> Iterator[Path]:
    for batch in _batches(_unchanged_since(stimuli_folder(), before_s)):
        rows = Stimulus.objects.filter(pk__in={_id_of(path) for path in batch} - {None})
        in_use = _pairs(rows, "pk", "stored_name")
        yield from (path for path in batch if (_id_of(path), path.name) not in in_use)


def _segments(before_s: float) -> Iterator[Path]:
    for batch in _batches(_unchanged_since(Path(settings.DATA_DIR) / "uploads", before_s)):
        rows = UploadSegment.objects.filter(upload__in={_id_of(path) for path in batch} - {None})
        in_use = _pairs(rows, "upload_id", "name")
        yield from (path for path in batch if (_id_of(path), path.name) not in in_use)


def _unchanged_since(folder: Path, before_s: float) -> Iterator[Path]:
    return (file.path for file in stored_files(folder) if file.changed_s <= before_s)


def _id_of(path: Path) -> UUID | None:
    with suppress(ValueError):
        return UUID(path.parent.name)
    return None


def _pairs(rows: QuerySet, *fields: str) -> set[tuple[UUID, str]]:
    return set(rows.values_list(*fields))


def _batches(paths: Iterable[Path]) -> Iterator[list[Path]]:
    """The rows of so many are asked for at once."""
    batch: list[Path] = []
    for path in paths:
        batch.append(path)
        if len(batch) == ASKED_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
