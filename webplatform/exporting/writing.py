"""Writing the file of an export: one file, or a ZIP file with one for each session."""

from __future__ import annotations

import shutil
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from webplatform.common.errors import AppError, Conflict
from webplatform.exporting.content import Content
from webplatform.exporting.files import COPIED_BYTES, nameless_file
from webplatform.exporting.kinds import KINDS, ZIP, Format, Kind
from webplatform.exporting.models import ExportJob
from webplatform.history.models import Session

SHRINKS_NOT = {"mp4", "png"}


def write_file(job: ExportJob, content: Content, out: IO[bytes]) -> str:
    """The file is in `out`, whole; returns how its name ends."""
    kind = KINDS[Format(job.format)]
    if not content.sessions:
        raise Conflict(_("There is nothing to export any more: the sessions are gone."))
    if not kind.is_per_session or len(content.sessions) == 1:
        kind.writer()(content, out)
        return kind.ending
    _write_archive(kind, content, out)
    return ZIP[0]


def _write_archive(kind: Kind, content: Content, out: IO[bytes]) -> None:
    """One file for each session; what cannot be written for one of them is named in a text file, the rest goes on."""
    refused: list[str] = []
    with ZipFile(out, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        for session in content.sessions:
            try:
                _add(archive, kind, content.of_one(session))
            except AppError as error:
                refused.append(f"{session.title} ({session.pk}): {error}")
        if len(refused) == len(content.sessions):
            raise Conflict(_("None of the sessions can be written so. The first: %(reason)s") % {"reason": refused[0]})
        if refused:
            archive.writestr(_("left-out.txt"), "\r\n".join(refused) + "\r\n")


def _add(archive: ZipFile, kind: Kind, content: Content) -> None:
    entry = ZipInfo(_name(content.sessions[0], kind.ending), timezone.now().timetuple()[:6])
    entry.compress_type = ZIP_STORED if kind.ending in SHRINKS_NOT else ZIP_DEFLATED
    with nameless_file() as file:
        kind.writer()(content, file)
        file.seek(0)
        with archive.open(entry, "w", force_zip64=True) as written:
            shutil.copyfileobj(file, written, COPIED_BYTES)


def _name(session: Session, ending: str) -> str:
    """Unique in the archive, and nothing but a name to any file system."""
    whose = slugify(str(session.participant or ""))[:30]
    title = slugify(session.title)[:50].strip("-_") or "session"
    return "-".join(filter(None, (whose, title, session.pk.hex[:8]))) + f".{ending}"
