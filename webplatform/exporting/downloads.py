"""Send the file of an export, decrypted piece by piece, only to the account that made it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from webplatform.accounts.audit import record_event
from webplatform.common.errors import NotFound
from webplatform.common.http.file_chunks import body_of, chunks_of
from webplatform.common.http.headers import INERT, unchanged
from webplatform.exporting.kinds import content_type_of
from webplatform.exporting.models import ExportJob
from webplatform.vault.keys import key_of
from webplatform.vault.stored import is_stored, open_stored


def job_file(request: HttpRequest, job: ExportJob) -> HttpResponseBase:
    """The job's file as a download.

    Raises:
        NotFound: it is not ready, or not there any more.
        KeyGone, Damaged: nobody can read it any more.
    """
    if not job.is_ready or not is_stored(job.file):
        raise NotFound
    file = open_stored(job.file, key_of(job.key_name))
    tag = f'"{job.pk.hex}"'
    if (not_modified := unchanged(request, tag)) is not None:
        file.close()
        return not_modified
    for study_id in set(job.parts.values_list("session__study_id", flat=True)):
        record_event("exportjob.downloaded", actor=job.user, study_id=study_id, target=f"exportjob:{job.pk}")
    body = body_of(request, chunks_of(lambda: file))
    headers = {
        "Content-Disposition": content_disposition_header(True, file_name_of(job)),
        "Content-Length": str(job.size_bytes),
        "Cache-Control": "private, no-store",
        "ETag": tag,
        **INERT,
    }
    return StreamingHttpResponse(body, content_type=content_type_of(job), headers=headers)


def file_name_of(job: ExportJob) -> str:
    """What the file is called: by its one session or its study, its kind and its day."""
    parts = list(job.parts.select_related("session")[:2])
    title = parts[0].session.title if len(parts) == 1 else str(job.study or "")
    slug = slugify(title)[:60].strip("-_") or "raut"
    return f"{slug}-{job.format.replace('_', '-')}-{job.asked_at:%Y-%m-%d}.{job.ending}"
