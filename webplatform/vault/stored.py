"""Where complete encrypted files are: in their folder, or in the object store under the same name.

Callers name a file by the path that it has in the folders of this machine. Where RAUT_OBJECT_STORE is set, nothing lies
there: the path below RAUT_DATA_DIR is the object's name, and all machines find it.
"""

from __future__ import annotations

import io
import logging
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from django.conf import settings
from django.core.files.storage import storages
from django.db.models import F

from webplatform.common.database.commits import after_commit
from webplatform.common.errors import StoreAway
from webplatform.vault.models import FileRemoval
from webplatform.vault.remote import RemoteBytes
from webplatform.vault.sealed import PIECE_BYTES, SealedFile, open_sealed

if TYPE_CHECKING:
    from webplatform.vault.objects import ObjectStore

MEDIA = "media"
STORE = "recordings"  # in STORAGES

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it is found; `changed_s` in seconds since 1970."""

    path: Path
    size_bytes: int
    changed_s: float


def is_remote() -> bool:
    """Whether files lie in an object store."""
    return STORE in settings.STORAGES


def object_store() -> ObjectStore:
    """The store that the settings name."""
    return cast("ObjectStore", storages[STORE])


def open_stored(path: Path, key: bytes) -> BinaryIO:
    """The content of a sealed file, opened for reading from any place.

    Raises:
        FileNotFoundError: there is none.
        Damaged, StoreAway: at once or on reading.
    """
    if not is_remote():
        return cast("BinaryIO", open_sealed(path, key))
    source = SealedFile(RemoteBytes(object_store(), name_of(path)), key)
    return cast("BinaryIO", io.BufferedReader(source, PIECE_BYTES))


def is_stored(path: Path) -> bool:
    """Whether the file is there; raises StoreAway."""
    return object_store().size_of(name_of(path)) is not None if is_remote() else path.is_file()


def seems_stored(path: Path) -> bool:
    """Whether the file is there as far as this can be told at once: a store is not asked, its rows are believed."""
    return is_remote() or path.is_file()


def store_file(part: Path, path: Path) -> None:
    """The sealed file `part` of this machine has its place, whole and on the disk, and lies nowhere else.

    Raises:
        OSError, StoreAway: it has not; `part` is still there.
    """
    part.chmod(0o600)
    if is_remote():
        with part.open("rb") as content:
            object_store().put(name_of(path), content)
        part.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.part")
    if part != draft:  # it may come from another disk
        shutil.move(part, draft)
    _flush(draft)
    draft.replace(path)


def draft_of(path: Path) -> Path:
    """Where this machine writes a file that `store_file` then gives its place."""
    if is_remote():
        return Path(settings.FILE_UPLOAD_TEMP_DIR) / f"{path.parent.name}-{path.name}.part"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f"{path.name}.part")


def remove_stored(path: Path, *, is_folder: bool = False) -> None:
    """The file, or the folder with all that is in it, is gone; where the store is away, it goes once it is back."""
    if is_remote():
        _remove(_row_of(path, is_folder))
    elif not is_folder:
        path.unlink(missing_ok=True)
    elif path.exists():
        shutil.rmtree(path)


def remove_after_commit(path: Path, *, is_folder: bool = False) -> None:
    """The same once this transaction is committed, and not at all where it is not."""
    if is_remote():
        after_commit(_remove, _row_of(path, is_folder))
    else:
        after_commit(remove_stored, path, is_folder=is_folder)


def remove_due() -> int:
    """What could not be removed when its time had come is gone; returns how much still waits."""
    for removal in FileRemoval.objects.order_by("attempts", "pk"):
        if not _remove(removal):
            break
    return FileRemoval.objects.count()


def fetch_file(path: Path, target: Path) -> None:
    """The object lies at `target` on this machine, sealed as it is; raises FileNotFoundError, StoreAway."""
    with target.open("wb") as file:
        object_store().fetch(name_of(path), file)


def send_file(file: Path, path: Path) -> None:
    """The store holds what is in the file under this name, and the file stays; raises StoreAway."""
    with file.open("rb") as content:
        object_store().put(name_of(path), content)


def store_answers() -> bool:
    """Whether the object store can be reached; a folder always can."""
    return not is_remote() or object_store().answers()


def stored_files(folder: Path) -> Iterator[StoredFile]:
    """Every file in the folder and below it; raises StoreAway."""
    if is_remote():
        prefix = f"{name_of(folder)}/"
        for entry in object_store().entries(prefix):
            yield StoredFile(folder / entry.name.removeprefix(prefix), entry.size_bytes, entry.changed_s)
        return
    for path in folder.rglob("*") if folder.is_dir() else ():
        try:
            status = path.stat()
        except FileNotFoundError:  # moved to its place meanwhile
            continue
        if path.is_file():
            yield StoredFile(path, status.st_size, status.st_mtime)


def old_objects(folder: Path, before_s: float) -> list[Path]:
    """What lies below the folder in the object store since before this time; nothing while the store is away."""
    try:
        return [file.path for file in stored_files(folder) if file.changed_s < before_s] if is_remote() else []
    except StoreAway:
        logger.warning("Orphan files in the object store are searched once it answers again.")
        return []


def name_of(path: Path) -> str:
    """The name of the object that is called so in the folders of a machine."""
    media = Path(settings.MEDIA_ROOT)
    if path.is_relative_to(media):
        return str(MEDIA / path.relative_to(media))
    return str(path.relative_to(settings.DATA_DIR))


def _row_of(path: Path, is_folder: bool) -> FileRemoval:
    return FileRemoval.objects.get_or_create(name=name_of(path) + "/" * is_folder)[0]


def _remove(removal: FileRemoval) -> bool:
    """Whether it is gone; otherwise its row stays, and is tried again."""
    store, name = object_store(), removal.name
    try:
        names = [entry.name for entry in store.entries(name)] if name.endswith("/") else [name]
        store.delete(names)
    except StoreAway:
        FileRemoval.objects.filter(pk=removal.pk).update(attempts=F("attempts") + 1)
        return False
    FileRemoval.objects.filter(pk=removal.pk).delete()
    return True


def _flush(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
