"""A model's card as HTML: the subset of Markdown that `training` writes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

WEAK = "Where it works less well"
FOR = "What it is for"


@dataclass(slots=True)
class Block:
    """A paragraph, a list or a table; `rows` holds its text, its items, or its lines of cells with the head first."""

    kind: str  # "text", "list" or "table"
    rows: list[list[str]]


@dataclass(slots=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: list[Block] = field(default_factory=list)

    @property
    def is_weakness(self) -> bool:
        """Whether it tells what the model does badly or must not be used for."""
        return self.title.startswith((WEAK, FOR))


def sections_of(card: str) -> list[Section]:
    """The card's sections, weaknesses first; the one before the first heading has no title."""
    sections = [Section("")]
    for piece in re.split(r"\n\s*\n", card.strip()):
        for part in re.split(r"(?m)^(#+ .*)$\n?", piece):
            if part.startswith("#"):
                level, title = part.split(" ", 1)
                if len(level) > 1:
                    sections.append(Section(_plain(title)))
            elif part.strip():
                sections[-1].blocks.append(_block(part.strip()))
    return sorted((s for s in sections if s.blocks), key=lambda section: not section.is_weakness)


def _block(text: str) -> Block:
    lines = text.splitlines()
    if text.startswith("|"):
        cells = [[_plain(cell) for cell in line.strip().strip("|").split("|")] for line in lines]
        return Block("table", [row for row in cells if not set("".join(row)) <= set("-: ")])
    if text.startswith("- "):
        return Block("list", [[_plain(item)] for item in re.split(r"(?m)^- ", text) if item.strip()])
    return Block("text", [[_plain(text)]])


def _plain(text: str) -> str:
    return " ".join(text.replace("**", "").replace("`", "").split())
