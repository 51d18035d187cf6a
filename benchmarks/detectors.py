"""Recall by height, false alarms and milliseconds of the shipped face detector beside others that carry their weights.

Run: `python -m benchmarks.detectors FOLDER [--every 4]`. FOLDER holds `images/` and `truth.csv` (file, x, y, w, h in
px), as the Kaggle set "Face Mask Detection" (CC0) does once its boxes are written so. Every picture is shown once,
twice and three times as large, as larger cameras would; faces that fill the frame are cut from it; pictures of nobody
are made at run time. Peers: `pip install -r benchmarks/requirements-peers.txt`. A box counts from an intersection over
union of 0.4.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from benchmarks._detector_peers import Find, all_detectors
from benchmarks._nobody import pictures_of_nobody
from inference.types import Box, Picture

MATCH_IOU = 0.4
HEIGHTS = ((20, 40), (40, 60), (60, 100), (100, 10_000))
CLOSE = (1.0, 1.1, 1.2)
CLOSE_LEAST_PX, CLOSE_HEIGHT_PX = 60, 480
Photograph = tuple[Picture, list[Box]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, help="only every n-th photograph")
    parser.add_argument("--only", default="", help="part of the name of the detectors to measure")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    photographs = list(read_photographs(options.folder, options.every))
    heads = [f"{low}–{high}" if high < 10_000 else f">{low}" for low, high in HEIGHTS]
    heads += ["all ≥ 20", "false / picture", "close-ups 1.0 / 1.1 / 1.2", "nobody", "ms"]
    print("| detector | " + " | ".join(heads) + " |\n|" + "---|" * (len(heads) + 1))
    for name, find in all_detectors().items():
        if options.only in name:
            print(f"| {name} | " + " | ".join(_row(find, photographs)) + " |", flush=True)


def read_photographs(folder: Path, every: int) -> Iterator[Photograph]:
    """Each n-th photograph with its faces, three times: in its own size, doubled and tripled."""
    truth: dict[str, list[Box]] = defaultdict(list)
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            truth[row["file"]].append(Box(*(float(row[side]) for side in "xywh")))
    for path in sorted((folder / "images").iterdir())[::every]:
        picture = cv2.imread(str(path))
        for scale in (1, 2, 3):
            large = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
            yield large, [Box(b.x * scale, b.y * scale, b.w * scale, b.h * scale) for b in truth[path.name]]


def _row(find: Find, photographs: list[Photograph]) -> list[str]:
    hits_by_span: dict[tuple[int, int], list[bool]] = defaultdict(list)
    alarms, seconds = 0, 0.0
    for picture, faces in photographs:
        started = time.process_time()
        boxes = find(picture)
        seconds += time.process_time() - started
        matched = match(boxes, faces)
        alarms += len(boxes) - len(matched)
        for number, face in enumerate(faces):
            for span in HEIGHTS:
                if span[0] <= face.h < span[1]:
                    hits_by_span[span].append(number in matched)
    every = [hit for span in HEIGHTS for hit in hits_by_span[span]]
    recalls = [f"{np.mean(hits):.2f}" for hits in (*(hits_by_span[span] for span in HEIGHTS), every)]
    close = " / ".join(f"{_close_recall(find, photographs, share):.2f}" for share in CLOSE)
    nobody = sum(len(find(picture)) for picture in pictures_of_nobody())
    return [*recalls, f"{alarms / len(photographs):.2f}", close, str(nobody), f"{seconds / len(photographs) * 1e3:.0f}"]


def match(boxes: list[Box], faces: list[Box]) -> set[int]:
    """The numbers of the faces that a box lies on; one box, the surest first, takes one face."""
    matched: set[int] = set()
    for box in boxes:
        free = [(box.iou(face), number) for number, face in enumerate(faces) if number not in matched]
        overlap, number = max(free, default=(0.0, -1))
        if overlap >= MATCH_IOU:
            matched.add(number)
    return matched


def _close_recall(find: Find, photographs: list[Photograph], share: float) -> float:
    """Share of the faces of at least 60 px that are found where the frame is `share` times their box."""
    hits = []
    for picture, faces in photographs[::3]:
        for face in faces:
            if face.h < CLOSE_LEAST_PX:
                continue
            (x, y), width, height = face.center, face.w * share / 2, face.h * share / 2
            cut = picture[max(int(y - height), 0) : int(y + height), max(int(x - width), 0) : int(x + width)]
            scale = CLOSE_HEIGHT_PX / cut.shape[0]
            hits.append(bool(find(cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))))
    return float(np.mean(hits))


if __name__ == "__main__":
    main()
