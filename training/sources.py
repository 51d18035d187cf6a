"""The layouts in which labelled faces come, each read as a stream of raw faces.

- FER2013 as everybody unpacks it: `train/<class>/…`, `test/<class>/{PublicTest,PrivateTest}_…`
- that tree, or any tree below, in a .zip
- FER2013 as its original CSV: columns emotion (0-6), pixels ("70 80 …"), Usage
- plain folders: `<class>/…`
- a manifest CSV: columns path, label and optionally split, group, the FER+ votes and attributes; paths relative to it
  and below its folder
An attribute is any other column of a manifest (glasses, camera, age group …): models are compared by its values. In a
.zip attributes stand in an `attributes.csv` at its root, with a column path.
An index CSV of FER2013 with FER+ votes that stands beside the tree or zip is used for its votes.
"""

from __future__ import annotations

import csv
import math
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from inference.types import EMOTIONS, Emotion
from training.errors import BadDataset

PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp"})
INDEX_FILE = "fer2013_index.csv"
ATTRIBUTES_FILE = "attributes.csv"
MOST_ATTRIBUTES = 12
MOST_PICTURE_BYTES = 16 * 1024**2  # Source: own; a face of 48 to some hundred px has a few kilobytes
_NO_ATTRIBUTES = frozenset({"path", "label", "split", "group"})
_CSV_CLASSES = {str(number): emotion.value for number, emotion in enumerate(EMOTIONS)}  # FER2013's very order
_USAGE = {"Training": "train", "PublicTest": "public", "PrivateTest": "private"}
_FOLDERS = {"train": "train", "test": "private", "val": "public", "valid": "public", "validation": "public"}
_NAMED_SPLITS = {"": "", **_FOLDERS, "public": "public", "private": "private"}
_VOTES = {
    "ferplus_anger": Emotion.ANGRY,
    "ferplus_disgust": Emotion.DISGUST,
    "ferplus_fear": Emotion.FEAR,
    "ferplus_happiness": Emotion.HAPPY,
    "ferplus_sadness": Emotion.SAD,
    "ferplus_surprise": Emotion.SURPRISE,
    "ferplus_neutral": Emotion.NEUTRAL,
}
_NO_VOTES = (0.0,) * len(EMOTIONS)
_MIN_VOTES = 5  # of ten; below that the annotators did not see one of the seven emotions

Votes = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RawFace:
    """One picture before it is decoded.

    Args:
        name: to speak of it in a report.
        label: as the data says; may be no emotion at all.
        split: train, public or private; empty where the data does not say.
        group: pictures of one group (a person) must stay in one split.
        votes: shares of the annotators' votes in `Emotion` order, or zeros.
        encoded: the picture file, or
        pixels: uint8 (H, W), for sources that hold pixels.
        attributes: what else the data says of it, by column; only what is not empty.
    """

    name: str
    label: str
    split: str
    group: str
    votes: Votes = _NO_VOTES
    encoded: bytes = b""
    pixels: NDArray[np.uint8] | None = None
    attributes: dict[str, str] = field(default_factory=dict)


def read_source(path: Path) -> Iterator[RawFace]:
    """Stream the raw faces of a folder, .zip or .csv.

    Raises:
        BadDataset: it is none of the layouts above.
    """
    if path.is_dir():
        return _read_tree(_files_below(path), lambda name: (path / name).read_bytes(), _votes_beside(path))
    if not path.is_file():
        raise BadDataset(f"There is no data set at {path}.")
    if path.suffix == ".zip":
        return _read_zip(path)
    if path.suffix == ".csv":
        return _read_csv(path)
    raise BadDataset(f"{path.name} is neither a folder nor a .zip nor a .csv.")


