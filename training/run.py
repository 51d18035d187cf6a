"""One training run from labelled faces to a bundle in the registry."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.bundle import CARD_FILE, LITERT_FILE, METRICS_FILE, Bundle, ModelSpec, read_bundle, write_spec
from inference.classifier import Classifier, LiteRTRuntime
from training.calibrate import (
    class_shares,
    correct_shares,
    fit_abstention,
    fit_class_scaling,
    fit_temperature,
    softmax,
)
from training.card import write_card
from training.checkpoint import FITTED_FILE, EpochReport
from training.config import TrainingConfig
from training.dataset import TEST_SPLITS, Dataset, read_dataset
from training.errors import BadDataset
from training.evaluate import measure
from training.export import check_agreement, export_model, plain_model
from training.figures import draw_figures
from training.fit import OnStep, fit_model
from training.model import scale_logits
from training.predict import predict_logits, predict_mirrored
from training.registry import Registry
from training.robustness import measure_robustness
from training.sheet import write_sheet

Model = Any  # Keras ships no types

SHEET_FILE = "DATASET.md"
LEAST_TO_CALIBRATE = 200  # pictures; on fewer a network that leans on its start keeps the start's calibration
ROBUSTNESS_ON = 500  # pictures of the public split, 36 times each


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What a run says when it is done.

    Args:
        bundle: the sealed bundle.
        metrics: its metrics.json.
        curves: one report per epoch.
    """

    bundle: Bundle
    metrics: dict[str, Any]
    curves: tuple[EpochReport, ...]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The name of a run, the tuning of its answers, and the callbacks for its steps.

    Args:
        name: of the bundle and the model.
        precision: share of right answers to reach on the public split by saying "not sure" to the rest.
        checkpoint: folder that a killed run goes on from.
        on_step: see `fit.fit_model`.
    """

    name: str
    precision: float
    checkpoint: Path
    on_step: OnStep = lambda done, left_s: None


def fit_only(
    config: TrainingConfig,
    data: Path,
    checkpoint: Path,
    *,
    on_epoch: Callable[[EpochReport], None] = lambda report: None,
    on_step: OnStep = lambda done, left_s: None,
) -> Path:
    """Train, and leave the network in the checkpoint folder: `run_training` makes the bundle of it, here or elsewhere.

    Returns:
        The .keras file; it can teach as it is.
    Raises:
        BadDataset: the data cannot be read.
    """
    dataset = read_dataset(data, input_size=config.input_size, seed=config.seed)
    fit_model(config, dataset, checkpoint, on_epoch=on_epoch, on_step=on_step, should_stop=lambda: False)
    return checkpoint / FITTED_FILE


def run_training(
    config: TrainingConfig,
    data: Path,
    registry: Registry,
    options: RunOptions,
    *,
    on_epoch: Callable[[EpochReport], None] = lambda report: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> TrainingReport:
    """Train, calibrate on the public split, measure on public and private, and add the bundle to the registry.

    Beside the weights the bundle holds the card, the data set's sheet, metrics.json and its pictures. The callbacks
    are called as by `fit.fit_model`.

    Raises:
        BadDataset: the data cannot be read, or the public split is empty.
        Cancelled: `should_stop` said so; the checkpoint stays.
    """
    dataset = read_dataset(data, input_size=config.input_size, seed=config.seed)
    if not len(dataset["public"]):
        raise BadDataset("There is no public (validation) split to calibrate on; a data set needs more pictures.")
    model, curves = fit_model(
        config, dataset, options.checkpoint, on_epoch=on_epoch, on_step=options.on_step, should_stop=should_stop
    )
    with registry.draft() as folder:
        plain = plain_model(model, config)
        spec = _calibrated_spec(plain, config, dataset, options)
        export_model(plain, folder, quantised=config.quantised)
        metrics = _measure(plain, spec, folder, dataset, quantised=config.quantised)
        metrics["dataset"]["name"] = data.name
        metrics["config"], metrics["curves"] = asdict(config), [asdict(report) for report in curves]
        write_spec(folder, spec)
        (folder / METRICS_FILE).write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
        (folder / CARD_FILE).write_text(write_card(spec, metrics), encoding="utf-8")
        (folder / SHEET_FILE).write_text(write_sheet(data.name, dataset.report), encoding="utf-8")
        draw_figures(metrics, folder)
        bundle = registry.add(folder, options.name)
    return TrainingReport(bundle, metrics, curves)


def _calibrated_spec(model: Model, config: TrainingConfig, dataset: Dataset, options: RunOptions) -> ModelSpec:
    public, shares = dataset["public"], class_shares(dataset["train"].labels)
    logits = (predict_mirrored if config.mirror else predict_logits)(model, public.pictures)
    temperature = fit_temperature(logits, public.labels)
    if config.class_scaling:
        logits = _scale_classes(model, logits, public.labels, temperature)
    if config.prior_correction:
        logits = _take_out_shares(model, logits, -config.prior_correction * temperature * np.log(shares))
    scores = softmax(logits, temperature)
    abstain_below = fit_abstention(scores, public.labels, precision=options.precision)
    prior = correct_shares(shares, config.prior_correction)
    if config.weights and config.wise_ft_alpha < 1 and len(public) < LEAST_TO_CALIBRATE:
        start = read_bundle(Path(config.weights).parent).spec
        temperature, abstain_below, prior = start.temperature, start.abstain_below, start.prior
    created = datetime.now(UTC)
    return ModelSpec(
        name=options.name,
        version=f"{created:%Y.%m.%d}-{config.recipe}-{config.seed}",
        recipe=config.recipe,
        seed=config.seed,
        created=f"{created:%Y-%m-%dT%H:%M:%SZ}",
        input_size=config.input_size,
        crop_margin=config.crop_margin,
        crop_shift=config.crop_shift,
        mirror=config.mirror,
        temperature=temperature,
        abstain_below=abstain_below,
        prior=prior,
    )


def _scale_classes(
    model: Model, logits: NDArray[np.float32], labels: NDArray[np.int64], temperature: float
) -> NDArray[np.float32]:
    """Scale each class's logit in the network's last layer; returns what it now gives in place of `logits`."""
    scales, shifts = fit_class_scaling(logits / temperature, labels)
    shifts *= temperature
    scale_logits(model, scales, shifts)
    return np.asarray(logits * scales + shifts, dtype=np.float32)


def _take_out_shares(model: Model, logits: NDArray[np.float32], shifts: NDArray[np.float64]) -> NDArray[np.float32]:
    scale_logits(model, np.ones(len(shifts)), shifts)
    return np.asarray(logits + shifts, dtype=np.float32)


def _measure(model: Model, spec: ModelSpec, folder: Path, dataset: Dataset, *, quantised: bool) -> dict[str, Any]:
    difference = check_agreement(model, spec, folder, dataset["public"].pictures[:256], quantised=quantised)
    served = Classifier(spec, LiteRTRuntime(folder / LITERT_FILE))
    metrics: dict[str, Any] = {
        "parameters": model.count_params(),
        "litert_difference": difference,
        "dataset": asdict(dataset.report),
    }
    for split in TEST_SPLITS:
        if len(dataset[split]):
            metrics[split] = measure(served, dataset[split])
    metrics["robustness"] = measure_robustness(served, dataset["public"], count=ROBUSTNESS_ON)
    return metrics
