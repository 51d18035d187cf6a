"""Resumable uploads by tus 1.0.0 (https://tus.io/protocols/resumable-upload): parse and write its headers."""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _

from webplatform.analysis.models import ResumableUpload
from webplatform.analysis.receiving import offset_of
from webplatform.common.errors import AppError, ChecksumMismatch, Invalid
from webplatform.common.http.streamed_body import BodyBroke
from webplatform.vault.request_bodies import SealedBody

VERSION = "1.0.0"
PART = "application/offset+octet-stream"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
ALGORITHMS = ("sha1", "sha256", "md5")
READ_BYTES = 64 * 1024
NAMES, IGNORED = ("filename", "name"), ("filetype", "type", "relativePath")


class OtherVersion(AppError):
    """The client speaks another version of tus, or none."""

    code = "tus_version"
    status = 412


class NoPart(AppError):
    """The body is not what tus sends."""

    code = "unsupported_media_type"
    status = 415


@dataclass(frozen=True, slots=True)
class Announced:
    """What a creation says of the file that will come."""

    size_bytes: int
    name: str
    given: dict[str, str]


def options() -> dict[str, str]:
    """What this server can do, as headers."""
    most = str(settings.RAUT_MAX_UPLOAD_MB * 2**20)
    can = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": most}
    return {**can, "Tus-Checksum-Algorithm": ",".join(ALGORITHMS)}


def require_version(request: HttpRequest) -> None:
    """Raises OtherVersion where the client does not say that it speaks ours."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise OtherVersion(_("This address speaks tus %(version)s.") % {"version": VERSION}, version=VERSION)


def announced(request: HttpRequest) -> Announced:
    """What a creation's headers say; raises Invalid."""
    if "Upload-Defer-Length" in request.headers:
        raise Invalid(_("The length must be known when an upload begins."), field="Upload-Defer-Length")
    sent = _metadata(request.headers.get("Upload-Metadata", ""))
    name = next((sent[key] for key in NAMES if sent.get(key)), "video")
    fields = {key: value for key, value in sent.items() if key not in (*NAMES, *IGNORED)}
    return Announced(number_in(request, "Upload-Length"), name, fields)


def number_in(request: HttpRequest, header: str) -> int:
    """The header's whole number; raises Invalid."""
    value = request.headers.get(header, "")
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise Invalid(_("The header %(name)s must be a whole number.") % {"name": header}, field=header)
    return int(value)


def state_of(upload: ResumableUpload) -> dict[str, str]:
    """An upload as headers; where its file is whole, also its job and its session."""
    headers = {"Upload-Offset": str(offset_of(upload)), "Upload-Length": str(upload.size_bytes)}
    headers |= {"Upload-Expires": http_date(upload.expires_at.timestamp()), "Cache-Control": "no-store"}
    if upload.job is not None:
        address = reverse("api-analysis", args=[upload.job.pk])
        headers |= {"Raut-Job": str(upload.job.pk), "Raut-Session": str(upload.job.session_id)}
        headers |= {"Content-Location": address}
    return headers


def parts_of(request: HttpRequest) -> Iterator[bytes]:
    """The body, as it comes in; where the client goes away, up to there. With a checksum, all of it or nothing.

    Raises:
        NoPart: it is no part of an upload.
        Invalid: the checksum cannot be read.
        ChecksumMismatch: it is another one.
    """
    if request.content_type != PART:
        raise NoPart(_("The body must be of the type %(kind)s.") % {"kind": PART})
    source = getattr(request, "streamed_body", None) or request
    algorithm, _space, expected = request.headers.get("Upload-Checksum", "").partition(" ")
    if not algorithm:
        return _as_far_as(source)
    if algorithm not in ALGORITHMS:
        names = {"known": ", ".join(ALGORITHMS)}
        raise Invalid(_("The checksum must be one of: %(known)s.") % names, field="Upload-Checksum")
    return _checked(source, algorithm, _decoded(expected, "Upload-Checksum"))


def _as_far_as(source: IO[bytes]) -> Iterator[bytes]:
    try:
        while part := source.read(READ_BYTES):
            yield part
    except BodyBroke:
        return


def _checked(source: IO[bytes], algorithm: str, expected: bytes) -> Iterator[bytes]:
    """Nothing is handed on before all of it is known to be right: what was sealed is never taken back."""
    digest, body = hashlib.new(algorithm, usedforsecurity=False), SealedBody()
    try:
        while part := source.read(READ_BYTES):
            digest.update(part)
            body.write(part)
        if digest.digest() != expected:
            raise ChecksumMismatch(_("What came does not have the checksum that was sent with it."))
        with body.opened() as content:
            yield from _as_far_as(content)
    except BodyBroke:
        return
    finally:
        body.drop()


def _metadata(header: str) -> dict[str, str]:
    pairs = [pair.strip().split(" ", 1) for pair in header.split(",") if pair.strip()]
    try:
        return {pair[0]: _decoded(pair[1] if len(pair) > 1 else "", "Upload-Metadata").decode() for pair in pairs}
    except UnicodeDecodeError as error:
        raise _unreadable("Upload-Metadata") from error


def _decoded(text: str, header: str) -> bytes:
    try:
        return b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unreadable(header) from error


def _unreadable(header: str) -> Invalid:
    return Invalid(_("The header %(name)s cannot be read.") % {"name": header}, field=header)
