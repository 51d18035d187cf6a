"""Fine-tuning the shipped model on 200 corrected crops of a new kind: how long, what it gains, and what it forgets.

The new kind is a real shift: FER2013's private faces in the light of dusk (0.3 of it) and out of focus (sigma 1 px).
The crops to learn from and the held-out ones are disjoint, and none stands in the training split. The peer is the
shipped model on the very same pictures. Needs FER2013 (`--faces`); no face is kept.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from inference import SHIPPED_BUNDLE
from inference.bundle import read_bundle
from inference.classifier import load_classifier
from training.compare import mcnemar, paired_difference
from training.dataset import FaceSet, read_dataset
from training.robustness import harm_pictures

LIGHT, BLUR = 0.3, 1.0
LEAST_OF_A_CLASS = 6  # a queue for review asks for rare expressions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=Path, required=True, help="FER2013: folder, .zip or .csv")
    parser.add_argument("--crops", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    options = parser.parse_args()
    dataset = read_dataset(options.faces)
    private = dataset["private"].select(~dataset["private"].also_in_train)
    chosen = choose(private, options.crops, options.seed)
    learnt, held_out = in_dusk(private.select(chosen)), in_dusk(private.select(~chosen))
    with tempfile.TemporaryDirectory() as folder:
        bundle, seconds = fine_tune(learnt, Path(folder), options)
        print(f"fine-tuning on {len(learnt)} crops: {seconds:.0f} s, from the files to the sealed bundle")
        print_gain("held-out crops of the same kind", bundle, held_out)
        print_gain("FER2013 public, as it is", bundle, dataset["public"])


def choose(faces: FaceSet, count: int, seed: int) -> np.ndarray:
    """Which faces were corrected: at random, but of each class a few."""
    order = np.random.default_rng(seed).permutation(len(faces))
    few = np.concatenate([order[faces.labels[order] == label][:LEAST_OF_A_CLASS] for label in range(7)])
    others = order[~np.isin(order, few)][: count - len(few)]
    return np.isin(np.arange(len(faces)), np.concatenate([few, others]))


def in_dusk(faces: FaceSet) -> FaceSet:
    """The same faces, darkened and blurred."""
    pictures = harm_pictures(harm_pictures(faces.pictures, "darkness", LIGHT), "blur", BLUR)
    return FaceSet(pictures, faces.labels, faces.votes, faces.also_in_train)


def fine_tune(faces: FaceSet, folder: Path, options: argparse.Namespace) -> tuple[Path, float]:
    """Run the very command that the platform's trainer runs; where the bundle lies, and the seconds it took."""
    names = list(read_bundle(SHIPPED_BUNDLE).spec.emotions)
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as target:
        rows = csv.writer(target)
        rows.writerow(["path", "label"])
        for number, (picture, label) in enumerate(zip(faces.pictures, faces.labels, strict=True)):
            cv2.imwrite(str(folder / f"{number}.png"), picture)
            rows.writerow([f"{number}.png", names[label]])
    command = [sys.executable, "-m", "training", "train", "--recipe", "fine-tune", "--name", "tuned"]
    command += ["--weights", str(SHIPPED_BUNDLE / "model.keras"), "--data", str(folder / "manifest.csv")]
    command += ["--out", str(folder / "registry"), "--seed", str(options.seed)]
    command += ["--epochs", str(options.epochs)] if options.epochs else []
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder / "registry" / "tuned", time.perf_counter() - started


def print_gain(name: str, bundle: Path, faces: FaceSet) -> None:
    before, after = (load_classifier(read_bundle(one)).classify(faces.pictures) for one in (SHIPPED_BUNDLE, bundle))
    right = [float((scores.argmax(axis=1) == faces.labels).mean()) for scores in (before, after)]
    gain, test = paired_difference(before, after, faces.labels)["accuracy"], mcnemar(before, after, faces.labels)
    low, high = gain["interval"]
    print(
        f"{name} ({len(faces):,}): {right[0]:.4f} before, {right[1]:.4f} after; {100 * gain['value']:+.2f} points "
        f"(95 % interval {100 * low:+.2f} to {100 * high:+.2f}), McNemar p = {test['p_value']:.2g}",
        flush=True,
    )


if __name__ == "__main__":
    main()
