"""The model card of a bundle, written from what its run measured."""

from __future__ import annotations

from typing import Any

from inference.bundle import ModelSpec


def write_card(spec: ModelSpec, metrics: dict[str, Any]) -> str:
    """The card as Markdown: what the model is, what it was trained on, how good it is, who should not use it.

    Args:
        spec: of the bundle.
        metrics: its metrics.json.
    Source: Mitchell et al. 2019, "Model Cards for Model Reporting", arXiv:1810.03993.
    """
    figures = [_figures(split, metrics[split]) for split in ("public", "private") if split in metrics]
    return "\n\n".join([_head(spec, metrics), *figures, _USE]) + "\n"


def _head(spec: ModelSpec, metrics: dict[str, Any]) -> str:
    counts = metrics["dataset"]["counts"]
    looks = "mean of the face and its mirror image" if spec.mirror else "one look"
    return f"""# {spec.name} {spec.version}

Scores the facial expression of a cropped face in seven classes: {", ".join(spec.emotions)}.

- Recipe `{spec.recipe}`, seed {spec.seed}, made {spec.created}; {metrics["parameters"]:,} parameters.
- Input: {spec.input_size} x {spec.input_size} grey levels; {looks}.
- Trained on {sum(counts["train"].values()):,} labelled faces ({metrics["dataset"]["name"]}); chosen and calibrated on
  {sum(counts["public"].values()):,} of the public split.
- Temperature {spec.temperature:.3f}. Below a score of {spec.abstain_below:.2f} the answer is "not sure".

The pictures of FER2013 came from an image search in 2013; no licence to them is granted with the data set. Its labels
are noisy: people agree on about 65 % of them."""


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
