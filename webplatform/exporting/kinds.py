"""Each kind of file: how it is called, what it is sent as, and which module writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import IO

from webplatform.exporting.content import Content
from webplatform.exporting.models import ExportJob

Format = ExportJob.Format
ZIP = ("zip", "application/zip")


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a kind of file before it is written.

    Args:
        module: below `webplatform.exporting.formats`.
        is_per_session: several sessions become several files in one ZIP file.
        needs_video: only what has its video on the server can be written so; the file shows pictures of it, and ends
            with the video and with the consent to keep it.
        has_decimal_comma: whoever asks for it may choose semicolons and a decimal comma.
    """

    module: str
    ending: str
    content_type: str
    is_per_session: bool = False
    needs_video: bool = False
    has_decimal_comma: bool = False

    def writer(self) -> Callable[[Content, IO[bytes]], None]:
        """What writes it; loaded here, so that a page that only names the kinds does not load their libraries."""
        write: Callable[[Content, IO[bytes]], None] = import_module(
            f"webplatform.exporting.formats.{self.module}"
        ).write
        return write


_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {
    Format.CSV: Kind("csv_long", "csv", "text/csv; charset=utf-8", has_decimal_comma=True),
    Format.CSV_WIDE: Kind("csv_wide", "csv", "text/csv; charset=utf-8", has_decimal_comma=True),
    Format.XLSX: Kind("workbook", "xlsx", _SHEET),
    Format.PARQUET: Kind("parquet", "parquet", "application/vnd.apache.parquet"),
    Format.JSON: Kind("json_tree", "json", "application/json"),
    Format.PDF: Kind("report", "pdf", "application/pdf"),
    Format.PNG: Kind("chart_png", "png", "image/png", is_per_session=True),
    Format.SVG: Kind("chart_svg", "svg", "image/svg+xml", is_per_session=True),
    Format.WEBVTT: Kind("webvtt_captions", "vtt", "text/vtt; charset=utf-8", is_per_session=True),
    Format.SRT: Kind("srt_captions", "srt", "application/x-subrip", is_per_session=True),
    Format.EAF: Kind("elan", "eaf", "application/xml", is_per_session=True),
    Format.VIDEO: Kind("annotated_video", "mp4", "video/mp4", is_per_session=True, needs_video=True),
}


def content_type_of(job: ExportJob) -> str:
    """What the job's file is sent as."""
    return ZIP[1] if job.ending == ZIP[0] else KINDS[Format(job.format)].content_type
