"""What the engine's tests share: fakes at the engine's own seams, and one real engine for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from inference import Box, Engine, ModelSpec, load_engine
from inference.planes import AnyPicture, as_picture
from inference.types import EMOTIONS, DetectedFace

SPEC = ModelSpec(name="fake", version="1", recipe="none", seed=0, created="2026-01-01T00:00:00Z", abstain_below=0.3)
HAPPY = EMOTIONS.index("happy")


class FakeDetector:
    """Finds one face in the middle of every frame that is not dark."""

    def __init__(self, boxes: tuple[Box, ...] | None = None) -> None:
        self.boxes = boxes
        self.calls = 0

    def detect(self, frame: AnyPicture) -> tuple[DetectedFace, ...]:
        self.calls += 1
        if as_picture(frame).max() < 20:
            return ()
        height, width = frame.shape[:2]
        boxes = self.boxes or (Box(width / 4, height / 4, width / 2, height / 2),)
        return tuple(DetectedFace(box, 0.9) for box in boxes)

    def scan(
        self,
        frame: AnyPicture,
        known: Sequence[DetectedFace] = (),
        within: Box | None = None,
        *,
        closely: bool = False,
    ) -> tuple[DetectedFace, ...]:
        return tuple(face for face in self.detect(frame) if all(face.box.iou(other.box) == 0 for other in known))

    def follow(self, frame: AnyPicture, faces: Sequence[DetectedFace]) -> tuple[DetectedFace | None, ...]:
        return (None,) * len(faces) if as_picture(frame).max() < 20 else tuple(faces)


class FakeClassifier:
    """Is 90 % sure of "happy", or says `row` of every face; notes the size of each batch."""

    def __init__(self, row: tuple[float, ...] | None = None, spec: ModelSpec = SPEC) -> None:
        self.spec = spec
        self.batches: list[int] = []
        self._row = np.array(row or [0.9 if i == HAPPY else 0.1 / 6 for i in range(7)], np.float32)

    def classify(self, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.batches.append(len(faces))
        return np.tile(self._row, (len(faces), 1)).astype(np.float32)


@pytest.fixture
def fake_engine() -> Engine:
    """An engine whose detector and classifier are fakes."""
    return Engine(FakeDetector(), FakeClassifier())


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The real engine with the bundle that the project ships."""
    return load_engine()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Where a test's clip may be written."""
    return tmp_path / "clip.mp4"
