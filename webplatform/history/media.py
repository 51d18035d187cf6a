"""The media of a session: encrypted files in its folder, and the one key that opens them."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from webplatform.common.errors import KeyGone
from webplatform.history.models import Session
from webplatform.vault.keys import destroy_waiting, erase_key, keep_key, key_of, set_key_aside
from webplatform.vault.stored import open_stored, seems_stored

SEALED = ".sealed"  # what the name of a sealed file ends with; files from before there were keys lie as they came


def open_file(session: Session, name: str) -> BinaryIO:
    """The content of a file in the session's folder, opened for reading from any place.

    Raises:
        FileNotFoundError: there is no such file.
        KeyGone: the session's key was erased.
        Damaged: at once or on reading: the file was changed or cut off.
        StoreAway: at once or on reading: the object store does not answer.
    """
    path = session.folder / name
    if not is_sealed(name):
        return path.open("rb")
    try:
        return open_stored(path, key_of(str(session.pk)))
    except KeyGone:
        if not seems_stored(path):
            raise FileNotFoundError(path) from None
        raise


def is_sealed(name: str | Path) -> bool:
    """Whether a file of this name is one that only its session's key opens."""
    return str(name).endswith(SEALED)


def keep_session_key(session: Session, key: bytes) -> None:
    """The files of the session that this key sealed can be read from now on."""
    keep_key(str(session.pk), key)


def erase_session_key(session: Session) -> bool:
    """Nobody can read the session's files any more, here or in a copy; False where it had no key."""
    return erase_key(str(session.pk))


def set_session_key_aside(session: Session) -> bool:
    """Nobody can read the session's files; their key waits for its end, with those of the same consent."""
    return set_key_aside(str(session.pk), str(session.consent_id))


def destroy_waiting_keys(consent_id: int) -> int:
    """No key waits that belonged to a recording on this consent; returns how many there were."""
    return destroy_waiting(group=str(consent_id))
