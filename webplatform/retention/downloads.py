"""Sending an export: piece by piece, to the person whose it is and to nobody else."""

from __future__ import annotations

from django.http import HttpRequest, StreamingHttpResponse

from webplatform.common.errors import NotFound
from webplatform.common.http.file_chunks import body_of, chunks_of
from webplatform.retention.copy_files import opener_of, record_export
from webplatform.retention.models import DataExport
from webplatform.vault.stored import is_stored


def export_file(request: HttpRequest, export: DataExport) -> StreamingHttpResponse:
    """The export's file as a download.

    Raises NotFound where it is not ready, or not there any more.
    """
    if not export.is_ready or not is_stored(export.file):
        raise NotFound
    opener = opener_of(export)
    record_export(export, "downloaded")
    body = body_of(request, chunks_of(opener))
    day = f"{export.finished_at:%Y-%m-%d}"
    headers = {
        "Content-Disposition": f'attachment; filename="raut-{day}.zip"',
        "Content-Length": str(export.size_bytes),
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(body, content_type="application/zip", headers=headers)
