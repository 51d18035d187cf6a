"""Writing an export, in a worker: claim it, write the file, say how it ended. Safe to run twice and at once."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from webplatform.jobs.heartbeat import Heartbeat
from webplatform.jobs.leases import claim
from webplatform.jobs.outages import handed_back
from webplatform.retention.copy_files import keep_export, record_export, remove_export_file
from webplatform.retention.copying import write_export
from webplatform.retention.models import DataExport

logger = logging.getLogger(__name__)


def run_export(export_id: UUID) -> None:
    """The export is done or failed; or another worker has it."""
    export = claim(DataExport.objects.select_related("user", "participant__study"), export_id)
    if export is None:
        logger.info("Export %s is not waiting any more.", export_id)
        return
    part = export.file.with_suffix(f".{export.lease.hex}.part")
    try:
        with Heartbeat(export.held):
            write_export(export, part)
        _settle(export, part)
    except Exception as error:
        if handed_back(export.held, error, f"Export {export_id}"):
            return
        logger.exception("Export %s failed.", export_id)
        export.held.update(state=DataExport.State.FAILED, lease=None, finished_at=timezone.now())
    finally:
        with suppress(OSError):
            part.unlink()


def _settle(export: DataExport, part: Path) -> None:
    """The file has its place and the row says so; without the lease neither happens."""
    now = timezone.now()
    size_bytes = part.stat().st_size
    if not export.held.exists():
        return
    keep_export(export, part)
    done = {"state": DataExport.State.DONE, "lease": None, "size_bytes": size_bytes, "finished_at": now}
    if not export.held.update(expires_at=now + timedelta(days=settings.RAUT_EXPORT_DAYS), **done):
        if not DataExport.objects.filter(pk=export.pk).exists():  # erased meanwhile
            remove_export_file(export)
        return
    record_export(export, "made")


def give_up(export: DataExport, held: QuerySet[DataExport]) -> bool:
    """The export has failed, as its worker died so often; False where it is not held like this any more."""
    return bool(held.update(state=DataExport.State.FAILED, lease=None, finished_at=timezone.now()))
