"""Secrets of the embedded default, which nobody has to think of."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def local_secret(file: Path) -> str:
    """The secret in this file, made once and readable by its owner only."""
    if not file.exists():
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        with suppress(FileExistsError):  # another process was first: its secret counts
            os.link(draft, file)
        draft.unlink()
    return file.read_text(encoding="utf-8")
