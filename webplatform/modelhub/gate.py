"""The checks that a version must pass before it becomes the active one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

TOLERANCE = 0.005  # how much worse than the active model accuracy and macro-F1 may be
MAX_CALIBRATION_ERROR = 0.08
MAX_MS_PER_FACE = 20.0
LEAST_OF_A_CLASS = 1


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the gate looks at.

    Args:
        name: what it is, in the reader's language.
        is_passed: whether it is good enough.
        measured: in words.
    """

    name: str
    is_passed: bool
    measured: str

    def data(self) -> dict[str, Any]:
        return asdict(self)


def judge(evidence: dict[str, Any] | None) -> list[Check]:
    """Look at a comparison with the active model, as `training.compare_bundles` returns it; None: there is none."""
    if not evidence:
        return [Check(_("compared with the active model"), False, _("not yet"))]
    candidate, difference = evidence["models"][1], evidence["difference"]
    counts = {name: row["n"] for name, row in candidate["per_class"].items()}
    missing = sorted(name for name, count in counts.items() if count < LEAST_OF_A_CLASS)
    gains = [(_("accuracy"), difference["accuracy"]["value"]), (_("macro-F1"), difference["macro_f1"]["value"])]
    return [
        *(Check(_("%(what)s not worse") % {"what": name}, gain >= -TOLERANCE, f"{gain:+.4f}") for name, gain in gains),
        Check(_("every expression in the test"), not missing, ", ".join(missing) or _("all seven")),
        Check(_("calibrated"), candidate["ece"] <= MAX_CALIBRATION_ERROR, f"{candidate['ece']:.3f}"),
        Check(_("fast enough"), candidate["ms_per_face"] <= MAX_MS_PER_FACE, f"{candidate['ms_per_face']:.1f} ms"),
    ]
