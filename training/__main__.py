"""`python -m training train|evaluate|robustness|compare|freeze|…`: training without the web server."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from inference import InferenceError
from inference.bundle import CARD_FILE, read_bundle
from inference.classifier import load_classifier
from training import (
    RECIPES,
    Dataset,
    EpochReport,
    Registry,
    RunOptions,
    TrainingConfig,
    TrainingError,
    compare_bundles,
    evaluate_bundle,
    measure_robustness,
    read_dataset,
    recipe_named,
    run_training,
)
from training.dataset import ALL, SPLITS, TEST
from training.evaluate import evaluate_ensemble
from training.figures import draw_figures
from training.frozen import freeze_dataset
from training.run import fit_only
from training.sheet import write_sheet


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it is done, 1 with one line on stderr when it cannot be, 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        options.command(options)
    except (TrainingError, InferenceError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _train(options: argparse.Namespace) -> None:
    config = _config(options)
    name = options.name or f"{options.recipe}-{options.seed}"
    checkpoint = options.checkpoint or options.out / f".run-{name}"
    on_epoch, steps = _print_epoch_json if options.jsonl else _print_epoch, _Steps(options.jsonl)
    if options.fit_only:
        print(fit_only(config, options.data, checkpoint, on_epoch=on_epoch, on_step=steps))
        return
    run = run_training(
        config,
        options.data,
        Registry(options.out),
        RunOptions(name=name, precision=options.precision, checkpoint=checkpoint, on_step=steps),
        on_epoch=on_epoch,
    )
    if options.jsonl:
        print(json.dumps({"bundle": str(run.bundle.path)}), flush=True)
        return
    left_out = run.metrics["dataset"]
    print(
        f"left out: {len(left_out['unreadable'])} unreadable, unknown classes {left_out['unknown_classes'] or 'none'}"
    )
    for split in ("public", "private"):
        if split in run.metrics:
            _print_figures(split, run.metrics[split])
    print(run.bundle.path)


def _config(options: argparse.Namespace) -> TrainingConfig:
    """The recipe with what the command line changes in it."""
    settings: dict[str, Any] = {"seed": options.seed, "teachers": tuple(map(str, options.teacher))}
    settings["scores"] = tuple(map(str, options.scores))
    settings["scores_weights"] = _weights(options)
    settings |= {
        name: getattr(options, name)
        for name in ("epochs", "max_minutes", "learning_rate", "width", "batch_size", "steps_per_call")
        if getattr(options, name) is not None
    }
    if options.weights is not None:
        settings["weights"] = None if options.weights == "none" else options.weights
    if options.bfloat16:
        settings["mixed_precision"] = True
    if options.quantise:
        settings["quantised"] = True
    return replace(recipe_named(options.recipe), **settings)


def _weights(options: argparse.Namespace) -> tuple[float, ...]:
    """The share of each file of scores in a label; by default a quarter for all of them together."""
    files, weights = len(options.scores), tuple(options.scores_weight)
    if weights and (len(weights) != files or min(weights) < 0 or sum(weights) > 1):
        raise TrainingError("Give one --scores-weight for each file of --scores, of at most 1 together.")
    return weights or (0.25 / max(files, 1),) * files


class _Steps:
    """Says once a second how far the run is: to programs that asked for it, and to terminals."""

    def __init__(self, is_program: bool) -> None:
        self._is_program = is_program
        self._printed_s = time.monotonic()

    def __call__(self, done: float, left_s: float) -> None:
        now = time.monotonic()
        if now - self._printed_s < 1:
            return
        self._printed_s = now
        if self._is_program:
            print(json.dumps({"done": round(done, 4), "left_s": round(left_s, 1)}), flush=True)
        elif sys.stderr.isatty():
            print(f"\r{done:6.1%}  {left_s / 60:5.1f} min left ", end="", file=sys.stderr, flush=True)


def _print_epoch_json(report: EpochReport) -> None:
    print(json.dumps({"epoch": asdict(report)}), flush=True)


def _print_epoch(report: EpochReport) -> None:
    print(
        f"epoch {report.epoch}/{report.epochs}  loss {report.loss:.3f}  train {report.train_accuracy:.3f}  "
        f"public {report.accuracy:.4f} (nll {report.nll:.3f})  {report.left_s / 60:.1f} min left  "
        f"{report.pictures_s:,.0f} pictures/s on {report.device}",
        flush=True,
    )


def _evaluate(options: argparse.Namespace) -> None:
    dataset = _read(options.bundle[0], options.data)
    split = _split(options, dataset, "private")
    if len(options.bundle) > 1:
        figures = evaluate_ensemble(options.bundle, dataset, split)
    else:
        figures = evaluate_bundle(options.bundle[0], dataset, split, backend=options.backend)
    _print_figures(split, figures)
    if options.json:
        print(json.dumps(figures))


def _robustness(options: argparse.Namespace) -> None:
    bundle = read_bundle(options.bundle)
    dataset = _read(options.bundle, options.data)
    faces = dataset.of_split(_split(options, dataset, "public"))
    figures = measure_robustness(load_classifier(bundle), faces, count=options.count)
    print(f"plain: accuracy {figures['plain']['accuracy']:.3f} on {figures['n']} pictures")
    for name, harm in figures["harms"].items():
        rows = "  ".join(f"{row['level']:g}: {row['accuracy']:.3f}" for row in harm["levels"])
        print(f"{name} ({harm['unit']}): {rows}")
    if options.json:
        print(json.dumps(figures))


def _compare(options: argparse.Namespace) -> None:
    data = _read(options.first, options.data)
    split = _split(options, data, "public")
    figures = compare_bundles(options.first, options.second, data.of_split(split))
    for model in figures["models"]:
        print(f"{model['name']}  {model['size_bytes'] / 1e6:.1f} MB")
        _print_figures(split, model)
    gains = figures["difference"]
    for name, row in {"accuracy": gains["accuracy"], "macro-F1": gains["macro_f1"], **gains["f1"]}.items():
        low, high = row["interval"]
        print(f"{name:>9}: {row['value']:+.4f}  (95 % interval {low:+.4f} to {high:+.4f})")
    test = figures["mcnemar"]
    print(f"only one is right: {test['only_first']} to {test['only_second']}, McNemar p = {test['p_value']:.3g}")
    if options.json:
        print(json.dumps(figures))


def _pictures(options: argparse.Namespace) -> None:
    options.out.mkdir(parents=True, exist_ok=True)
    for file in draw_figures(read_bundle(options.bundle).metrics, options.out):
        print(file)


def _sheet(options: argparse.Namespace) -> None:
    print(write_sheet(options.data.name, read_dataset(options.data).report))


def _freeze(options: argparse.Namespace) -> None:
    dataset = read_dataset(options.data, to_measure=options.incomplete)
    dataset = dataset.without_duplicates() if options.drop_leaks else dataset
    options.out.parent.mkdir(parents=True, exist_ok=True)
    digest = freeze_dataset(dataset, options.out)
    print(json.dumps({"digest": digest, "size_bytes": options.out.stat().st_size, **asdict(dataset.report)}))


def _read(bundle: Path, data: Path) -> Dataset:
    spec = read_bundle(bundle).spec
    return read_dataset(data, input_size=spec.input_size, seed=spec.seed, to_measure=True)


def _split(options: argparse.Namespace, dataset: Dataset, usual: str) -> str:
    """The split that was asked for; else the usual one of data that brings splits, and all of what brings none."""
    return str(options.split or (usual if dataset.is_split else ALL))


def _print_figures(split: str, figures: dict[str, Any]) -> None:
    print(
        f"{split}: n {figures['n']}  accuracy {figures['accuracy']:.4f}  balanced {figures['balanced_accuracy']:.4f}  "
        f"macro-F1 {figures['macro_f1']:.4f}  ECE {figures['ece']:.4f}  NLL {figures['nll']:.4f}  "
        f"{figures['ms_per_face']:.2f} ms a face"
    )
    present = figures.get("present")
    if present is None:
        return
    line = f"over the {len(present['classes'])} classes that occur: accuracy {present['accuracy']:.4f}"
    line += f"  ECE {present['ece']:.4f}"
    if even := present.get("prior_corrected"):
        line += f"; each as frequent as any other: accuracy {even['accuracy']:.4f}  ECE {even['ece']:.4f}"
    print(line)


def _card(options: argparse.Namespace) -> None:
    print((read_bundle(options.bundle).path / CARD_FILE).read_text(encoding="utf-8"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description="Train and measure expression models.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser("train", help="train a recipe; goes on from its checkpoint after a kill")
    train.set_defaults(command=_train)
    train.add_argument("--recipe", choices=sorted(RECIPES), required=True)
    train.add_argument("--data", type=Path, required=True, help="folder, .zip or .csv of labelled faces")
    train.add_argument("--out", type=Path, required=True, help="the registry: a folder of bundles")
    train.add_argument("--name", help="of the bundle; by default RECIPE-SEED")
    train.add_argument("--seed", type=int, default=1)
    train.add_argument("--epochs", type=int, help="instead of the recipe's")
    train.add_argument("--max-minutes", type=float, help="end the schedule after this time at the latest")
    train.add_argument("--bfloat16", action="store_true", help="bfloat16 arithmetic where the recipe has float32")
    train.add_argument("--quantise", action="store_true", help="serve weights of eight bits")
    train.add_argument("--weights", help="to start from: a file, imagenet (Keras downloads it), or none")
    train.add_argument("--teacher", type=Path, nargs="+", default=[], help="bundles or .keras: it learns their mean")
    _add_changes(train)
    train.add_argument("--fit-only", action="store_true", help="leave the network in the checkpoint; make no bundle")
    train.add_argument("--checkpoint", type=Path, help="folder of the run's state; by default in the registry")
    train.add_argument("--jsonl", action="store_true", help="say everything as one JSON object a line")
    train.add_argument("--precision", type=float, default=0.8, help="of the answers that are not 'not sure'")
    _add_measuring(commands)
    card = commands.add_parser("card", help="print a bundle's model card")
    card.set_defaults(command=_card)
    card.add_argument("bundle", type=Path)
    sheet = commands.add_parser("sheet", help="print the sheet of a data set: what it holds, what would be left out")
    sheet.set_defaults(command=_sheet)
    sheet.add_argument("data", type=Path)
    freeze = commands.add_parser("freeze", help="write a data set into one .zip; the report is printed as JSON")
    freeze.set_defaults(command=_freeze)
    freeze.add_argument("data", type=Path)
    freeze.add_argument("--out", type=Path, required=True, help="the .zip")
    freeze.add_argument("--drop-leaks", action="store_true", help="without test pictures that stand in train")
    freeze.add_argument("--incomplete", action="store_true", help="also where a class has no training picture")
    pictures = commands.add_parser("pictures", help="draw a bundle's figures as .svg files")
    pictures.set_defaults(command=_pictures)
    pictures.add_argument("bundle", type=Path)
    pictures.add_argument("--out", type=Path, required=True, help="a folder")
    return parser


def _add_changes(train: argparse.ArgumentParser) -> None:
    """What a recipe is changed in, beside its length and its start."""
    train.add_argument("--scores", type=Path, nargs="+", default=[], help=".npz files of what other models say")
    train.add_argument("--scores-weight", type=float, nargs="+", default=[], help="share of each of them in a label")
    train.add_argument("--learning-rate", type=float, help="the peak, instead of the recipe's")
    train.add_argument("--width", type=int, help="channels of the first block, instead of the recipe's")
    train.add_argument("--batch-size", type=int, help="pictures a step, instead of the recipe's")
    train.add_argument("--steps-per-call", type=int, help="where JAX runs the network, instead of the recipe's")


def _add_measuring(commands: Any) -> None:  # argparse keeps its type to itself
    evaluate = commands.add_parser("evaluate", help="measure a bundle, or the mean of several, on a split")
    evaluate.set_defaults(command=_evaluate)
    evaluate.add_argument("--bundle", type=Path, required=True, nargs="+")
    evaluate.add_argument("--backend", choices=("litert", "tensorflow"), default="litert")
    robustness = commands.add_parser("robustness", help="measure a bundle under blur, darkness, JPEG, noise, …")
    robustness.set_defaults(command=_robustness)
    robustness.add_argument("bundle", type=Path)
    robustness.add_argument("--count", type=int, default=1000, help="pictures at most")
    compare = commands.add_parser("compare", help="measure two bundles on the same pictures and test the difference")
    compare.set_defaults(command=_compare)
    compare.add_argument("first", type=Path)
    compare.add_argument("second", type=Path)
    for command, usual in ((evaluate, "private"), (robustness, "public"), (compare, "public")):
        command.add_argument("--data", type=Path, required=True, help="folder, .zip or .csv of labelled faces")
        help_text = f"by default {usual}, or all of data that brings no split"
        command.add_argument("--split", choices=(*SPLITS, TEST, ALL), help=help_text)
        command.add_argument("--json", action="store_true", help="print everything as one JSON object on the last line")


if __name__ == "__main__":
    sys.exit(main())
