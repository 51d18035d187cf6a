"""Recall, false alarms and milliseconds of the shipped face detector beside other detectors that carry their weights.

Run: `python -m benchmarks.detectors [--faces fer2013.zip] [--scenes 12]`. The frames are made at run time: faces of
scikit-image's astronaut (and of a zip of FER2013, of its public split, if named) are pasted into its other pictures.
Peers are measured where they are installed: `pip install -r benchmarks/requirements-peers.txt`.
"""

from __future__ import annotations

import argparse
import statistics
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from skimage import data

from benchmarks._detector_peers import Find, all_detectors
from inference.types import Box, Picture

ASTRONAUT_PATCH = (72, 0, 300, 300)  # x, y, w, h in the 512 x 512 picture: head and shoulders
ASTRONAUT_FACE = Box(104, 58, 90, 118)  # in that patch, brow to chin and ear to ear
FER_FACE = Box(4, 4, 40, 42)  # in a 48 x 48 file; they are cut this tightly
MATCH_IOU = 0.3
SIZES = {"480p": (640, 480), "720p": (1280, 720)}


@dataclass(frozen=True)
class Case:
    """One kind of frame: what is pasted, how high (px, brow to chin), how many and how."""

    name: str
    frame: str
    low_px: int
    high_px: int
    faces: int = 1
    angle: float = 0.0
    gain: float = 1.0
    blur_px: float = 0.0