def _files_below(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def _read_zip(path: Path) -> Iterator[RawFace]:
    try:
        with zipfile.ZipFile(path) as archive:
            known = _attributes_in(archive)
            read = partial(_read_entry, archive)
            for face in _read_tree(sorted(archive.namelist()), read, _votes_beside(path.parent)):
                yield replace(face, attributes=known.get(face.name, {})) if known else face
    except (zipfile.BadZipFile, RuntimeError, ValueError, zlib.error, EOFError) as error:
        raise BadDataset(f"{path.name} is not a readable .zip.") from error


def _read_entry(archive: zipfile.ZipFile, name: str) -> bytes:
    """A file of a .zip; nothing where it unpacks to more than a picture has, whatever its header states."""
    with archive.open(name) as packed:
        content = packed.read(MOST_PICTURE_BYTES + 1)
    return content if len(content) <= MOST_PICTURE_BYTES else b""


def _attributes_in(archive: zipfile.ZipFile) -> dict[str, dict[str, str]]:
    if ATTRIBUTES_FILE not in archive.namelist():
        return {}
    try:
        rows = csv.DictReader(_read_entry(archive, ATTRIBUTES_FILE).decode("utf-8").splitlines())
        return {row["path"]: _attributes_of(row) for row in rows}
    except (UnicodeDecodeError, KeyError, csv.Error) as error:
        raise BadDataset(f"{ATTRIBUTES_FILE} is no CSV with a column path.") from error


def _attributes_of(row: dict[str, str]) -> dict[str, str]:
    """The row's other columns; none of more than forty characters, which would be free text."""
    columns = {name: value for name, value in row.items() if name and isinstance(value, str) and 0 < len(value) <= 40}
    usable = [name for name in sorted(columns) if name not in _NO_ATTRIBUTES and not name.startswith("ferplus_")]
    return {name: columns[name] for name in usable[:MOST_ATTRIBUTES]}


def _read_tree(names: list[str], read: Callable[[str], bytes], votes: dict[str, Votes]) -> Iterator[RawFace]:
    for name in names:
        path = PurePosixPath(name)
        if path.suffix.lower() not in PICTURE_SUFFIXES or len(path.parts) < 2:
            continue
        split = _split_of(path)
        key = "/".join(path.parts[-3:])
        yield RawFace(name, path.parts[-2].lower(), split, name, votes.get(key, _NO_VOTES), read(name))


def _split_of(path: PurePosixPath) -> str:
    usage = path.name.split("_", 1)[0]
    if usage in _USAGE:
        return _USAGE[usage]
    folder = path.parts[-3].lower() if len(path.parts) > 2 else ""
    return _FOLDERS.get(folder, "")


def _votes_beside(folder: Path) -> dict[str, Votes]:
    for index in (folder / INDEX_FILE, folder.parent / INDEX_FILE):
        if index.is_file():
            return {row.get("path") or "": _votes_of(row) for row in _rows(index)}
    return {}


def _votes_of(row: dict[str, str]) -> Votes:
    counts = dict.fromkeys(EMOTIONS, 0.0)
    for column, emotion in _VOTES.items():
        counts[emotion] = _vote(row.get(column) or "0", row.get("path", ""))
    total = sum(counts.values())
    return tuple(counts[emotion] / total for emotion in EMOTIONS) if total >= _MIN_VOTES else _NO_VOTES


def _vote(text: str, name: str) -> float:
    try:
        count = float(text)
    except ValueError:
        count = -1.0
    if not 0 <= count < math.inf:
        raise BadDataset(f"A FER+ vote of {name[:80]} is “{text[:20]}”: no number of 0 and more.")
    return count


def _read_csv(path: Path) -> Iterator[RawFace]:
    for number, row in enumerate(_rows(path), start=1):
        if {"emotion", "pixels"} <= row.keys():
            yield _pixels_row(number + 1, row)
        elif {"path", "label"} <= row.keys():
            yield _manifest_row(path.parent, row)
        else:
            raise BadDataset(f"{path.name} has neither the columns emotion and pixels nor path and label.")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV; a cell that is not there is empty."""
    line = 1
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restval="")
            for row in reader:
                line = reader.line_num
                yield row
    except UnicodeDecodeError as error:
        raise BadDataset(f"{path.name} is not written in UTF-8.") from error
    except csv.Error as error:
        raise BadDataset(f"{path.name}, after line {line}: {error}.") from error


def _pixels_row(number: int, row: dict[str, str]) -> RawFace:
    values = _pixels_of(row["pixels"])
    side = int(values.size**0.5)
    return RawFace(
        name=f"line {number}",
        label=_CSV_CLASSES.get(row["emotion"], row["emotion"]),
        split=_USAGE.get(row.get("Usage", ""), ""),
        group=str(number),
        pixels=values.reshape(side, side) if side and side * side == values.size else np.zeros((0, 0), np.uint8),
    )


def _pixels_of(text: str) -> NDArray[np.uint8]:
    """uint8 (n,); none at all where one of them is no whole number."""
    try:
        return np.array(text.split(), dtype=np.int64).clip(0, 255).astype(np.uint8)
    except (ValueError, OverflowError):
        return np.zeros(0, np.uint8)


def _manifest_row(folder: Path, row: dict[str, str]) -> RawFace:
    name = row["path"]
    split = row.get("split", "").lower()
    if split not in _NAMED_SPLITS:
        raise BadDataset(f"{name[:80]} stands in the split “{split[:20]}”; there are train, public and private.")
    encoded, group = _read_beside(folder, name), row.get("group") or name
    attributes = _attributes_of(row)
    return RawFace(
        name, row["label"].lower(), _NAMED_SPLITS[split], group, _votes_of(row), encoded, attributes=attributes
    )


def _read_beside(folder: Path, name: str) -> bytes:
    """A picture below the manifest's folder; nothing where the path leads out of it, by `..`, a root or a link."""
    try:
        file = (folder / name).resolve()
        is_ours = file.is_relative_to(folder.resolve()) and file.is_file() and file.stat().st_size <= MOST_PICTURE_BYTES
    except (OSError, ValueError):  # a name that no file can have
        return b""
    return file.read_bytes() if is_ours else b""
