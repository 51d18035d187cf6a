"""The model card of a bundle, written from what its run measured."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from inference.bundle import ModelSpec
from inference.types import EMOTIONS

_SPOILT = (("noise", 20, "grain of 20 grey levels"), ("darkness", 0.3, "0.3 of the light"), ("small", 16, "16 px wide"))
_WEAKEST = 3


def write_card(spec: ModelSpec, metrics: dict[str, Any]) -> str:
    """The card as Markdown: what the model is, what it was trained on, how good it is, who should not use it.

    Args:
        spec: of the bundle.
        metrics: its metrics.json.
    Source: Mitchell et al. 2019, "Model Cards for Model Reporting", arXiv:1810.03993.
    """
    figures = [_figures(split, metrics[split]) for split in ("public", "private") if split in metrics]
    weak = _weak(metrics) if figures else ""
    return "\n\n".join(part for part in [_head(spec, metrics), _meaning(spec), *figures, weak, _USE] if part) + "\n"


def _head(spec: ModelSpec, metrics: dict[str, Any]) -> str:
    counts = metrics["dataset"]["counts"]
    views = "mean of the face and its mirror image" if spec.mirror else "one look"
    return f"""# {spec.name} {spec.version}

Scores the facial expression of a cropped face in seven classes: {", ".join(spec.emotions)}.

- Recipe `{spec.recipe}`, seed {spec.seed}, made {spec.created}; {metrics["parameters"]:,} parameters.
- Input: {spec.input_size} x {spec.input_size} grey levels; {views}.
- Trained on {sum(counts["train"].values()):,} labelled faces ({metrics["dataset"]["name"]}); chosen and calibrated on
  {sum(counts["public"].values()):,} of the public split.
- Temperature {spec.temperature:.3f}. Below a score of {spec.abstain_below:.2f} the answer is "not sure".
{_taught(metrics)}
The pictures of FER2013 came from an image search in 2013; no licence to them is granted with the data set. Its labels
are noisy: people agree on about 65 % of them."""


def _taught(metrics: dict[str, Any]) -> str:
    """What it learnt from besides, where there was anything."""
    config = metrics.get("config", {})
    teachers = [
        file.parent.name if file.suffix == ".keras" else file.name for file in map(PurePath, config.get("teachers", ()))
    ]
    files = [PurePath(name).name for name in config.get("scores", ())]
    lines = []
    if teachers:
        lines.append(f"- Taught by the mean of other networks as well: {', '.join(teachers)}.")
    if files:
        lines.append(f"- Taught by what other models say of the training pictures: {', '.join(files)}.")
    return "\n".join([*lines, ""])


def _meaning(spec: ModelSpec) -> str:
    text = """## What the scores mean

Of faces like those it was calibrated on, a score of 0.8 is right in about 80 % of the cases; the scores of one face sum
to 1. On other faces it is too sure of itself: take a score there as an order, not as a probability, and measure on
faces of your own (`python -m training evaluate --bundle … --data FOLDER`)."""
    if not spec.prior:
        return text
    shares = ", ".join(f"{emotion.value} {share:.0%}" for emotion, share in zip(EMOTIONS, spec.prior, strict=True))
    return f"""{text}

They assume that expressions are this frequent: {shares}.
Where that is known to be otherwise, other shares can be set."""


def _weak(metrics: dict[str, Any]) -> str:
    """Where it fails most, by its own figures."""
    split = "private" if "private" in metrics else "public"
    confusion, names = metrics[split]["confusion"], [emotion.value for emotion in EMOTIONS]
    rows = []
    for truth, row in enumerate(confusion):
        count = sum(row)
        if count:
            most = max((index for index in range(len(names)) if index != truth), key=lambda index: row[index])
            rows.append((row[truth] / count, names[truth], names[most], row[most] / count))
    lines = [
        f"- **{name}**: {recall:.0%} are found; {share:.0%} are taken for {other}."
        for recall, name, other, share in sorted(rows)[:_WEAKEST]
    ]
    return "\n".join([f"## Where it works less well (on the {split} split)", "", *lines, *_spoilt(metrics)])


def _spoilt(metrics: dict[str, Any]) -> list[str]:
    figures = metrics.get("robustness")
    if not figures:
        return []
    lines = [
        f"{words}: {row['accuracy']:.3f}"
        for harm, level, words in _SPOILT
        for row in figures["harms"].get(harm, {}).get("levels", ())
        if row["level"] == level
    ]
    plain = figures["plain"]["accuracy"]
    return [f"- Accuracy on {figures['n']} spoilt faces ({plain:.3f} as they are): {', '.join(lines)}."]


def _figures(split: str, figures: dict[str, Any]) -> str:
    low, high = figures["intervals"]["accuracy"]
    rows = "\n".join(
        f"| {name} | {row['precision']:.3f} | {row['recall']:.3f} | {row['f1']:.3f} | {row['n']} |"
        for name, row in figures["per_class"].items()
    )
    sure = figures["abstention"]
    return f"""## On the {split} split ({figures["n"]:,} pictures)

Accuracy {figures["accuracy"]:.4f} (95 % interval {low:.4f} to {high:.4f}), macro-F1 {figures["macro_f1"]:.4f}, top-2
{figures["top2_accuracy"]:.4f}, calibration error {figures["ece"]:.4f} (15 bins), negative log-likelihood
{figures["nll"]:.4f}. It answers {sure["coverage"]:.1%} of the faces, and {sure["precision"]:.1%} of those answers are
right. {_unseen(figures["unseen"])}

| class | precision | recall | F1 | pictures |
|---|---|---|---|---|
{rows}"""


def _unseen(figures: dict[str, float]) -> str:
    if not figures["n"]:
        return "Every one of these pictures stands in the training split as well: the figures say little."
    return f"Without pictures that stand in the training split: accuracy {figures['accuracy']:.4f} of {figures['n']:,}."


_USE = """## What it is for, and what it is not for

It reports what a face shows in one moment, in the average judgement of FER2013's annotators; not what a person feels,
thinks or intends. It was not tested for differences between groups of people. Do not use it to judge a person: not for
work, recruitment, schools, credit, policing or diagnosis. In the European Union, reading emotions at work or in
education is forbidden except for medical or safety reasons (AI Act, article 5(1)(f))."""
