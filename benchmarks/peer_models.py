"""Accuracy against other free models: the same face files, class by class, in the same run.

Run: `python -m benchmarks.peer_models --faces fer2013.zip [--split private] [--peers fer facex face-api] [--json]`. Any
labelled folder that `python -m training evaluate` takes will do. Each class's recall and F1, and the whole's accuracy
and macro-F1; Raut's should be the highest on FER2013. Each peer gets an environment of its own at the first run:
`.venv-fer`, `.venv-facex`, and `node_modules` in `.face-api` (needs npm). Which pictures they were trained on is not
documented.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.peer_fer import HERE, make_environment
from inference import EMOTIONS, SHIPPED_BUNDLE, read_bundle
from inference.classifier import load_classifier
from training import read_dataset
from training.compare import mcnemar, paired_difference
from training.metrics import summarise

ROOT = HERE.parent
NODE_PACKAGES = ("@vladmandic/face-api@1.7.15", "@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", type=Path, help="fer2013.zip, or any labelled faces")
    parser.add_argument("--split", choices=("public", "private", "test"), default="private")
    parser.add_argument("--bundle", type=Path, default=SHIPPED_BUNDLE)
    parser.add_argument("--peers", choices=tuple(PEERS), nargs="+", default=list(PEERS))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.faces is None:
        print("Left out: it needs --faces fer2013.zip.", file=sys.stderr)
        return
    faces = read_dataset(options.faces).of_split(options.split)
    ours = load_classifier(read_bundle(options.bundle)).classify(faces.pictures)
    result = {"split": options.split, "raut": summarise(ours, faces.labels), "peers": {}}
    for name in options.peers:
        theirs = PEERS[name](faces.pictures[..., 0])
        result["peers"][name] = {
            **summarise(theirs, faces.labels),
            "difference": paired_difference(theirs, ours, faces.labels),
            "mcnemar": mcnemar(theirs, ours, faces.labels),
        }
    print_table(result)
    if options.json:
        print(json.dumps(result))


def score_with_fer(pictures: np.ndarray) -> np.ndarray:
    """Scores of fer's model, float32 (n, 7), of uint8 (n, 48, 48)."""
    python = ROOT / ".venv-fer" / "bin" / "python"
    make_environment(python)
    return score_with_python(pictures, python, "_fer_scores.py")


def score_with_facex(pictures: np.ndarray) -> np.ndarray:
    """Scores of facex's model, float32 (n, 7), of uint8 (n, 48, 48)."""
    python = ROOT / ".venv-facex" / "bin" / "python"
    make_environment(python, HERE / "requirements-facex.txt")
    return score_with_python(pictures, python, "_facex_scores.py")


def score_with_python(pictures: np.ndarray, python: Path, script: str) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        faces, scores = Path(folder) / "faces.npz", Path(folder) / "scores.npy"
        np.savez(faces, faces=pictures)
        subprocess.run([str(python), str(HERE / script), str(faces), str(scores)], check=True)
        return np.load(scores)


def score_with_face_api(pictures: np.ndarray) -> np.ndarray:
    """Scores of face-api's expression network, float32 (n, 7), of uint8 (n, S, S)."""
    packages = ROOT / ".face-api"
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise SystemExit("face-api needs Node.js and npm; leave it out by --peers fer facex.")
    if not (packages / "node_modules").is_dir():
        print(f"Making {packages} …", file=sys.stderr)
        packages.mkdir(exist_ok=True)
        subprocess.run([npm, "install", "--silent", "--prefix", str(packages), *NODE_PACKAGES], check=True)
    with tempfile.TemporaryDirectory() as folder:
        faces, scores = Path(folder) / "faces.bin", Path(folder) / "scores.bin"
        pictures.tofile(faces)
        script = [
            node,
            str(HERE / "_face_api_scores.cjs"),
            str(packages),
            str(faces),
            str(pictures.shape[1]),
            str(scores),
        ]
        subprocess.run(script, check=True)
        return np.fromfile(scores, np.float32).reshape(-1, len(EMOTIONS))


PEERS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "fer": score_with_fer,
    "facex": score_with_facex,
    "face-api": score_with_face_api,
}


def print_table(result: dict) -> None:
    ours, peers = result["raut"], result["peers"]
    print(f"\n{ours['n']} faces of the {result['split']} split; in brackets Raut's lead (95 % interval)\n")
    print(f"| | Raut | {' | '.join(peers)} |\n|---|---{'|---' * len(peers)}|")
    for name in ("accuracy", "macro_f1"):
        print_row(name, ours[name], [(peer[name], peer["difference"][name]) for peer in peers.values()])
    for emotion in EMOTIONS:
        theirs = [(peer["per_class"][emotion]["f1"], peer["difference"]["f1"][emotion]) for peer in peers.values()]
        print_row(f"F1, {emotion.value}", ours["per_class"][emotion]["f1"], theirs)
    for emotion in EMOTIONS:
        recalls = [figures["per_class"][emotion]["recall"] for figures in (ours, *peers.values())]
        print(f"| recall, {emotion.value} | {' | '.join(f'{recall:.3f}' for recall in recalls)} |")
    for name in ("nll", "ece"):
        figures = " | ".join(f"{model[name]:.3f}" for model in (ours, *peers.values()))
        print(f"| {name} (less is better) | {figures} |")
    for name, peer in peers.items():
        test = peer["mcnemar"]
        text = f"Raut {test['only_second']}, {name} {test['only_first']}; McNemar p = {test['p_value']:.2g}"
        print(f"\nonly one is right: {text}")


def print_row(name: str, ours: float, theirs: list[tuple[float, dict]]) -> None:
    cells = []
    for value, difference in theirs:
        low, high = difference["interval"]
        cells.append(f"{value:.3f} ({difference['value']:+.3f}, {low:+.3f} to {high:+.3f})")
    print(f"| {name} | {ours:.3f} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
