"""The files of data sets. Faces of people who agreed to training lie sealed, under a key of the data set's own."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from webplatform.learning.models import Dataset
from webplatform.vault.keys import erase_key, key_for, key_of
from webplatform.vault.sealed import seal_copy
from webplatform.vault.stored import (
    draft_of,
    is_remote,
    is_stored,
    old_objects,
    open_stored,
    remove_stored,
    store_file,
    stored_files,
)

COPIED_BYTES = 2**20
UPLOAD = "upload"
SUFFIXES = (".zip", ".csv")
LOST_AFTER_S = 24 * 3600


def seal_faces(dataset: Dataset) -> None:
    """The frozen faces lie sealed, and in plain no more."""
    with dataset.file.open("rb") as plain:
        _seal(dataset, iter(lambda: plain.read(COPIED_BYTES), b""), dataset.sealed_file)
    dataset.file.unlink()


def open_faces(dataset: Dataset) -> BinaryIO:
    """The frozen faces, opened for reading.

    Raises:
        FileNotFoundError: there are none.
        KeyGone, Damaged: they cannot be read any more.
    """
    if not is_stored(dataset.sealed_file):
        return dataset.file.open("rb")
    return open_stored(dataset.sealed_file, key_of(_key_name(dataset)))


@contextmanager
def faces_for_child(dataset: Dataset) -> Iterator[Path]:
    """A path by which a process that we start reads the faces; sealed ones are opened into memory, not to a disk."""
    if not is_stored(dataset.sealed_file):
        yield dataset.file
        return
    dataset.folder.mkdir(parents=True, exist_ok=True)
    with open_faces(dataset) as sealed, tempfile.TemporaryDirectory(dir=dataset.folder) as folder:
        path = Path(folder) / dataset.file.name
        with _opened_for_writing(path) as target:
            shutil.copyfileobj(sealed, target, COPIED_BYTES)
            target.flush()
            yield path


def remove_files(dataset: Dataset) -> None:
    """Nothing of the data set is left on the disk, its key first: copies of its faces cannot be read any more."""
    erase_key(_key_name(dataset))
    if is_remote():
        remove_stored(dataset.folder, is_folder=True)
    shutil.rmtree(dataset.folder, ignore_errors=True)


def keep_upload(dataset: Dataset, chunks: Iterable[bytes], suffix: str) -> None:
    """What was uploaded waits for the trainer, whichever machine that is; raises OSError, StoreAway."""
    path = dataset.folder / f"{UPLOAD}{suffix}"
    if is_remote():
        _seal(dataset, chunks, _sealed_upload(path))
        return
    dataset.folder.mkdir(parents=True)
    with path.open("wb") as target:
        for chunk in chunks:
            target.write(chunk)


def fetch_upload(dataset: Dataset) -> None:
    """What was uploaded lies in the data set's folder on this machine, for as long as it is worked on."""
    if not is_remote() or dataset.from_corrections:
        return
    for file in stored_files(dataset.folder):
        if file.path.name.startswith(f"{UPLOAD}."):
            dataset.folder.mkdir(parents=True, exist_ok=True)
            path = file.path.with_suffix("")
            with open_stored(file.path, key_of(_key_name(dataset))) as sealed, path.open("wb") as target:
                shutil.copyfileobj(sealed, target, COPIED_BYTES)


def remove_upload(dataset: Dataset) -> None:
    """What was uploaded is not needed any more."""
    for path in dataset.folder.glob(f"{UPLOAD}.*"):
        path.unlink(missing_ok=True)
    if is_remote():
        for suffix in SUFFIXES:
            remove_stored(_sealed_upload(dataset.folder / f"{UPLOAD}{suffix}"))


def remove_lost_objects() -> None:
    """Nothing lies in the object store of data sets that no row knows of."""
    for path in old_objects(Path(settings.DATA_DIR) / "datasets", time.time() - LOST_AFTER_S):
        with suppress(ValueError):
            if not Dataset.objects.filter(pk=UUID(path.parent.name)).exists():
                remove_stored(path)


def _sealed_upload(path: Path) -> Path:
    return path.with_name(f"{path.name}.sealed")


def _seal(dataset: Dataset, chunks: Iterable[bytes], path: Path) -> None:
    key, draft = key_for(_key_name(dataset)), draft_of(path)
    try:
        seal_copy(chunks, draft, key)
        store_file(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _opened_for_writing(path: Path) -> BinaryIO:
    """The path leads to a file that exists in memory only, where the system has such (Linux)."""
    if not hasattr(os, "memfd_create"):
        return path.open("wb")
    handle = os.memfd_create(path.name)
    path.symlink_to(f"/proc/{os.getpid()}/fd/{handle}")
    return os.fdopen(handle, "wb")


def _key_name(dataset: Dataset) -> str:
    return f"dataset-{dataset.pk}"
