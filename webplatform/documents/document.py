"""A document that the platform writes about itself, as a page shows it and as a text to keep."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document.

    Args:
        heading: of the part.
        text: its paragraphs.
        facts: pairs of a term and what holds for it.
        gaps: what the platform cannot know: somebody has to write it.
    """

    heading: str
    text: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document.

    Args:
        title: of the document.
        lead: what it is, in a sentence or two.
        sections: its parts, in order.
    """

    title: str
    lead: str
    sections: tuple[Section, ...]

    def markdown(self) -> str:
        """The same as Markdown; what people wrote stands in one line each, so that it cannot pass for a heading."""
        return "\n\n".join([f"# {_line(self.title)}", _line(self.lead), *map(_section, self.sections)]) + "\n"


def _section(section: Section) -> str:
    parts = [f"## {_line(section.heading)}", *map(_line, section.text)]
    if section.facts:
        parts.append("\n".join(f"- **{_line(term)}:** {_line(fact)}" for term, fact in section.facts))
    if section.gaps:
        parts.append("\n".join(f"- [ ] {_line(gap)}" for gap in section.gaps))
    return "\n\n".join(parts)


def _line(text: str) -> str:
    return " ".join(text.split())
