"""Captions as WebVTT, for players in a browser."""

from __future__ import annotations

from typing import IO

from webplatform.exporting.content import Content
from webplatform.exporting.formats.captions import captions


def write(content: Content, out: IO[bytes]) -> None:
    """The captions of the one session."""
    out.write(captions(content, content.sessions[0]).content.encode() + b"\n")
