"""Captions as SRT, for players and editors of video."""

from __future__ import annotations

import io
from typing import IO

from webplatform.exporting.content import Content
from webplatform.exporting.formats.captions import captions


def write(content: Content, out: IO[bytes]) -> None:
    """The captions of the one session."""
    text = io.StringIO()
    captions(content, content.sessions[0]).write(text, format="srt")
    out.write(text.getvalue().encode())
