"""The files of data sets. Faces of people who agreed to training lie sealed, under a key of the data set's own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from webplatform.learning.models import Dataset
from webplatform.vault.keys import erase_key, keep_key, key_of
from webplatform.vault.sealed import new_key, open_sealed, seal_copy

COPIED_BYTES = 2**20


def seal_faces(dataset: Dataset) -> None:
    """The frozen faces lie sealed, and in plain no more."""
    key, part = new_key(), dataset.sealed_file.with_suffix(".part")
    keep_key(_key_name(dataset), key)
    with dataset.file.open("rb") as plain:
        seal_copy(iter(lambda: plain.read(COPIED_BYTES), b""), part, key)
    part.replace(dataset.sealed_file)
    dataset.file.unlink()


def open_faces(dataset: Dataset) -> BinaryIO:
    """The frozen faces, opened for reading.

    Raises:
        FileNotFoundError: there are none.
        KeyGone, Damaged: they cannot be read any more.
    """
    if not dataset.sealed_file.is_file():
        return dataset.file.open("rb")
    return cast("BinaryIO", open_sealed(dataset.sealed_file, key_of(_key_name(dataset))))


@contextmanager
def faces_for_child(dataset: Dataset) -> Iterator[Path]:
    """A path by which a process that we start reads the faces; sealed ones are opened into memory, not to a disk."""
    if not dataset.sealed_file.is_file():
        yield dataset.file
        return
    with open_faces(dataset) as sealed, tempfile.TemporaryDirectory(dir=dataset.folder) as folder:
        path = Path(folder) / dataset.file.name
        with _opened_for_writing(path) as target:
            shutil.copyfileobj(sealed, target, COPIED_BYTES)
            target.flush()
            yield path


def remove_files(dataset: Dataset) -> None:
    """Nothing of the data set is left on the disk, its key first: copies of its faces cannot be read any more."""
    erase_key(_key_name(dataset))
    shutil.rmtree(dataset.folder, ignore_errors=True)


def _opened_for_writing(path: Path) -> BinaryIO:
    """The path leads to a file that exists in memory only, where the system has such (Linux)."""
    if not hasattr(os, "memfd_create"):
        return path.open("wb")
    handle = os.memfd_create(path.name)
    path.symlink_to(f"/proc/{os.getpid()}/fd/{handle}")
    return os.fdopen(handle, "wb")


def _key_name(dataset: Dataset) -> str:
    return f"dataset-{dataset.pk}"
