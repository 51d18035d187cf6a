"""The data set sheet: what a model was taught with, written from what was read."""

from __future__ import annotations

from inference.types import EMOTIONS
from training.dataset import SPLITS, DatasetReport


def write_sheet(name: str, report: DatasetReport) -> str:
    """The sheet as Markdown.

    Args:
        name: of the file or folder that was read.
        report: of `read_dataset`.
    Source: Gebru et al. 2018, "Datasheets for Datasets", arXiv:1803.09010.
    """
    return "\n\n".join([_counts(name, report), _left_out(report), _CAUTION]) + "\n"


def _counts(name: str, report: DatasetReport) -> str:
    rows = "\n".join(
        f"| {emotion.value} | " + " | ".join(f"{report.counts[split][emotion]:,}" for split in SPLITS) + " |"
        for emotion in EMOTIONS
    )
    sums = " | ".join(f"**{sum(report.counts[split].values()):,}**" for split in SPLITS)
    train = report.counts["train"]
    most, least = max(train, key=lambda emotion: train[emotion]), min(train, key=lambda emotion: train[emotion])
    return f"""# Data set sheet: {name}

| class | train | public | private |
|---|---|---|---|
{rows}
| all | {sums} |

The network learns from train; thresholds and temperature are chosen on public; private is used once, for the
final figures. In train, {most} is {train[most] / max(train[least], 1):.1f} times as frequent as {least}."""


def _left_out(report: DatasetReport) -> str:
    unknown = ", ".join(f"{label} ({count:,})" for label, count in report.unknown_classes.items()) or "none"
    names = ", ".join(report.unreadable[:20]) or "none"
    more = f" and {len(report.unreadable) - 20:,} more" if len(report.unreadable) > 20 else ""
    return f"""## Left out, and repeated

- Unreadable or under 48 px: {len(report.unreadable):,} ({names}{more}).
- Labels that are none of the seven emotions: {unknown}.
- Pictures of public and private that are also in train, pixel by pixel: {report.also_in_train:,}. They are kept, and
  every figure is given without them as well.
- Repeated pictures within train: {report.duplicates:,}."""


_CAUTION = """## Before it is used

A label says what a face shows in the judgement of those who labelled it, not what the person felt. Ask of every data
set: did the people in the pictures agree; who is missing (age, skin, glasses, veils, culture); who labelled, and how
often did two of them agree; what does its licence allow. In FER2013 the people did not agree (an image
search of 2013), who is missing is not stated, and people agree with its labels in about 65 % of the cases (Goodfellow
et al. 2013, arXiv:1307.0414)."""
