"""The session's charts as one SVG picture."""

from __future__ import annotations

from typing import IO

from webplatform.exporting.charts import draw_charts
from webplatform.exporting.content import Content


def write(content: Content, out: IO[bytes]) -> None:
    """The charts of the one session."""
    draw_charts(content, content.sessions[0], out, "svg")
