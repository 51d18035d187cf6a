"""The options of a results page: grouping, clock, baseline and so on, as they are in its address."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from inference import EMOTIONS

GROUPINGS = ("condition", "participant", "all")
VARIABLE = "variable-"  # followed by the variable's number
PAIRINGS = ("auto", "paired", "unpaired")
COMPARED = ("mean", "change", "share", "times", "longest")
CHARTS = ("curves", "comparison", *(str(emotion) for emotion in EMOTIONS))
PICTURES = {"png": "image/png", "svg": "image/svg+xml"}
MAX_TEXT = 120


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to look at a study.

    Attributes:
        by: "condition", "participant", "all" or "variable-" and a variable's number.
        clock: label of the marker at which the clock is zero; empty: the session's start.
        until: label of the marker that ends the stretch; empty: the session's end.
        baseline: whether each session's neutral stretch is subtracted, beside the raw curve.
        threshold: 1 to 99, percent; a second counts as over it where its mean score is at least that.
        seen: 0 to 100, percent of the stretch in which the person must be scored for the session to count.
        sure: whether readings without a verdict stay out.
        measure: which measure is compared.
        pairing: "paired", "unpaired", or "auto": paired where at least two people are on both sides.
        first: key of the first group compared; empty: the study's first.
        second: key of the second one.
    """

    by: str = "condition"
    clock: str = ""
    until: str = ""
    baseline: bool = False
    threshold: int = 50
    seen: int = 50
    sure: bool = False
    measure: str = "mean"
    pairing: str = "auto"
    first: str = ""
    second: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the choice, hex."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    @property
    def variable(self) -> int | None:
        """The number of the variable to group by; none where it is not grouped by one."""
        number = self.by.removeprefix(VARIABLE)
        return int(number) if self.by.startswith(VARIABLE) and number.isdecimal() and len(number) < 12 else None

    @property
    def query(self) -> dict[str, str]:
        """What differs from the plain choice, as an address says it."""
        plain = Choice()
        differing = {
            f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != getattr(plain, f.name)
        }
        return {name: "1" if value is True else str(value) for name, value in differing.items()}


def choice_from(parameters: Mapping[str, Any]) -> Choice:
    """The choice that an address states; what it states wrongly is as if it were not there."""
    return Choice(
        by=_grouping(_text(parameters, "by")),
        clock=_text(parameters, "clock"),
        until=_text(parameters, "until"),
        baseline=_is_on(parameters, "baseline"),
        threshold=_percent(parameters, "threshold", 50, least=1, most=99),
        seen=_percent(parameters, "seen", 50, least=0, most=100),
        sure=_is_on(parameters, "sure"),
        measure=_one_of(parameters, "measure", COMPARED),
        pairing=_one_of(parameters, "pairing", PAIRINGS),
        first=_text(parameters, "first"),
        second=_text(parameters, "second"),
    )


def stored_choice(stored: Mapping[str, Any]) -> Choice:
    """The choice that a row holds."""
    return Choice(**stored)


def _text(parameters: Mapping[str, Any], name: str) -> str:
    return " ".join(str(parameters.get(name, "")).replace("\0", " ").split())[:MAX_TEXT]


def _grouping(text: str) -> str:
    is_variable = text.startswith(VARIABLE) and text.removeprefix(VARIABLE).isdecimal()
    return text if text in GROUPINGS or is_variable else GROUPINGS[0]


def _is_on(parameters: Mapping[str, Any], name: str) -> bool:
    return str(parameters.get(name, "")).lower() in ("1", "true", "on", "yes")


def _percent(parameters: Mapping[str, Any], name: str, plain: int, *, least: int, most: int) -> int:
    text = str(parameters.get(name, ""))
    return min(max(int(text), least), most) if text.isdecimal() and len(text) < 6 else plain


def _one_of(parameters: Mapping[str, Any], name: str, offered: tuple[str, ...]) -> str:
    text = str(parameters.get(name, ""))
    return text if text in offered else offered[0]
