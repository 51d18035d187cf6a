"""How files are called in messages and results."""

from __future__ import annotations

from pathlib import Path


def show_name(name: str | Path) -> str:
    """Return a file's name as text that can be printed and stored: bytes that are no UTF-8 are spelt as \\xNN."""
    return str(name).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
