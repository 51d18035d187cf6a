"""What a folder holds: files worth reading, and the others with the reason why they are not read."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from inference.container import VIDEO_ENDINGS
from inference.image import PICTURE_ENDINGS, SNIFFED_BYTES, picture_kind
from inference.names import show_name

_NOT_MEDIA = "no pictures or videos, not read"
_SOUND = "only sound, not read"
_SOUND_ENDINGS = frozenset({".mp3", ".m4a", ".wav", ".flac", ".ogg", ".oga", ".opus", ".aac", ".wma", ".aif", ".aiff"})
# Pictures and videos that nothing here can decode, or whose file would show a thumbnail only.
_OTHER_MEDIA = frozenset(
    {".jxl", ".jp2", ".psd", ".svg", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2", ".rm", ".rmvb"}
    | {".swf", ".braw", ".r3d"}
)
_TS_PACKET_BYTES = 188  # ISO/IEC 13818-1, 2.4.3.2; Blu-ray and AVCHD put 4 bytes before each


@dataclass(slots=True)
class FolderFiles:
    """The files of a folder and its subfolders.

    Args:
        media: what is to be read, in order of their paths.
        left_out: other files by the reason why they are not read.
        problems: sentences about media and folders that cannot be read.
    """

    media: list[Path] = field(default_factory=list)
    left_out: dict[str, list[Path]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def search_folder(folder: Path) -> FolderFiles:
    """Look at every file of a folder and its subfolders; its first bytes count as well as its ending."""
    contents = FolderFiles()

    def complain(error: OSError) -> None:
        contents.problems.append(f"{show_name(str(error.filename))} cannot be opened.")

    files: list[Path] = []
    for parent, _, names in os.walk(folder, onerror=complain):
        files += [Path(parent) / name for name in names]
    for file in sorted(files):
        _sort_in(file, contents)
    return contents


def looks_like_video(head: bytes) -> bool:
    """Whether a file's first bytes are those of a format in which videos come.

    Args:
        head: the first `SNIFFED_BYTES` bytes, or all where there are fewer.
    Source: the formats' own signatures.
    """
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
        return True
    if head[:4] in (b"\x1aE\xdf\xa3", b"OggS", b"\x30\x26\xb2\x75", b"\x06\x0e\x2b\x34", b"\0\0\1\xba", b"\0\0\1\xb3"):
        return True
    if head[:3] == b"FLV" or (head[:4] == b"RIFF" and head[8:12] == b"AVI "):
        return True
    steps = ((0, _TS_PACKET_BYTES), (4, _TS_PACKET_BYTES + 4))
    return any(len(head) > 4 * step and head[first : first + 4 * step : step] == b"GGGG" for first, step in steps)


def _sort_in(file: Path, contents: FolderFiles) -> None:
    ending = file.suffix.lower()
    if not file.is_file():
        reason = "link that leads nowhere" if file.is_symlink() else "neither a file nor a folder"
        contents.left_out.setdefault(reason, []).append(file)
        return
    if ending in _OTHER_MEDIA:
        contents.problems.append(f"{show_name(file.name)}: files of the kind {ending} cannot be read here.")
    elif ending in PICTURE_ENDINGS | VIDEO_ENDINGS or (ending not in _SOUND_ENDINGS and _is_media(file)):
        contents.media.append(file)
    else:
        contents.left_out.setdefault(_SOUND if ending in _SOUND_ENDINGS else _NOT_MEDIA, []).append(file)


def _is_media(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            head = opened.read(SNIFFED_BYTES)
    except OSError:
        return True  # reading it will say what is wrong
    return picture_kind(head) is not None or looks_like_video(head)
