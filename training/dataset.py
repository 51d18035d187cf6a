"""Labelled faces: pictures, labels and splits in memory, whatever layout they came in."""

from __future__ import annotations

import io
import math
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import compress
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.preprocess import fit_face
from inference.types import EMOTIONS, Emotion
from training.errors import BadDataset
from training.sources import RawFace, read_source

Decoded = tuple[RawFace, NDArray[np.uint8]]

SPLITS = ("train", "public", "private")
TEST_SPLITS = ("public", "private")
TEST, ALL = "test", "all"
MIN_SIDE = 48
PADDED_TO = 32  # rows
SIDE = "side_px"
MOST_PIXELS = 4096 * 2160  # Source: own; what a live frame may have, far more than one face needs
_PARTS = (0.8, 0.9)  # of a data set that brings no split: train below the first, public below the second


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """What was read and what was left out.

    Args:
        counts: pictures per split and class.
        unreadable: names of pictures that could not be decoded or are under 48 px.
        unknown_classes: folder or label names that are none of the seven emotions, with how many pictures they hold.
        also_in_train: how many public and private pictures have the very pixels of a training picture.
        duplicates: how many pictures of the training split are in it more than once.
    """

    counts: dict[str, dict[str, int]]
    unreadable: tuple[str, ...] = ()
    unknown_classes: dict[str, int] = field(default_factory=dict)
    also_in_train: int = 0
    duplicates: int = 0


@dataclass(frozen=True, slots=True)
class FaceSet:
    """The pictures of one split.

    Args:
        pictures: uint8 (n, S, S, 1), grey levels 0 to 255.
        labels: int64 (n,), index into `EMOTIONS`.
        votes: float32 (n, 7), shares of the annotators' votes, rows sum to 1; a row of zeros where there are none.
        also_in_train: bool (n,), whether the same pixels are in the training split (all False for train itself).
        attributes: n mappings of what else the data says, by column, and `side_px`: the shorter side before it was
            brought to S, px; or none at all.
        names: n names, of the last three parts of the path, by which files of scores speak of them; or none at all.
    """

    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]
    votes: NDArray[np.float32]
    also_in_train: NDArray[np.bool_]
    attributes: tuple[dict[str, str], ...] = ()
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def select(self, keep: NDArray[np.bool_]) -> FaceSet:
        """The rows where `keep`, bool (n,), is True."""
        attributes, names = tuple(compress(self.attributes, keep)), tuple(compress(self.names, keep))
        return FaceSet(
            self.pictures[keep], self.labels[keep], self.votes[keep], self.also_in_train[keep], attributes, names
        )

    def targets(self, *, votes_weight: float, label_smoothing: float) -> NDArray[np.float32]:
        """What the network should answer: the label, blended with the votes where known, then smoothed.

        Returns:
            float32 (n, 7), rows sum to 1.
        """
        hard = np.eye(len(EMOTIONS), dtype=np.float32)[self.labels]
        weight = np.where(self.votes.sum(axis=1, keepdims=True) > 0, votes_weight, 0.0)
        blended = (1 - weight) * hard + weight * self.votes
        return np.asarray(blended * (1 - label_smoothing) + label_smoothing / len(EMOTIONS), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Checked, labelled faces by split: train, public (to choose by) and private (to report).

    Args:
        splits: all three.
        report: what was read.
        is_split: whether the data itself says of any picture to which split it belongs; else they were drawn.
    """

    splits: dict[str, FaceSet]
    report: DatasetReport
    is_split: bool = True

    def __getitem__(self, split: str) -> FaceSet:
        if split not in self.splits:
            raise BadDataset(f"There is no split named {split}; there are {', '.join(SPLITS)}.")
        return self.splits[split]

    def of_split(self, name: str) -> FaceSet:
        """One split, "test": public and private together, the paper's 7,178, or "all" of them."""
        if name not in (TEST, ALL):
            return self[name]
        splits = [self[part] for part in (TEST_SPLITS if name == TEST else SPLITS)]
        return FaceSet(
            np.concatenate([faces.pictures for faces in splits]),
            np.concatenate([faces.labels for faces in splits]),
            np.concatenate([faces.votes for faces in splits]),
            np.concatenate([faces.also_in_train for faces in splits]),
            tuple(attributes for faces in splits for attributes in faces.attributes),
            tuple(name for faces in splits for name in faces.names),
        )

    def without_duplicates(self) -> Dataset:
        """Return the data set without public and private pictures whose pixels are also in train, with new counts."""
        splits = {name: faces.select(~faces.also_in_train) for name, faces in self.splits.items()}
        counts = {name: _count(faces.labels) for name, faces in splits.items()}
        return replace(self, splits=splits, report=replace(self.report, counts=counts))


def read_dataset(path: Path, *, input_size: int = MIN_SIDE, seed: int = 1, to_measure: bool = False) -> Dataset:
    """Read labelled faces from any of the layouts of `training.sources` and check them.

    Args:
        path: a folder, a .zip or a .csv.
        input_size: side that every picture is brought to, px.
        seed: of the split, where the data brings none; groups (persons) are never parted.
        to_measure: nobody learns from it: it need not have every class.
    Raises:
        BadDataset: the path holds no such data, or, unless `to_measure`, a class has no training picture.
    """
    faces, unreadable, unknown = _decode(read_source(Path(path)), input_size)
    if not faces:
        raise BadDataset(f"There is not one readable face of a known class in {path}.")
    splits = _split_names([face for face, _ in faces], seed)
    train_pixels = _pixels_of_train(faces, splits)
    sets = {name: _gather(faces, splits, name, train_pixels, input_size) for name in SPLITS}
    report = DatasetReport(
        counts={name: _count(faces_of.labels) for name, faces_of in sets.items()},
        unreadable=tuple(unreadable),
        unknown_classes=dict(unknown),
        also_in_train=sum(int(faces_of.also_in_train.sum()) for faces_of in sets.values()),
        duplicates=sum(times - 1 for times in train_pixels.values()),
    )
    empty = [emotion for emotion, count in report.counts["train"].items() if count == 0]
    if empty and not to_measure:
        raise BadDataset(f"The training split has no picture of: {', '.join(empty)}.")
    return Dataset(sets, report, is_split=any(face.split for face, _ in faces))


def _decode(source: Iterable[RawFace], input_size: int) -> tuple[list[Decoded], list[str], Counter[str]]:
    faces: list[Decoded] = []
    unreadable: list[str] = []
    unknown: Counter[str] = Counter()
    for face in source:
        if face.label not in EMOTIONS:
            unknown[face.label] += 1
            continue
        picture = face.pixels if face.pixels is not None else _imdecode(face.encoded)
        if picture is None or min(picture.shape[:2]) < MIN_SIDE:
            unreadable.append(face.name)
            continue
        # A frozen picture brings the side that it had.
        attributes = {SIDE: str(min(picture.shape[:2])), **face.attributes}
        faces.append((replace(face, encoded=b"", pixels=None, attributes=attributes), fit_face(picture, input_size)))
    return faces, unreadable, unknown


def _imdecode(encoded: bytes) -> NDArray[np.uint8] | None:
    if not encoded or _is_too_large(encoded):
        return None
    picture = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_GRAYSCALE)
    return None if picture is None else np.asarray(picture, dtype=np.uint8)


