"""A model's card on paper: the part of Markdown that cards are written in."""

from __future__ import annotations

from webplatform.exporting.pdf_page import Paper
from webplatform.modelhub.bundles import bundle_of
from webplatform.modelhub.models import ModelVersion

CARD = "MODEL_CARD.md"
MOST_BYTES = 64 * 1024


def card_of(version: ModelVersion) -> str:
    """The card's text; empty where the bundle has none, or is not on this machine any more."""
    try:
        with (bundle_of(version) / CARD).open("rb") as file:
            return file.read(MOST_BYTES).decode(errors="replace")
    except OSError:
        return ""


def write_card(paper: Paper, card: str) -> None:
    """Headings, lists, tables and paragraphs."""
    lines = [line.rstrip() for line in card.splitlines()]
    block: list[str] = []
    for line in [*lines, ""]:
        if line and not _begins(line, block):
            block.append(line)
            continue
        _write_block(paper, block)
        block = [line] if line else []
    _write_block(paper, block)


def _begins(line: str, block: list[str]) -> bool:
    """Whether the line does not go on with what is before it."""
    is_table = line.startswith("|") and bool(block) and block[0].startswith("|")
    return not is_table and (line.startswith(("#", "- ", "|")) or (bool(block) and block[0].startswith("#")))


def _write_block(paper: Paper, block: list[str]) -> None:
    if not block:
        return
    first = block[0]
    if first.startswith("#"):
        paper.heading(_plain(first.lstrip("# ")), 3)
    elif first.startswith("|"):
        rows = [[_plain(cell.strip()) for cell in line.strip("|").split("|")] for line in block]
        rows = [row for row in rows if not all(set(cell) <= set("-: ") for cell in row)]
        width = max(len(row) for row in rows)
        rows = [[*row, *[""] * (width - len(row))] for row in rows]
        paper.rows(rows, widths=[100 // width] * width)
    else:
        text = _plain(" ".join(line.strip() for line in block))
        paper.paragraph(f"• {text[2:]}" if first.startswith("- ") else text)


def _plain(text: str) -> str:
    return text.replace("`", "").replace("**", "")
