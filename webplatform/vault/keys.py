"""The keys of encrypted files, wrapped by the master key. Erasing a key makes its file unreadable.

    file = "RAUTKEY1", the master key's mark (8 bytes), nonce (12), AES-256-GCM of the key; additional data: all before
           the nonce, and the name

They lie in a folder of their own, because a backup that keeps a key for ever keeps what it opens for ever
(docs/operations.md, "Backup").
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from webplatform.common.errors import KeyGone
from webplatform.vault.key_entries import KeyEntry
from webplatform.vault.key_folder import KeyFolder, kept_keys
from webplatform.vault.key_table import KeyTable
from webplatform.vault.sealed import KEY_BYTES, new_key

__all__ = [
    "bring_back",
    "destroy_waiting",
    "erase_key",
    "half_keys",
    "keep_key",
    "kept_keys",
    "key_entries",
    "key_for",
    "key_of",
    "key_store",
    "old_keys",
    "rewrap_keys",
    "set_key_aside",
    "waiting_keys",
]
_MAGIC = b"RAUTKEY1"
_MARK_BYTES = 8
_NONCE_BYTES = 12
FOLDER, DATABASE = "folder", "database"


def keep_key(name: str, key: bytes) -> None:
    """The key is kept under this name, wrapped, and will outlive a power cut; in place of any other."""
    key_store().write(KeyEntry(name, "", _wrap(name, key, settings.RAUT_MEDIA_KEYS[0]), time.time()))


def key_for(name: str) -> bytes:
    """The key that is kept under this name, a new one where there is none."""
    with suppress(KeyGone):
        return key_of(name)
    key = new_key()
    keep_key(name, key)
    return key


def key_of(name: str) -> bytes:
    """The key that was kept under this name.

    Raises:
        KeyGone: it was erased, or was wrapped by a master key that is not among RAUT_MEDIA_KEYS.
    """
    try:
        return _unwrap(name, key_store().read(name))
    except (FileNotFoundError, InvalidTag) as error:
        raise KeyGone(_("The key of this recording is gone: nobody can read it any more.")) from error


def erase_key(name: str) -> bool:
    """Nothing that this key sealed can be read any more, wherever a copy of it lies; False where there was no key."""
    return key_store().destroy(name)


def set_key_aside(name: str, group: str) -> bool:
    """The key opens nothing any more and waits apart until `destroy_waiting`; False where none was.

    Args:
        group: by what `destroy_waiting` finds it again, such as the consent that the recording rested on.
    """
    return key_store().set_aside(name, group)


def destroy_waiting(*, before_s: float = float("inf"), group: str = "") -> int:
    """Keys that were set aside before this time (seconds since 1970) are gone for good; returns how many."""
    return key_store().destroy_waiting(before_s, group)


def bring_back(name: str) -> bool:
    """A key that was set aside opens its files again; False where none of this name waits."""
    return key_store().bring_back(name)


def waiting_keys() -> list[str]:
    """The names of the keys that were set aside."""
    return [entry.name for entry in key_entries() if entry.group]


def key_entries() -> Iterator[KeyEntry]:
    """Every key, also those that were set aside."""
    return key_store().entries()


def old_keys(age_s: float) -> list[str]:
    """The names of keys that were written so long ago, without those that were set aside."""
    limit = time.time() - age_s
    return [name for name, changed_s in key_store().ages() if changed_s <= limit]


def half_keys(age_s: float) -> list[str]:
    """What to call, for `erase_key`, what was left so long ago by a process that was killed while it wrote a key."""
    limit = time.time() - age_s
    return [name for name, changed_s in key_store().halves() if changed_s <= limit]


def rewrap_keys() -> tuple[int, list[str]]:
    """Every key that can be unwrapped is wrapped by the first master key; safe to run twice and to kill half-way.

    Returns how many were wrapped anew, and the names of those that no master key of RAUT_MEDIA_KEYS opens.
    """
    first, changed, lost = settings.RAUT_MEDIA_KEYS[0], 0, []
    for entry in list(key_entries()):
        if entry.wrapped[len(_MAGIC) :][:_MARK_BYTES] == _mark(first):
            continue
        try:
            wrapped = _wrap(entry.name, _unwrap(entry.name, entry.wrapped), first)
        except InvalidTag:
            lost.append(entry.name)
            continue
        key_store().write(KeyEntry(entry.name, entry.group, wrapped, entry.changed_s))
        changed += 1
    return changed, lost


def key_store(kind: str = "") -> KeyFolder | KeyTable:
    """Where keys lie: as RAUT_KEYS_IN says, if no kind is named."""
    return KeyTable() if (kind or settings.RAUT_KEYS_IN) == DATABASE else KeyFolder()


def _wrap(name: str, key: bytes, master: str) -> bytes:
    head, nonce = _MAGIC + _mark(master), secrets.token_bytes(_NONCE_BYTES)
    return head + nonce + _wrapper(master).encrypt(nonce, key, head + name.encode())


def _unwrap(name: str, wrapped: bytes) -> bytes:
    head, body = wrapped[: len(_MAGIC) + _MARK_BYTES], wrapped[len(_MAGIC) + _MARK_BYTES :]
    for master in settings.RAUT_MEDIA_KEYS:
        if head == _MAGIC + _mark(master) and len(body) > _NONCE_BYTES + KEY_BYTES:
            sealed = body[_NONCE_BYTES:]
            return _wrapper(master).decrypt(body[:_NONCE_BYTES], sealed, head + name.encode())
    raise InvalidTag


def _wrapper(master: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=None, info=b"raut master key").derive(master.encode()))


def _mark(master: str) -> bytes:
    """By what a wrapped key tells which master key wrapped it; says nothing of the master key."""
    return hashlib.sha256(b"raut master key's mark" + master.encode()).digest()[:_MARK_BYTES]
