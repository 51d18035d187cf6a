"""Where bundles live once they are made: a folder of immutable folders."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from inference.bundle import Bundle, read_bundle, seal_bundle
from training.errors import BadRegistry


@dataclass(frozen=True, slots=True)
class Registry:
    """A folder of bundles, each under its own name; nothing in it is ever changed.

    Args:
        path: the folder; made when the first bundle is added.
    """

    path: Path

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """An empty folder beside the bundles, to fill and then `add`; removed on leaving whatever is left of it."""
        self.path.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".draft-", dir=self.path))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def add(self, draft: Path, name: str) -> Bundle:
        """Seal a draft and move it to its name in one rename.

        Raises:
            BadRegistry: the name is taken or no plain name.
            BadBundle: the draft is not a whole bundle.
        """
        target = self.path / name
        if not name or target.parent != self.path or name.startswith("."):
            raise BadRegistry(f"{name!r} is no name for a bundle.")
        if target.exists():
            raise BadRegistry(f"The registry already holds a bundle named {name}.")
        seal_bundle(draft)
        read_bundle(draft)
        draft.chmod(0o755)
        draft.rename(target)
        _flush_folder(self.path)
        return read_bundle(target)

    def names(self) -> list[str]:
        """The names of the bundles, sorted."""
        if not self.path.is_dir():
            return []
        return sorted(entry.name for entry in self.path.iterdir() if entry.is_dir() and not entry.name.startswith("."))


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
