"""Files while they are written: without a name if possible, and encrypted when they are complete."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from webplatform.exporting.models import ExportJob, export_jobs_folder
from webplatform.vault.keys import erase_key
from webplatform.vault.sealed import seal_copy
from webplatform.vault.stored import is_remote, remove_stored

COPIED_BYTES = 2**20
WORK = "work"


def work_folder() -> Path:
    """Where libraries that need names for their half-done parts may put them; orphan files are removed after a day."""
    folder = export_jobs_folder() / WORK
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def nameless_file() -> IO[bytes]:
    """A new file without a name: whatever ends the process, nothing of it is left."""
    return TemporaryFile(dir=work_folder())


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    """The file's content from its start."""
    file.seek(0)
    while piece := file.read(COPIED_BYTES):
        yield piece


def seal(file: IO[bytes], target: Path, key: bytes) -> int:
    """The content lies in `target`, sealed; returns its size."""
    seal_copy(chunks_of(file), target, key)
    return file.seek(0, os.SEEK_END)


def remove_file(job: ExportJob) -> None:
    """Nobody can read the job's file any more: its key goes first, here as with videos."""
    erase_key(job.key_name)
    if is_remote():
        remove_stored(job.file)
    for file in export_jobs_folder().glob(f"{job.pk}.*"):
        file.unlink(missing_ok=True)
