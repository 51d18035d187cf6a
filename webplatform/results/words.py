"""What the results' pages and files call things, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from webplatform.history.words import EMOTION_NAMES
from webplatform.results.material import Why

WHY_TEXTS = {
    Why.NOT_DONE: gettext_lazy("still being read or recorded"),
    Why.FAILED: gettext_lazy("the reading failed or was cancelled"),
    Why.READ_AGAIN: gettext_lazy("the same video, read again by another model"),
    Why.READINGS_GONE: gettext_lazy("its readings are gone, their time was over"),
    Why.NOBODY_SEEN: gettext_lazy("nobody was seen"),
    Why.NO_PARTICIPANT: gettext_lazy("no participant is named"),
    Why.NO_CONDITION: gettext_lazy("no condition is named"),
    Why.NO_VALUE: gettext_lazy("the participant has no value for this variable"),
    Why.NO_MARKER: gettext_lazy("it lacks the marker where the clock starts"),
    Why.NO_END_MARKER: gettext_lazy("it lacks the marker where the stretch ends"),
    Why.TOO_LITTLE_SEEN: gettext_lazy("the person was seen too little"),
    Why.NO_BASELINE: gettext_lazy("nobody was seen in the neutral stretch"),
    Why.NOT_MADE: gettext_lazy("its readings could not be added up yet"),
}

MEASURE_NAMES = {
    "mean": gettext_lazy("Mean score"),
    "change": gettext_lazy("Mean score minus the neutral stretch"),
    "share": gettext_lazy("Share of the scored readings"),
    "times": gettext_lazy("Times a minute over the threshold"),
    "longest": gettext_lazy("Longest stretch over the threshold, s"),
}

EFFECT_NAMES = {"d_z": gettext_lazy("Cohen's d_z"), "g": gettext_lazy("Hedges' g")}


def emotions() -> list[dict[str, str]]:
    """The expressions as the charts need them."""
    return [{"key": str(emotion), "name": str(name)} for emotion, name in EMOTION_NAMES.items()]
