"""Writing an export, in a worker: claim it, write the file, say how it ended. Safe to run twice and at once."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone

from webplatform.accounts.audit import record_event
from webplatform.common.database_away import handed_back
from webplatform.common.pulse import Pulse
from webplatform.retention.export_files import keep_export, remove_export_file
from webplatform.retention.exporting import write_export
from webplatform.retention.models import DataExport

logger = logging.getLogger(__name__)


def run_export(export_id: UUID) -> None:
    """The export is done or failed; or another worker has it."""
    lease = uuid4()
    claimed = DataExport.objects.filter(pk=export_id, state=DataExport.State.QUEUED).update(
        state=DataExport.State.RUNNING, lease=lease, attempts=F("attempts") + 1, heartbeat_at=timezone.now()
    )
    if not claimed:
        logger.info("Export %s is not waiting any more.", export_id)
        return
    held = DataExport.objects.filter(pk=export_id, lease=lease, state=DataExport.State.RUNNING)
    export = DataExport.objects.select_related("user", "participant__study").get(pk=export_id)
    part = export.file.with_suffix(f".{lease.hex}.part")
    try:
        with Pulse(held, every_s=settings.RAUT_JOB_STALE_SECONDS / 4):
            write_export(export, part)
        _settle(export, held, part)
    except Exception as error:
        if handed_back(held, error, f"Export {export_id}"):
            return
        logger.exception("Export %s failed.", export_id)
        held.update(state=DataExport.State.FAILED, lease=None, finished_at=timezone.now())
    finally:
        with suppress(OSError):
            part.unlink()


def _settle(export: DataExport, held: QuerySet[DataExport], part: Path) -> None:
    """The file has its place and the row says so; without the lease neither happens."""
    now = timezone.now()
    size_bytes = part.stat().st_size
    if not held.exists():
        return
    keep_export(export, part)
    done = {"state": DataExport.State.DONE, "lease": None, "size_bytes": size_bytes, "finished_at": now}
    if not held.update(expires_at=now + timedelta(days=settings.RAUT_EXPORT_DAYS), **done):
        if not DataExport.objects.filter(pk=export.pk).exists():  # erased meanwhile
            remove_export_file(export)
        return
    study_id = export.participant.study_id if export.participant else None
    record_event("export.made", actor=export.user, study_id=study_id, target=f"export:{export.pk}")
