"""The end of a session: nothing of it is left, in the database and on the disk, and its copies cannot be read."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from django.db import transaction

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User
from webplatform.history.media import forget_pictures
from webplatform.history.models import Session


@transaction.atomic
def erase_session(*, session: Session, by: User | None = None) -> None:
    """The session is gone, whoever wanted that: its key first, then its rows, its folder when that is committed.

    The key does not wait for the commit: whatever fails afterwards, nobody sees the pictures again, and erasing the
    session again removes the rest.
    """
    # Locked, so that a worker's append waits, finds no open session and stops, instead of adding rows to nothing.
    locked = Session.objects.select_for_update().filter(pk=session.pk).first()
    forget_pictures(session)
    if locked is not None:
        record_event("session.erased", actor=by, study_id=locked.study_id, target=f"session:{locked.pk}")
        locked.delete()
    transaction.on_commit(partial(_remove_folder, session.folder), robust=True)


def _remove_folder(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
