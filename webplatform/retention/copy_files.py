"""Where the copies of everything held of a person lie: on this machine, or sealed in the object store."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

from webplatform.accounts.audit import record_event
from webplatform.retention.models import DataExport
from webplatform.vault.keys import erase_key, key_for, key_of
from webplatform.vault.sealed import seal_copy
from webplatform.vault.stored import draft_of, is_remote, open_stored, remove_stored, store_file

KEY = "dataexport-"
COPIED_BYTES = 2**20


def record_export(export: DataExport, action: str) -> None:
    """The audit log says that the copy was asked for, made or downloaded."""
    study_id = export.participant.study_id if export.participant else None
    record_event(f"export.{action}", actor=export.user, study_id=study_id, target=f"export:{export.pk}")


def keep_export(export: DataExport, part: Path) -> None:
    """What was written to `part` is the export's file; raises StoreAway."""
    if not is_remote():
        part.replace(export.file)
        return
    key, draft = key_for(_key_name(export)), draft_of(export.file)  # one key for all attempts
    try:
        with part.open("rb") as plain:
            seal_copy(iter(lambda: plain.read(COPIED_BYTES), b""), draft, key)
        store_file(draft, export.file)
    finally:
        draft.unlink(missing_ok=True)


def opener_of(export: DataExport) -> Callable[[], BinaryIO]:
    """What opens the ZIP, without a look into the database.

    Raises KeyGone; and when it opens FileNotFoundError, Damaged, StoreAway.
    """
    return (
        partial(open_stored, export.file, key_of(_key_name(export))) if is_remote() else partial(export.file.open, "rb")
    )


def remove_export_file(export: DataExport) -> None:
    """Remove every file of the export, whichever process wrote it."""
    if is_remote():
        erase_key(_key_name(export))
        remove_stored(export.file)
    for file in export.file.parent.glob(f"{export.pk}.*"):
        file.unlink(missing_ok=True)


def _key_name(export: DataExport) -> str:
    return f"{KEY}{export.pk}"
