"""Wrapped keys as small files in a folder of their own."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from webplatform.vault.key_entries import KeyEntry

WAITING = "waiting"  # the folder of keys that were set aside, one folder in it for each group


def kept_keys(folder: Path | None = None) -> Iterator[Path]:
    """Every key's file, in no order, without those that were set aside."""
    folder = folder or Path(settings.RAUT_KEYS_DIR)
    files = folder.iterdir() if folder.is_dir() else ()
    return (file for file in files if not file.name.startswith(".") and file.is_file())


class KeyFolder:
    """Keys in a folder.

    Args:
        folder: RAUT_KEYS_DIR if none is named.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(settings.RAUT_KEYS_DIR)

    def path_of(self, entry: KeyEntry) -> Path:
        """Where it lies."""
        return (self._folder / WAITING / entry.group if entry.group else self._folder) / entry.name

    def read(self, name: str) -> bytes:
        """Raises FileNotFoundError."""
        return (self._folder / name).read_bytes()

    def write(self, entry: KeyEntry) -> None:
        """It is on the disk and will outlive a power cut; in place of any other of this name."""
        folder = self.path_of(entry).parent
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{entry.name}.{secrets.token_hex(4)}"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(entry.wrapped)
                file.flush()
                os.fsync(file.fileno())
            if entry.group:  # one that was set aside does not wait longer for being written again
                os.utime(draft, (entry.changed_s, entry.changed_s))
            draft.replace(folder / entry.name)
        finally:
            draft.unlink(missing_ok=True)
        _flush_folder(folder)

    def destroy(self, name: str) -> bool:
        """It is gone; False where there was none."""
        return _destroy_all(self._folder / name)

    def forget(self, entry: KeyEntry) -> None:
        """It is gone, whether it waits or not."""
        _destroy_all(self.path_of(entry))

    def set_aside(self, name: str, group: str) -> bool:
        """It waits in the group; False where there was none."""
        file, folder = self._folder / name, self._folder / WAITING / group
        if not file.is_file():
            return False
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(file)  # it waits from now on
        file.replace(folder / name)
        _flush_folder(folder)
        _flush_folder(file.parent)
        return True

    def destroy_waiting(self, before_s: float, group: str) -> int:
        """Those of the group, or of any, that wait since before this time are gone; returns how many."""
        removed = 0
        for file in list((self._folder / WAITING).glob(f"{group or '*'}/*")):
            changed_s = file.stat().st_mtime
            if changed_s > time.time() + 3600:  # set aside under a clock that was wrong: it waits from now on
                os.utime(file)
            if changed_s < before_s:
                removed += _destroy(file)
            with suppress(OSError):  # others wait in it
                file.parent.rmdir()
        return removed

    def bring_back(self, name: str) -> bool:
        """One that waited opens its files again; False where none of this name waits."""
        for file in (self._folder / WAITING).glob(f"*/{name}"):
            file.replace(self._folder / name)
            _flush_folder(self._folder)
            return True
        return False

    def ages(self) -> Iterator[tuple[str, float]]:
        """Names of those that open files, and when each was written, seconds since 1970."""
        for file in kept_keys(self._folder):
            with suppress(FileNotFoundError):  # erased meanwhile
                yield file.name, file.stat().st_mtime

    def halves(self) -> Iterator[tuple[str, float]]:
        """Names of files with what a process left that was killed while it wrote a key, and when."""
        for file in self._folder.glob(".*"):
            with suppress(FileNotFoundError):  # it has its name by now
                yield file.name, file.stat().st_mtime

    def entries(self) -> Iterator[KeyEntry]:
        """All of them, those that wait too."""
        for file in [*kept_keys(self._folder), *(self._folder / WAITING).glob("*/[!.]*")]:
            group = "" if file.parent == self._folder else file.parent.name
            with suppress(FileNotFoundError):  # erased meanwhile
                yield KeyEntry(file.name, group, file.read_bytes(), file.stat().st_mtime)


def _destroy_all(file: Path) -> bool:
    """A key's file is gone, and what processes left that were killed while they wrote it."""
    for leftover in file.parent.glob(f".{file.name}.*"):
        _destroy(leftover)
    return _destroy(file)


def _destroy(file: Path) -> bool:
    try:
        with file.open("r+b") as handle:  # over its own bytes first: some disks forget them so, all by the unlink
            handle.write(secrets.token_bytes(file.stat().st_size))
            handle.flush()
            os.fsync(handle.fileno())
        file.unlink()
    except FileNotFoundError:
        return False
    _flush_folder(file.parent)
    return True


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
