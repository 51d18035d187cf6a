"""The keys of sealed files: one small file each, wrapped by the master key; erasing it is forgetting what it sealed.

    file = "RAUTKEY1", the master key's mark (8 bytes), nonce (12), AES-256-GCM of the key; additional data: all before
           the nonce, and the name

They lie in a folder of their own, because a backup that keeps a key for ever keeps what it opens for ever
(docs/operations.md, "Backup").
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from webplatform.common.errors import KeyGone
from webplatform.vault.sealed import KEY_BYTES

_MAGIC = b"RAUTKEY1"
_MARK_BYTES = 8
_NONCE_BYTES = 12
WAITING = "waiting"  # the folder of keys that were set aside, one folder in it for each group


def keep_key(name: str, key: bytes, *, within: str = "") -> None:
    """The key is on the disk under this name, wrapped, and will outlive a power cut; in place of any other."""
    folder = _folder() / within
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{name}.{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_wrap(name, key, settings.RAUT_MEDIA_KEYS[0]))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(folder / name)
    finally:
        fresh.unlink(missing_ok=True)
    _flush_folder(folder)


def key_of(name: str) -> bytes:
    """The key that was kept under this name.

    Raises:
        KeyGone: it was erased, or was wrapped by a master key that is not among RAUT_MEDIA_KEYS.
    """
    try:
        return _unwrap(name, (_folder() / name).read_bytes())
    except (FileNotFoundError, InvalidTag) as error:
        raise KeyGone(_("The key of this recording is gone: nobody can read it any more.")) from error


def erase_key(name: str) -> bool:
    """Nothing that this key sealed can be read any more, wherever a copy of it lies; False where there was no key."""
    for half in _folder().glob(f".{name}.*"):  # what a process left that was killed while it wrote the key
        destroy_key_file(half)
    return destroy_key_file(_folder() / name)


def destroy_key_file(file: Path) -> bool:
    """What this file holds cannot be read any more; False where it is not there."""
    try:
        with file.open("r+b") as kept:  # over its own bytes first: some disks forget them so, all others by the unlink
            kept.write(secrets.token_bytes(file.stat().st_size))
            kept.flush()
            os.fsync(kept.fileno())
        file.unlink()
    except FileNotFoundError:
        return False
    _flush_folder(file.parent)
    return True


def set_key_aside(name: str, group: str) -> bool:
    """The key opens nothing any more and waits in a folder of its own until `destroy_waiting`; False where none was.

    Args:
        group: by what `destroy_waiting` finds it again, such as the consent that the recording rested on.
    """
    file, place = _folder() / name, _folder() / WAITING / group
    if not file.is_file():
        return False
    place.mkdir(parents=True, exist_ok=True)
    os.utime(file)  # it waits from now on
    file.replace(place / name)
    _flush_folder(place)
    _flush_folder(file.parent)
    return True


def destroy_waiting(*, before_s: float = float("inf"), group: str = "*") -> int:
    """Keys that were set aside before this time (seconds since 1970) are gone for good; returns how many."""
    gone = 0
    for file in list((_folder() / WAITING).glob(f"{group}/*")):
        changed_s = file.stat().st_mtime
        if changed_s > time.time() + 3600:  # set aside under a clock that was wrong: it waits from now on
            os.utime(file)
        if changed_s < before_s:
            gone += destroy_key_file(file)
        with suppress(OSError):  # others wait in it
            file.parent.rmdir()
    return gone


def bring_back(name: str) -> bool:
    """A key that was set aside opens its files again; False where none of this name waits."""
    for file in (_folder() / WAITING).glob(f"*/{name}"):
        file.replace(_folder() / name)
        _flush_folder(_folder())
        return True
    return False


def waiting_keys() -> list[str]:
    """The names of the keys that were set aside."""
    return [file.name for file in (_folder() / WAITING).glob("*/*")]


def kept_keys() -> Iterator[Path]:
    """Every key's file, in no order."""
    folder = _folder()
    files = folder.iterdir() if folder.is_dir() else ()
    return (file for file in files if not file.name.startswith(".") and file.is_file())


def rewrap_keys() -> tuple[int, list[str]]:
    """Every key that can be unwrapped is wrapped by the first master key; safe to run twice and to kill half-way.

    Returns how many were wrapped anew, and the names of those that no master key of RAUT_MEDIA_KEYS opens.
    """
    first, changed, lost = _mark(settings.RAUT_MEDIA_KEYS[0]), 0, []
    for file in [*kept_keys(), *(_folder() / WAITING).glob("*/*")]:
        try:
            wrapped, changed_s = file.read_bytes(), file.stat().st_mtime
            if wrapped[len(_MAGIC) :][:_MARK_BYTES] != first:
                keep_key(file.name, _unwrap(file.name, wrapped), within=str(file.parent.relative_to(_folder())))
                os.utime(file, (changed_s, changed_s))  # one that was set aside waits no longer for it
                changed += 1
        except FileNotFoundError:  # erased meanwhile
            continue
        except InvalidTag:
            lost.append(file.name)
    return changed, lost


def _folder() -> Path:
    return Path(settings.RAUT_KEYS_DIR)


def _wrap(name: str, key: bytes, master: str) -> bytes:
    head, nonce = _MAGIC + _mark(master), secrets.token_bytes(_NONCE_BYTES)
    return head + nonce + _wrapper(master).encrypt(nonce, key, head + name.encode())


def _unwrap(name: str, wrapped: bytes) -> bytes:
    head, rest = wrapped[: len(_MAGIC) + _MARK_BYTES], wrapped[len(_MAGIC) + _MARK_BYTES :]
    for master in settings.RAUT_MEDIA_KEYS:
        if head == _MAGIC + _mark(master) and len(rest) > _NONCE_BYTES + KEY_BYTES:
            sealed = rest[_NONCE_BYTES:]
            return _wrapper(master).decrypt(rest[:_NONCE_BYTES], sealed, head + name.encode())
    raise InvalidTag


def _wrapper(master: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=None, info=b"raut master key").derive(master.encode()))


def _mark(master: str) -> bytes:
    """By what a wrapped key tells which master key wrapped it; says nothing of the master key."""
    return hashlib.sha256(b"raut master key's mark" + master.encode()).digest()[:_MARK_BYTES]


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
