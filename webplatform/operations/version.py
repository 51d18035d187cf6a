"""Which version this is: the newest one of the changelog."""

from __future__ import annotations

import re
from pathlib import Path

CHANGELOG = Path(__file__).resolve().parents[2] / "CHANGELOG.md"


def read_version(changelog: Path = CHANGELOG) -> str:
    """The first heading of the changelog that is a version; "unreleased" where there is none yet."""
    match = re.search(r"^## (\d+\.\d+\.\d+)\b", changelog.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return match.group(1) if match else "unreleased"
