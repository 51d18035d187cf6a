"""Load time, memory, speed and agreement of ways to run the shipped model's weights on one core of this machine.

Run: `python -m benchmarks.runtimes [--bundle FOLDER] [--creep]`. Each runtime works in a process of its own. ONNX
Runtime is measured where `benchmarks/requirements-peers.txt` is installed. `--creep` calls the served path 10,000
times with changing numbers of faces and prints what its memory did.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.bundle import KERAS_FILE, LITERT_FILE, read_bundle
from inference.engine import SHIPPED_BUNDLE

Run = Callable[[NDArray[np.float32]], NDArray[np.float32]]
NAMES = (
    "keras model(x)",
    "keras predict_on_batch",
    "tf.function",
    "tf.function, XLA",
    "LiteRT float32",
    "LiteRT int8",
    "ONNX Runtime",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, default=SHIPPED_BUNDLE)
    parser.add_argument("--creep", action="store_true")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(measure(options.child, options.bundle, options.work)))
    elif options.creep:
        creep(options.bundle)
    else:
        compare(options.bundle)


def compare(bundle: Path) -> None:
    """Print one row per runtime, the reference first."""
    print("| runtime | load s | memory MB | 1 face ms | 32 faces ms | largest difference |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as work:
        convert(bundle, Path(work))
        reference = None
        for name in NAMES:
            arguments = ["--child", name, "--bundle", str(bundle), "--work", work]
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.runtimes", *arguments], capture_output=True, text=True, check=False
            )
            if done.returncode:
                print(f"| {name} | left out: {done.stderr.strip().splitlines()[-1][:120]} | | | | |", flush=True)
                continue
            row = json.loads(done.stdout.splitlines()[-1])
            scores = np.array(row.pop("scores"))
            reference = scores if reference is None else reference
            difference = np.abs(scores - reference).max()
            print(
                f"| {name} | " + " | ".join(f"{value:.2f}" for value in row.values()) + f" | {difference:.1e} |",
                flush=True,
            )


def measure(name: str, bundle: Path, work: Path) -> dict[str, object]:
    """Load one runtime and time it in this process; medians of processor time."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    before = _rss_mb()
    started = time.perf_counter()
    run = _load(name, bundle, work)
    faces = np.random.default_rng(0).uniform(0, 255, (32, 48, 48, 1)).astype(np.float32)
    run(faces[:1])
    load_s = time.perf_counter() - started
    scores = run(faces)
    alone, many = _median_ms(run, faces[:1]), _median_ms(run, faces)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    return {"load": load_s, "mb": _rss_mb() - before, "alone": alone, "many": many, "scores": shares.tolist()}


def convert(bundle: Path, work: Path) -> None:
    """Write the int8 and ONNX forms of the weights, where the converters are installed, in a process of its own."""
    program = (
        "import sys, keras, tensorflow as tf; from pathlib import Path\n"
        "m = keras.saving.load_model(sys.argv[1], compile=False); w = Path(sys.argv[2])\n"
        "c = tf.lite.TFLiteConverter.from_keras_model(m); c.optimizations = [tf.lite.Optimize.DEFAULT]\n"
        "(w / 'int8.tflite').write_bytes(c.convert())\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(bundle / KERAS_FILE), str(work)], capture_output=True, check=False
    )
    onnx = [sys.executable, "-m", "tf2onnx.convert", "--tflite", str(bundle / LITERT_FILE), "--output"]
    subprocess.run([*onnx, str(work / "model.onnx"), "--opset", "17"], capture_output=True, check=False)


def creep(bundle: Path) -> None:
    """Call the served path 10,000 times and print the memory after each 2,000."""
    from inference.classifier import load_classifier

    classifier = load_classifier(read_bundle(bundle))
    random = np.random.default_rng(0)
    size = classifier.spec.input_size
    for call in range(1, 10_001):
        # Mostly one face, as in a video; now and then none, some or a full batch.
        count = 32 if call % 500 == 0 else 5 if call % 100 == 0 else int(random.integers(0, 2))
        classifier.classify(random.integers(0, 256, (count, size, size, 1), dtype=np.uint8))
        if call == 200 or call % 2000 == 0:
            print(f"after {call:6d} calls: {_rss_mb():.1f} MB", flush=True)


def _load(name: str, bundle: Path, work: Path) -> Run:
    if name.startswith("LiteRT"):
        from inference.classifier import LiteRTRuntime

        return LiteRTRuntime(bundle / LITERT_FILE if "float32" in name else work / "int8.tflite").run
    if name == "ONNX Runtime":
        return _load_onnx(work / "model.onnx")
    import keras
    import tensorflow as tf

    model = keras.saving.load_model(bundle / KERAS_FILE, compile=False, safe_mode=True)
    if name == "keras predict_on_batch":
        return model.predict_on_batch
    if name == "keras model(x)":
        return lambda faces: np.asarray(model(faces, training=False))
    compiled = tf.function(lambda faces: model(faces, training=False), jit_compile="XLA" in name)
    return lambda faces: compiled(faces).numpy()


def _load_onnx(weights: Path) -> Run:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    network = onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
    name = network.get_inputs()[0].name
    return lambda faces: network.run(None, {name: faces})[0]


def _median_ms(run: Run, faces: NDArray[np.float32], calls: int = 15) -> float:
    times = []
    for _ in range(calls):
        started = time.process_time()
        run(faces)
        times.append((time.process_time() - started) * 1e3)
    return statistics.median(times)


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()
