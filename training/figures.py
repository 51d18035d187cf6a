"""The figures of a run as pictures (SVG): drawn from metrics.json, so that they can be drawn again at any time."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from inference.types import EMOTIONS

Axes = Any  # matplotlib's types need matplotlib, which is loaded when something is drawn


def draw_figures(metrics: dict[str, Any], folder: Path, split: str = "private") -> list[Path]:
    """Draw what the metrics hold: confusion, reliability, risk and coverage, learning curves, robustness.

    Args:
        metrics: of a bundle.
        folder: where the .svg files go.
        split: whose figures are drawn; another measured one where it is missing.
    Returns:
        The files that were written.
    """
    measured = next((name for name in (split, "public") if name in metrics), None)
    figures = [("confusion", _confusion), ("reliability", _reliability), ("risk_coverage", _risk_coverage)]
    drawn = [_draw(folder / f"{name}.svg", draw, metrics[measured], measured) for name, draw in figures if measured]
    if metrics.get("curves"):
        drawn.append(_draw(folder / "learning_curves.svg", _curves, metrics["curves"], "training"))
    if "robustness" in metrics:
        drawn.append(_draw(folder / "robustness.svg", _robustness, metrics["robustness"], "public"))
    return drawn


def _draw(file: Path, draw: Any, figures: Any, split: str) -> Path:
    import matplotlib
    from matplotlib.figure import Figure

    settings: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": "raut",
        "font.size": 9,
        "axes.grid": True,
        "grid.alpha": 0.3,
    }
    with matplotlib.rc_context(settings):
        picture = Figure(figsize=(6, 4.5), layout="constrained")
        draw(picture, figures, split)
        written = io.BytesIO()
        picture.savefig(written, format="svg", metadata={"Date": None})
    file.write_bytes(written.getvalue())
    return file


def _confusion(picture: Any, figures: dict[str, Any], split: str) -> None:
    axes = picture.subplots()
    names = [emotion.value for emotion in EMOTIONS]
    shares = [[count / max(sum(row), 1) for count in row] for row in figures["confusion"]]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.grid(visible=False)
    for truth, row in enumerate(shares):
        for answer, share in enumerate(row):
            text = f"{share:.0%}\n{figures['confusion'][truth][answer]}"
            axes.text(answer, truth, text, ha="center", va="center", fontsize=7, color="w" if share > 0.5 else "k")
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set(title=f"Confusion, {split} split", xlabel="answer", ylabel="label")


def _reliability(picture: Any, figures: dict[str, Any], split: str) -> None:
    axes = picture.subplots()
    rows = figures["reliability"]
    axes.plot([0, 1], [0, 1], "k--", linewidth=0.8, label="perfect")
    axes.plot([row["score"] for row in rows], [row["right"] for row in rows], "o-", label="measured")
    axes.set(title=f"Reliability, {split} split: calibration error {figures['ece']:.3f}", xlim=(0, 1), ylim=(0, 1))
    axes.set(xlabel="score of the answer", ylabel="share of right answers")
    axes.legend()


def _risk_coverage(picture: Any, figures: dict[str, Any], split: str) -> None:
    axes = picture.subplots()
    rows = figures["risk_coverage"]
    axes.plot([row["coverage"] for row in rows], [row["risk"] for row in rows], "o-")
    sure = figures["abstention"]
    axes.plot(sure["coverage"], 1 - sure["precision"], "rs", label=f'"not sure" below {sure["threshold"]:.2f}')
    axes.set(title=f"Risk and coverage, {split} split", xlim=(0, 1.02), ylim=(0, None))
    axes.set(xlabel="share of faces answered", ylabel="share of wrong answers")
    axes.legend()


def _curves(picture: Any, curves: list[dict[str, Any]], split: str) -> None:
    left, right = picture.subplots(1, 2)
    epochs = [row["epoch"] for row in curves]
    left.plot(epochs, [row["train_accuracy"] for row in curves], label="train, plain pictures")
    left.plot(epochs, [row["accuracy"] for row in curves], label="public")
    left.set(title="Accuracy", xlabel="epoch")
    left.legend()
    right.plot(epochs, [row["loss"] for row in curves], label="train, as augmented")
    right.plot(epochs, [row["nll"] for row in curves], label="public")
    right.set(title="Loss (nats)", xlabel="epoch")
    right.legend()


def _robustness(picture: Any, figures: dict[str, Any], split: str) -> None:
    picture.set_size_inches(9, 4.5)
    grid = picture.subplots(2, 4, sharey=True).ravel()
    plain = figures["plain"]
    for axes, (name, harm) in zip(grid, figures["harms"].items(), strict=False):
        levels = [row["level"] for row in harm["levels"]]
        for key, style in (("accuracy", "o-"), ("macro_f1", "s--")):
            axes.plot(levels, [row[key] for row in harm["levels"]], style, label=key.replace("_", "-"), markersize=3)
        axes.axhline(plain["accuracy"], color="k", linewidth=0.8, linestyle=":", label="accuracy, plain")
        axes.set(title=name, xlabel=harm["unit"], ylim=(0, 1))
        if levels[0] > levels[-1]:
            axes.invert_xaxis()
    for axes in grid[len(figures["harms"]) :]:
        axes.set_axis_off()
    grid[-1].legend(*grid[0].get_legend_handles_labels(), loc="center")
