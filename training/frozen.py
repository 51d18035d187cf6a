"""A data set frozen into one file: what a run was trained on, to the byte."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from pathlib import Path

import cv2

from inference.types import EMOTIONS
from training.dataset import SPLITS, Dataset, FaceSet
from training.sources import ATTRIBUTES_FILE

_FOLDERS = {"train": "train", "public": "val", "private": "test"}
_DATE = (1980, 1, 1, 0, 0, 0)  # of every entry: the same faces give the same bytes


def freeze_dataset(dataset: Dataset, file: Path, *, drop_leaks: bool = False) -> str:
    """Write every picture under its split and class; `read_dataset` reads the file as the same data set.

    Args:
        dataset: checked and split.
        file: the .zip to write, in place of what is there.
        drop_leaks: leave out public and private pictures whose very pixels stand in train.
    Returns:
        SHA-256 of the file, hex.
    """
    frozen = dataset.without_duplicates() if drop_leaks else dataset
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as target:
        attributes: dict[str, dict[str, str]] = {}
        for split in SPLITS:
            attributes |= _write_split(target, _FOLDERS[split], frozen[split])
        _write_attributes(target, attributes)
    with file.open("rb") as written:
        return hashlib.file_digest(written, "sha256").hexdigest()


def _write_split(target: zipfile.ZipFile, folder: str, faces: FaceSet) -> dict[str, dict[str, str]]:
    attributes = {}
    for number, (picture, label) in enumerate(zip(faces.pictures, faces.labels, strict=True)):
        encoded = cv2.imencode(".png", picture)[1].tobytes()
        name = f"{folder}/{EMOTIONS[label].value}/{number:06}.png"
        target.writestr(zipfile.ZipInfo(name, _DATE), encoded)
        if faces.attributes:
            attributes[name] = faces.attributes[number]
    return attributes


def _write_attributes(target: zipfile.ZipFile, by_path: dict[str, dict[str, str]]) -> None:
    columns = sorted({column for attributes in by_path.values() for column in attributes})
    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, ["path", *columns], lineterminator="\n")
    rows.writeheader()
    rows.writerows({"path": name, **attributes} for name, attributes in by_path.items())
    target.writestr(zipfile.ZipInfo(ATTRIBUTES_FILE, _DATE), text.getvalue())
