"""Send an encrypted file to a player, in the ranges that it requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import SEEK_END
from typing import BinaryIO
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from webplatform.accounts.models import User
from webplatform.analysis.models import MediaFile
from webplatform.analysis.ranges import Range, UnsatisfiableRange, parse_range
from webplatform.common.database.rows import require_row
from webplatform.common.errors import NotFound
from webplatform.common.http.file_chunks import body_of
from webplatform.common.http.headers import INERT, unchanged
from webplatform.history.media import open_file
from webplatform.history.models import Session

CHUNK_BYTES = 256 * 1024
Content = Callable[[], BinaryIO]  # opens the file, as it was uploaded


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent.

    Args:
        content: opens it.
        content_type: what it is told to be.
        name: what it is called where it is saved.
        etag: of its content, quoted.
    """

    content: Content
    content_type: str
    name: str
    etag: str


def session_video(request: HttpRequest, session_id: UUID, user: User) -> HttpResponseBase:
    """The session's video, as `send_file` sends it.

    Raises:
        NotFound: the user reaches no such session, or it has no video any more.
    """
    session = require_row(Session.objects.for_user(user), pk=session_id)
    file = require_row(MediaFile.objects.all(), session=session)
    content = partial(open_file, session, file.stored_name)
    return send_file(request, Sent(content, file.content_type, file.original_name, f'"{file.sha256}"'))


def send_file(request: HttpRequest, file: Sent) -> HttpResponseBase:
    """The file, or the part of it that is asked for: 200 whole, 206 a part, 416 a part that does not exist."""
    content = file.content
    size_bytes = _size_of(content)
    if "Range" not in request.headers and (not_modified := unchanged(request, file.etag)) is not None:
        return not_modified
    headers = {**_headers(file), "Accept-Ranges": "bytes"}
    try:
        part = parse_range(_range_header(request, file), size_bytes)
    except UnsatisfiableRange:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size_bytes}"})
    headers["Content-Length"] = str(part.length)
    if part.is_part:
        headers["Content-Range"] = f"bytes {part.start}-{part.start + part.length - 1}/{size_bytes}"
    status = 206 if part.is_part else 200
    if request.method == "HEAD":
        return HttpResponse(status=status, content_type=file.content_type, headers=headers)
    body = _body(request, content, part)
    return StreamingHttpResponse(body, status=status, content_type=file.content_type, headers=headers)


def _size_of(content: Content) -> int:
    """Also where a file that is gone, damaged, or without its key is refused: before the first byte is sent."""
    try:
        with content() as file:
            return file.seek(0, SEEK_END)
    except FileNotFoundError as error:
        raise NotFound from error


def _range_header(request: HttpRequest, file: Sent) -> str:
    """The Range header, unless it belongs to another state of the file (If-Range)."""
    expected = request.headers.get("If-Range")
    return request.headers.get("Range", "") if expected in (None, file.etag) else ""


def _headers(file: Sent) -> dict[str, str]:
    return {
        "Content-Disposition": content_disposition_header(False, file.name),
        "Cache-Control": "private, no-cache",
        "ETag": file.etag,
        **INERT,
    }


def _body(request: HttpRequest, content: Content, part: Range) -> Iterator[bytes] | AsyncIterator[bytes]:
    return body_of(request, _pieces(content, part))


def _pieces(content: Content, part: Range) -> Iterator[bytes]:
    remaining = part.length
    with content() as file:
        file.seek(part.start)
        while remaining > 0 and (piece := file.read(min(CHUNK_BYTES, remaining))):
            remaining -= len(piece)
            yield piece
