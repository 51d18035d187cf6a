"""The input of results: values that are read from the database and used by the figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from webplatform.results.bins import Bins


class Why(StrEnum):
    """Why a session is in no figure."""

    NOT_DONE = "not_done"
    FAILED = "failed"
    READ_AGAIN = "read_again"
    READINGS_GONE = "readings_gone"
    NOBODY_SEEN = "nobody_seen"
    NO_PARTICIPANT = "no_participant"
    NO_CONDITION = "no_condition"
    NO_VALUE = "no_value"
    NO_MARKER = "no_marker"
    NO_END_MARKER = "no_end_marker"
    TOO_LITTLE_SEEN = "too_little_seen"
    NO_BASELINE = "no_baseline"
    NOT_MADE = "not_made"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One session as its figures need it.

    Attributes:
        key: the session's id.
        participant: the participant's id; empty: nobody was named.
        condition: the condition's id; empty: none.
        values: what the study's variables are for the participant, by the variables' numbers.
        duration_ms: length of the session.
        step_ms: time between two sampled frames.
        excluded: stretches that are in no figure, from and to in ms; none overlaps another.
        moments: time of the first marker of each label, ms.
        baseline: marked neutral stretches, from and to in ms.
        bins: the person's readings; none where they cannot count at all, and then `why` says it.
        why: that reason.
    """

    key: str
    participant: str = ""
    condition: str = ""
    values: dict[str, object] = field(default_factory=dict)
    duration_ms: int = 0
    step_ms: int = 0
    excluded: tuple[tuple[int, int], ...] = ()
    moments: dict[str, int] = field(default_factory=dict)
    baseline: tuple[tuple[int, int], ...] = ()
    bins: Bins | None = None
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """A study's sessions, and what its people and conditions are called, in the study's order.

    Attributes:
        sessions: all of them, also those that cannot count.
        conditions: name by id.
        participants: pseudonym by id.
    """

    sessions: tuple[Recorded, ...]
    conditions: dict[str, str]
    participants: dict[str, str]
