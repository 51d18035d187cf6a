"""A data set frozen into one file: what a run was trained on, to the byte."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import cv2

from inference.types import EMOTIONS
from training.dataset import SPLITS, Dataset, FaceSet

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
    kept = dataset.without_duplicates() if drop_leaks else dataset
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as target:
        for split in SPLITS:
            _write_split(target, _FOLDERS[split], kept[split])
    with file.open("rb") as written:
        return hashlib.file_digest(written, "sha256").hexdigest()


def _write_split(target: zipfile.ZipFile, folder: str, faces: FaceSet) -> None:
    for number, (picture, label) in enumerate(zip(faces.pictures, faces.labels, strict=True)):
        encoded = cv2.imencode(".png", picture)[1].tobytes()
        entry = zipfile.ZipInfo(f"{folder}/{EMOTIONS[label].value}/{number:06}.png", _DATE)
        target.writestr(entry, encoded)
