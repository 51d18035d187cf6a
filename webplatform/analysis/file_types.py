"""The type of an uploaded file by its first bytes. Its name and the browser's claim are not trusted."""

from __future__ import annotations

HEAD_BYTES = 2048

_ISO_BOXES = {b"ftyp", b"moov", b"mdat"}
_ISO_FILLERS = {b"wide", b"free", b"skip", b"pnot"}  # English words, too: what is before them must be their length
_PICTURE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
_STARTS = {
    b"\x1a\x45\xdf\xa3": "video/x-matroska",
    b"\x00\x00\x01\xba": "video/mpeg",
    b"\x00\x00\x01\xb3": "video/mpeg",
    b"FLV": "video/x-flv",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": "video/x-ms-asf",
    b"OggS": "video/ogg",
    b"\x06\x0e\x2b\x34\x02\x05\x01\x01": "video/mxf",
    b"\x1f\x07\x00": "video/dv",
}
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*")
_TS_PACKET, _TS_SYNC = 188, 0x47


def video_type(head: bytes, size_bytes: int, *, is_webm: bool = False) -> str | None:
    """The content type of a kind of video that the engine reads; None for anything else.

    Args:
        head: the first `HEAD_BYTES` of the file.
        size_bytes: of the whole file.
        is_webm: whether it is called WebM, which its first bytes do not tell from Matroska.
    """
    if is_picture(head):
        return None
    is_filler = head[4:8] in _ISO_FILLERS and 8 <= int.from_bytes(head[:4]) <= size_bytes
    if head[4:8] in _ISO_BOXES or is_filler:
        return "video/quicktime" if head[4:8] != b"ftyp" or head[8:10] == b"qt" else "video/mp4"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "video/x-msvideo"
    if _is_transport_stream(head):
        return "video/mp2t"
    detected = next((kind for start, kind in _STARTS.items() if head.startswith(start)), None)
    return "video/webm" if detected == "video/x-matroska" and is_webm else detected


def is_picture(head: bytes) -> bool:
    """Whether a file is a still or an animation: JPEG, PNG, GIF, WebP, HEIC, AVIF and the like."""
    if head[4:8] == b"ftyp":
        return head[8:12] in _PICTURE_BRANDS
    return head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def _is_transport_stream(head: bytes) -> bool:
    """Three packets in a row begin with the sync byte: of 188 bytes (TS), or of 192 with a time before each (M2TS)."""
    return any(
        all(head[first + step * length : first + step * length + 1] == bytes([_TS_SYNC]) for step in range(3))
        for length, first in ((_TS_PACKET, 0), (_TS_PACKET + 4, 4))
    )
