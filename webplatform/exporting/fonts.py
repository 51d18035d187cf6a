"""Fonts for the texts of users: one that comes with matplotlib, and those of this machine for other scripts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import matplotlib
from matplotlib import font_manager

OWN = "DejaVu Sans"  # Latin, Greek, Cyrillic, Arabic, Armenian, Georgian, Hebrew
# Names of free families with other scripts, as distributions call them; what is installed is used.
OTHERS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "Droid Sans Fallback", "Unifont")
OTHERS += ("Noto Sans Javanese", "Noto Sans Balinese", "Noto Sans Devanagari", "Noto Sans Thai", "Noto Sans Tamil")
OTHERS += ("Noto Sans Bengali", "Noto Sans Ethiopic", "Noto Sans Khmer", "Noto Sans Sundanese", "FreeSans")


def own_fonts() -> tuple[Path, Path]:
    """The files of the plain and the bold font."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return folder / "DejaVuSans.ttf", folder / "DejaVuSans-Bold.ttf"


@cache
def other_fonts() -> dict[str, Path]:
    """The other families that this machine has, by name."""
    fonts = {entry.name: Path(entry.fname) for entry in font_manager.fontManager.ttflist}
    return {name: fonts[name] for name in OTHERS if name in fonts}


def font_names() -> list[str]:
    """What matplotlib shall try for each letter, in this order."""
    return [OWN, *other_fonts()]