CASES = (
    Case("480p 20-40", "480p", 20, 40),
    Case("480p 40-80", "480p", 40, 80),
    Case("480p 80-240", "480p", 80, 240),
    Case("720p 20-40", "720p", 20, 40),
    Case("720p 40-60", "720p", 40, 60),
    Case("720p 60-100", "720p", 60, 100),
    Case("720p 100-400", "720p", 100, 400),
    Case("720p 6 faces 60-120", "720p", 60, 120, faces=6),
    Case("720p 12 faces 40-80", "720p", 40, 80, faces=12),
    Case("720p tilt 30", "720p", 80, 200, angle=30),
    Case("720p tilt 60", "720p", 80, 200, angle=60),
    Case("720p dark x0.3", "720p", 80, 200, gain=0.3),
    Case("720p bright x1.6", "720p", 80, 200, gain=1.6),
    Case("720p blurred", "720p", 80, 200, blur_px=4),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", type=Path, help="fer2013.zip")
    parser.add_argument("--scenes", type=int, default=12, help="frames of each kind")
    parser.add_argument("--only", default="", help="part of the name of the detectors to measure")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    finders = {name: find for name, find in all_detectors().items() if asked.only in name}
    print(
        "| detector | "
        + " | ".join(case.name for case in CASES)
        + " | false alarms | ms 480p | ms 720p | ms 720p, 60 px |"
    )
    print("|---|" + "---|" * (len(CASES) + 4))
    for name, find in finders.items():
        row = [f"{_recall(find, case, asked.scenes, asked.faces):.2f}" for case in CASES]
        times = [f"{_time_ms(find, size, tall):.1f}" for size, tall in (("480p", 150), ("720p", 150), ("720p", 60))]
        print(f"| {name} | " + " | ".join([*row, _false_alarms(find), *times]) + " |", flush=True)


def _recall(find: Find, case: Case, scenes: int, faces: Path | None) -> float:
    """Share of the pasted faces that were found (intersection over union of at least 0.3)."""
    found = total = 0
    patches = _patches(faces)
    rng = np.random.default_rng(7)
    for _ in range(scenes):
        frame, truth = make_scene(case, patches, rng)
        boxes = find(frame)
        found += sum(any(box.iou(true) >= MATCH_IOU for box in boxes) for true in truth)
        total += len(truth)
    return found / total


def make_scene(
    case: Case, patches: Callable[[], tuple[Picture, Box]], rng: np.random.Generator
) -> tuple[Picture, list[Box]]:
    """Paste faces into a frame, each into a cell of its own.

    Returns:
        The frame, uint8 (H, W, 3) BGR, and the faces' true boxes.
    """
    width, height = SIZES[case.frame]
    backgrounds = empty_pictures()
    frame = cv2.resize(backgrounds[rng.integers(len(backgrounds))], (width, height))
    columns = {1: 1, 6: 3, 12: 6}[case.faces]
    rows = case.faces // columns
    truth = []
    for cell in range(case.faces):
        patch, face = patches()
        limit = min(case.high_px, int(0.55 * height / rows), int(0.55 * width / columns))
        tall = rng.integers(case.low_px, max(limit, case.low_px + 1))
        center = ((cell % columns + 0.5) * width / columns, (cell // columns + 0.5) * height / rows)
        room = np.array([width / columns, height / rows]) / 2 - tall
        center = np.array(center) + rng.uniform(-1, 1, 2) * np.maximum(room, 0)
        angle = rng.choice([-1, 1]) * case.angle
        truth.append(_paste(frame, patch, face, (float(center[0]), float(center[1])), float(tall), angle))
    if case.blur_px:
        frame = cv2.GaussianBlur(frame, (0, 0), case.blur_px)
    return np.clip(frame * np.float32(case.gain), 0, 255).astype(np.uint8), truth


def _paste(frame: Picture, patch: Picture, face: Box, center: tuple[float, float], tall_px: float, angle: float) -> Box:
    scale = tall_px / face.h
    if scale < 1:  # warpAffine does not average; shrink first as a camera would
        patch = cv2.resize(patch, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        face, scale = Box(face.x * scale, face.y * scale, face.w * scale, face.h * scale), 1.0
    turn = cv2.getRotationMatrix2D(face.center, angle, scale)
    turn[:, 2] += np.array(center) - face.center
    height, width = frame.shape[:2]
    mask = np.zeros(patch.shape[:2], np.float32)
    edge = max(round(patch.shape[0] * 0.04), 1)
    mask[edge:-edge, edge:-edge] = 1
    mask = cv2.GaussianBlur(mask, (0, 0), edge / 2)
    alpha = cv2.warpAffine(mask, turn, (width, height))[:, :, np.newaxis]
    warped = cv2.warpAffine(patch, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    frame[:] = (frame * (1 - alpha) + warped * alpha).astype(np.uint8)
    w, h = face.w * scale, face.h * scale
    return Box(center[0] - w / 2, center[1] - h / 2, w, h)


def _patches(faces: Path | None) -> Callable[[], tuple[Picture, Box]]:
    x, y, w, h = ASTRONAUT_PATCH
    astronaut = data.astronaut()[y : y + h, x : x + w, ::-1].copy()
    if faces is None:
        return lambda: (astronaut, ASTRONAUT_FACE)
    archive = zipfile.ZipFile(faces)
    names = sorted(name for name in archive.namelist() if "PublicTest" in name)
    order = iter(np.random.default_rng(3).permutation(len(names)).tolist() * 2)

    def draw() -> tuple[Picture, Box]:
        raw = np.frombuffer(archive.read(names[next(order)]), np.uint8)
        return cv2.imdecode(raw, cv2.IMREAD_COLOR), FER_FACE

    return draw


@cache
def empty_pictures() -> list[Picture]:
    """Pictures of scikit-image without a human face, BGR."""
    names = ["coffee", "rocket", "chelsea", "brick", "grass", "gravel", "text", "page", "coins", "immunohistochemistry"]
    pictures = [np.asarray(getattr(data, name)()) for name in names]
    return [cv2.cvtColor(p, cv2.COLOR_GRAY2BGR) if p.ndim == 2 else p[:, :, 2::-1].copy() for p in pictures]


def _false_alarms(find: Find) -> str:
    count = pictures = 0
    for picture in empty_pictures():
        for size in SIZES.values():
            for turned in (picture, picture[:, ::-1], picture[: picture.shape[0] // 2, : picture.shape[1] // 2]):
                count += len(find(cv2.resize(turned, size)))
                pictures += 1
    return f"{count} in {pictures}"


def _time_ms(find: Find, size: str, tall_px: int = 150) -> float:
    """Median processor ms of a frame with one face."""
    case = Case("", size, tall_px, tall_px + 1)
    frame, _ = make_scene(case, _patches(None), np.random.default_rng(1))
    find(frame)
    times = []
    for _ in range(15):
        started = time.process_time()
        find(frame)
        times.append((time.process_time() - started) * 1e3)
    return statistics.median(times)


if __name__ == "__main__":
    main()
