"""Encrypt videos that were stored before there were keys."""

from __future__ import annotations

from webplatform.analysis.models import MediaFile
from webplatform.analysis.uploads import COPIED_BYTES
from webplatform.common.errors import KeyGone
from webplatform.history.media import SEALED, keep_session_key
from webplatform.history.models import Session
from webplatform.vault.keys import key_of
from webplatform.vault.sealed import new_key, seal_copy
from webplatform.vault.stored import draft_of, store_file


def seal_old_media() -> tuple[int, int]:
    """No video lies in plain; safe to run twice, to kill half-way, and while everything else runs.

    Returns how many were sealed now, and how many rows have no file.
    """
    sealed, missing = 0, 0
    for media in MediaFile.objects.exclude(stored_name__endswith=SEALED).select_related("session"):
        if (media.session.folder / media.stored_name).is_file():
            _seal(media)
            sealed += 1
        else:
            missing += 1
    for media in MediaFile.objects.filter(stored_name__endswith=SEALED).select_related("session"):
        (media.session.folder / media.stored_name.removesuffix(SEALED)).unlink(missing_ok=True)
    return sealed, missing


def _seal(media: MediaFile) -> None:
    """The sealed file is whole before the row names it, and the plain one goes after that."""
    folder, name = media.session.folder, media.stored_name + SEALED
    draft = draft_of(folder / name)
    with (folder / media.stored_name).open("rb") as plain:
        seal_copy(iter(lambda: plain.read(COPIED_BYTES), b""), draft, _key(media.session))
    store_file(draft, folder / name)
    MediaFile.objects.filter(pk=media.pk).update(stored_name=name)


def _key(session: Session) -> bytes:
    """The session's key: one that an interrupted run made, or a new one."""
    try:
        return key_of(str(session.pk))
    except KeyGone:
        key = new_key()
        keep_session_key(session, key)
        return key
