"""A page of a report: text in any script that a font is there for, lists of facts, tables, pictures."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from typing import IO

from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from webplatform.exporting.fonts import other_fonts, own_fonts

MARGIN_MM, LINE_MM = 18, 5
GREY = (110, 116, 125)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

# It lists every font table that it leaves out of a file.
logging.getLogger("fontTools").setLevel(logging.ERROR)


class Paper(FPDF):
    """A4 pages with a running title and numbers."""

    def __init__(self, title: str, foot: str) -> None:
        super().__init__(format="A4")
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(True, margin=MARGIN_MM)
        plain, bold = own_fonts()
        self.add_font("own", "", plain)
        self.add_font("own", "B", bold)
        for name, file in other_fonts().items():
            self.add_font(name, "", file)
        self.set_fallback_fonts(list(other_fonts()), exact_match=False)
        self.set_title(title)
        self.set_creator("Raut")
        self._foot = foot
        self.set_font("own", size=9)
        self.add_page()

    def close(self) -> None:
        """The fonts' files are closed; the library leaves that to chance."""
        for font in self.fonts.values():
            if hasattr(font, "ttfont"):
                font.ttfont.close()

    def footer(self) -> None:
        """The running foot; the library calls it."""
        self.set_y(-12)
        self.set_font("own", size=7)
        self.set_text_color(*GREY)
        self.cell(0, LINE_MM, _printable(self._foot), align="L")
        self.set_x(MARGIN_MM)
        self.cell(0, LINE_MM, str(self.page_no()), align="R")
        self.set_text_color(0)

    def heading(self, text: str, level: int = 2) -> None:
        """A heading of level 1, 2 or 3, which is also in the outline."""
        self.ln(1 if level == 1 else 3)
        if self.will_page_break(30):
            self.add_page()
        self.start_section(_printable(text)[:120], level=level - 1)
        self.set_font("own", "B", {1: 17, 2: 12}.get(level, 10))
        self.multi_cell(0, {1: 9, 2: 7}.get(level, 6), _printable(text), align="L", new_x="LMARGIN", new_y="NEXT")
        self.set_font("own", size=9)

    def paragraph(self, text: str, *, is_quiet: bool = False) -> None:
        """Some lines of text."""
        self.set_text_color(*(GREY if is_quiet else (0, 0, 0)))
        self.multi_cell(0, LINE_MM, _printable(text), align="L", new_x="LMARGIN", new_y="NEXT")
        self.set_text_color(0)
        self.ln(1)

    def facts(self, pairs: Iterable[tuple[str, object]]) -> None:
        """Terms and what they are, without lines between them."""
        self.rows([[name, str(value)] for name, value in pairs], widths=(32, 68), has_head=False)

    def rows(self, rows: Sequence[Sequence[str]], *, widths: Sequence[int], has_head: bool = True) -> None:
        """A table; its head is repeated on every page."""
        if not rows:
            return
        layout = TableBordersLayout.SINGLE_TOP_LINE if has_head else TableBordersLayout.NONE
        head = FontFace(emphasis="BOLD")
        self.set_font("own", size=8)
        with self.table(
            col_widths=tuple(widths), borders_layout=layout, line_height=LINE_MM, headings_style=head,
            first_row_as_headings=has_head, text_align="LEFT", num_heading_rows=1,
        ) as table:  # fmt: skip
            for row in rows:
                table.row([_printable(cell) for cell in row])
        self.set_font("own", size=9)
        self.ln(2)

    def picture(self, file: IO[bytes], width: float, height: float) -> None:
        """A picture as wide as the text, on one page."""
        wide = self.epw
        high = wide * height / width
        if high > self.eph:
            wide, high = wide * self.eph / high, self.eph
        if self.will_page_break(high):
            self.add_page()
        self.image(file, w=wide, h=high)
        self.ln(2)


def _printable(text: object) -> str:
    """Without control characters, which no font has."""
    return _CONTROL.sub(" ", str(text))
