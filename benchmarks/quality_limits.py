"""How a score's accuracy falls with a face's size, sharpness and light: what the limits of `QualityLimits` rest on.

Run: `python -m benchmarks.quality_limits --faces fer2013.zip [--count 1000] [--json]`. Faces of FER2013's public split
are spoilt step by step and scored by the shipped model; `kept` is the accuracy as a share of that on the faces as they
are. `value` is the median of what the engine measures on them: variance of the Laplacian, or mean grey level.
`refused` is the share that the engine would not score, `kept_scored` what is kept by those that it would.
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference import EMOTIONS, SHIPPED_BUNDLE, Box, read_bundle
from inference.classifier import load_classifier
from inference.quality import judge_face, measure_sharpness
from inference.types import DetectedFace

Faces = NDArray[np.uint8]
SIDE = 48
SIZES_PX = (48, 32, 24, 20, 16, 12, 8)
BLURS_PX = (0.5, 1.0, 1.5, 2.0, 3.0)
GAINS = (0.5, 0.3, 0.2, 0.1, 0.05)
LIFTS = (60, 100, 140, 180, 200)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", type=Path, help="fer2013.zip")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.faces is None:
        print("Left out: it needs --faces fer2013.zip.", file=sys.stderr)
        return
    rows = measure(*read_faces(options.faces, options.count))
    print("| spoilt by | value | accuracy | kept | refused | kept by the scored |\n|---|---|---|---|---|---|")
    for row in rows:
        shares = f"{row['kept']:.0%} | {row['refused']:.0%} | {row['kept_scored']:.0%}"
        print(f"| {row['spoilt']} | {row['value']:.1f} | {row['accuracy']:.3f} | {shares} |")
    if options.json:
        print(json.dumps(rows))


def read_faces(archive: Path, count: int) -> tuple[Faces, NDArray[np.int64]]:
    """An even choice of the public split: uint8 (n, 48, 48) and the classes (n,)."""
    with zipfile.ZipFile(archive) as source:
        names = sorted(name for name in source.namelist() if "/PublicTest_" in name)
        names = names[:: max(len(names) // count, 1)][:count]
        pictures = [cv2.imdecode(np.frombuffer(source.read(name), np.uint8), cv2.IMREAD_GRAYSCALE) for name in names]
    return np.stack(pictures), np.array([EMOTIONS.index(name.split("/")[-2]) for name in names])


def measure(faces: Faces, classes: NDArray[np.int64]) -> list[dict[str, float | str]]:
    classifier = load_classifier(read_bundle(SHIPPED_BUNDLE))
    plain = 0.0
    rows: list[dict[str, float | str]] = []
    for name, side_px, spoil, value in steps():
        spoilt = np.stack([spoil(face) for face in faces])[..., np.newaxis]
        right = classifier.classify(spoilt).argmax(axis=1) == classes
        detected = DetectedFace(Box(0, 0, side_px, side_px), 1.0)
        fit = np.array([judge_face(detected, face) is None for face in spoilt])
        plain = plain or float(right.mean())
        rows.append(
            {
                "spoilt": name,
                "value": float(np.median([value(face) for face in spoilt])),
                "accuracy": float(right.mean()),
                "kept": float(right.mean()) / plain,
                "refused": float(1 - fit.mean()),
                "kept_scored": float(right[fit].mean()) / plain if fit.any() else 0.0,
            }
        )
    return rows


def steps() -> list[tuple[str, float, Callable[[Faces], Faces], Callable[[Faces], float]]]:
    """Name of each step, the side of the face's box in px, what is done to a face, what the engine measures on it."""
    return [
        ("nothing", SIDE, lambda face: face, measure_sharpness),
        *((f"size {px} px", px, shrink(px), measure_sharpness) for px in SIZES_PX),
        *((f"blur {px} px", SIDE, blur(px), measure_sharpness) for px in BLURS_PX),
        *((f"light x {gain}", SIDE, relight(gain, 0), np.mean) for gain in GAINS),
        *((f"light + {lift}", SIDE, relight(1, lift), np.mean) for lift in LIFTS),
    ]


def shrink(px: int) -> Callable[[Faces], Faces]:
    def spoil(face: Faces) -> Faces:
        small = cv2.resize(face, (px, px), interpolation=cv2.INTER_AREA)
        return cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)

    return spoil


def blur(px: float) -> Callable[[Faces], Faces]:
    return lambda face: cv2.GaussianBlur(face, (0, 0), px)


def relight(gain: float, lift: float) -> Callable[[Faces], Faces]:
    return lambda face: np.clip(face.astype(np.float32) * gain + lift, 0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
