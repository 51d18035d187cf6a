"""A stand-in for the trainer's process: the real commands in this process, but a run that learns nothing."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import inference
from inference.bundle import seal_bundle, write_spec
from training import EpochReport
from training.__main__ import main
from webplatform.learning import child

Line = dict[str, Any]
# A trainer's process that never comes to an end: an epoch of five hundred, the news that there is a next one, silence.
ENDLESS = f"""
import json, time
print(json.dumps({{"epoch": {asdict(EpochReport(1, 500, 1.0, 0.5, 0.5, 1.0, 1e-3, 1, 499))}}}))
print(json.dumps({{"done": 0.002, "left_s": 499.0}}), flush=True)
time.sleep(3600)
"""
CALIBRATED = 0.02  # said of every candidate: the shipped weights know no drawn faces, and the gate would stay shut


def run_in_this_process(
    arguments: Sequence[str], *, on_line: Callable[[Line], None], may_go_on: Callable[[], bool]
) -> Line:
    """Answer as `child.run_training`: a bundle with the shipped weights for `train`, the real result for the rest."""
    if not may_go_on():
        raise child.Stopped
    if arguments[0] == "train":
        return _pretend_to_train(dict(pairwise(arguments)), on_line)
    printed, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(printed), redirect_stderr(errors):
        code = main(list(arguments))
    if code:
        raise child.ChildFailed(errors.getvalue().strip().removeprefix("error: "))
    answer = json.loads(printed.getvalue().splitlines()[-1])
    if arguments[0] == "compare":
        answer["models"][1]["ece"] = CALIBRATED
    return answer


def _pretend_to_train(asked: dict[str, str], on_line: Callable[[Line], None]) -> Line:
    epochs = int(asked.get("--epochs", 1))
    for epoch in range(1, epochs + 1):
        on_line({"done": epoch / epochs, "left_s": float(epochs - epoch)})
        on_line({"epoch": asdict(EpochReport(epoch, epochs, 1 / epoch, 0.5, 0.5, 1.0, 1e-3, epoch, epochs - epoch))})
    folder = Path(asked["--out"]) / asked["--name"]
    shutil.copytree(inference.SHIPPED_BUNDLE, folder)
    spec = inference.read_bundle(folder).spec
    write_spec(folder, replace(spec, name=asked["--name"], recipe=asked["--recipe"], seed=int(asked["--seed"])))
    seal_bundle(folder)
    return {"bundle": str(folder)}
