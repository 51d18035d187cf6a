"""`python -m training train|evaluate|card`: the school without the web."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from inference import InferenceError
from inference.bundle import CARD_FILE, read_bundle
from training import (
    RECIPES,
    EpochReport,
    Registry,
    RunOptions,
    TrainingError,
    evaluate_bundle,
    read_dataset,
    recipe_named,
    run_training,
)


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
    config = replace(recipe_named(options.recipe), seed=options.seed)
    if options.epochs is not None:
        config = replace(config, epochs=options.epochs)
    if options.max_minutes is not None:
        config = replace(config, max_minutes=options.max_minutes)
    name = options.name or f"{options.recipe}-{options.seed}"
    checkpoint = options.checkpoint or options.out / f".run-{name}"
    run = run_training(
        config,
        options.data,
        Registry(options.out),
        RunOptions(name=name, precision=options.precision, checkpoint=checkpoint),
        on_epoch=_print_epoch,
    )
    left_out = run.metrics["dataset"]
    print(
        f"left out: {len(left_out['unreadable'])} unreadable, unknown classes {left_out['unknown_classes'] or 'none'}"
    )
    for split in ("public", "private"):
        if split in run.metrics:
            _print_figures(split, run.metrics[split])
    print(run.bundle.path)


def _print_epoch(report: EpochReport) -> None:
    print(
        f"epoch {report.epoch}/{report.epochs}  loss {report.loss:.3f}  train {report.train_accuracy:.3f}  "
        f"public {report.accuracy:.4f} (nll {report.nll:.3f})  {report.left_s / 60:.1f} min left",
        flush=True,
    )


def _evaluate(options: argparse.Namespace) -> None:
    bundle = read_bundle(options.bundle)
    dataset = read_dataset(options.data, input_size=bundle.spec.input_size, seed=bundle.spec.seed)
    figures = evaluate_bundle(options.bundle, dataset, options.split, backend=options.backend)
    _print_figures(options.split, figures)
    if options.json:
        print(json.dumps(figures))


def _print_figures(split: str, figures: dict[str, Any]) -> None:
    print(
        f"{split}: n {figures['n']}  accuracy {figures['accuracy']:.4f}  balanced {figures['balanced_accuracy']:.4f}  "
        f"macro-F1 {figures['macro_f1']:.4f}  ECE {figures['ece']:.4f}  NLL {figures['nll']:.4f}  "
        f"{figures['ms_per_face']:.2f} ms a face"
    )


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
    train.add_argument("--checkpoint", type=Path, help="folder of the run's state; by default in the registry")
    train.add_argument("--precision", type=float, default=0.8, help="of the answers that are not 'not sure'")
    evaluate = commands.add_parser("evaluate", help="measure a bundle on a split")
    evaluate.set_defaults(command=_evaluate)
    evaluate.add_argument("--bundle", type=Path, required=True)
    evaluate.add_argument("--data", type=Path, required=True)
    evaluate.add_argument("--split", choices=("train", "public", "private", "test"), default="private")
    evaluate.add_argument("--backend", choices=("litert", "tensorflow"), default="litert")
    evaluate.add_argument("--json", action="store_true", help="print everything as one JSON object on the last line")
    card = commands.add_parser("card", help="print a bundle's model card")
    card.set_defaults(command=_card)
    card.add_argument("bundle", type=Path)
    return parser


if __name__ == "__main__":
    sys.exit(main())