def _is_too_large(encoded: bytes) -> bool:
    """Whether a picture's header states too many pixels or cannot be read: a few bytes may want gigabytes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(encoded)) as header:
                return header.width * header.height > MOST_PIXELS
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return True


def _split_names(faces: list[RawFace], seed: int) -> list[str]:
    """Return the split of each face: its own, or drawn by group so that no group is in two splits."""
    groups = sorted({face.group for face in faces if not face.split})
    positions = dict(
        zip(groups, np.random.default_rng(seed).permutation(len(groups)) / max(len(groups), 1), strict=True)
    )
    return [face.split or _part(float(positions[face.group])) for face in faces]


def _part(position: float) -> str:
    return SPLITS[sum(position >= bound for bound in _PARTS)]


def _pixels_of_train(faces: list[Decoded], splits: list[str]) -> Counter[bytes]:
    return Counter(picture.tobytes() for (_, picture), split in zip(faces, splits, strict=True) if split == "train")


def _gather(
    faces: list[Decoded],
    splits: list[str],
    name: str,
    train_pixels: Counter[bytes],
    side: int,
) -> FaceSet:
    members = [face for face, split in zip(faces, splits, strict=True) if split == name]
    shared = [name != "train" and picture.tobytes() in train_pixels for _, picture in members]
    return FaceSet(
        pictures=np.stack([picture for _, picture in members]) if members else np.zeros((0, side, side, 1), np.uint8),
        labels=np.array([EMOTIONS.index(Emotion(face.label)) for face, _ in members], dtype=np.int64),
        votes=np.array([face.votes for face, _ in members], dtype=np.float32).reshape(-1, len(EMOTIONS)),
        also_in_train=np.array(shared, dtype=np.bool_),
        attributes=tuple(face.attributes for face, _ in members),
        names=tuple(short_name(face.name) for face, _ in members),
    )


def short_name(path: str) -> str:
    """The last three parts of a path: split, class and file of FER2013's pictures."""
    return "/".join(path.split("/")[-3:])


def _count(labels: NDArray[np.int64]) -> dict[str, int]:
    return dict(zip(EMOTIONS, np.bincount(labels, minlength=len(EMOTIONS)).tolist(), strict=True))


def iterate_batches(count: int, batch_size: int) -> Iterator[slice]:
    """Slices that cut `count` rows into batches; the last one may be smaller."""
    return (slice(start, min(start + batch_size, count)) for start in range(0, count, batch_size))


def padded_size(count: int, most: int) -> int:
    """The batch size for `count` rows, at most `most`: few rows need no full batch, and each size is compiled anew."""
    return min(most, max(math.ceil(count / PADDED_TO), 1) * PADDED_TO)
