"""Sending an export: piece by piece, to the person whose it is and to nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, StreamingHttpResponse

from webplatform.accounts.audit import record_event
from webplatform.retention.models import DataExport

CHUNK_BYTES = 256 * 1024


def export_file(request: HttpRequest, export: DataExport) -> StreamingHttpResponse:
    """The export's file as a download; 404 where it is not ready, or not there any more."""
    if not export.is_ready or not export.file.is_file():
        raise Http404
    study_id = export.participant.study_id if export.participant else None
    record_event("export.downloaded", actor=export.user, study_id=study_id, target=f"export:{export.pk}")
    pieces = _pieces(export.file)
    # An ASGI server would first collect a plain iterator's pieces in memory, all of them.
    body = _asynchronous(pieces) if isinstance(request, ASGIRequest) else pieces
    day = f"{export.finished_at:%Y-%m-%d}"
    headers = {
        "Content-Disposition": f'attachment; filename="raut-{day}.zip"',
        "Content-Length": str(export.size_bytes),
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(body, content_type="application/zip", headers=headers)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            yield piece


async def _asynchronous(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    next_piece = sync_to_async(next, thread_sensitive=False)
    while (piece := await next_piece(pieces, None)) is not None:
        yield piece
