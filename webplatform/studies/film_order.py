"""In which order a participant is shown the films of their study."""

from __future__ import annotations

import hashlib

from webplatform.studies.models import Participant, Stimulus, StimulusOrder


def films_in_order(participant: Participant) -> list[Stimulus]:
    """All films of the study in the participant's order.

    A random order is drawn from the ids of participant and film: it stays the same at every visit.
    """
    films = list(participant.study.stimuli.all())
    if participant.study.stimulus_order == StimulusOrder.RANDOM:
        films.sort(key=lambda film: hashlib.sha256(f"{participant.pk} {film.pk}".encode()).digest())
    return films


def place_of(film: Stimulus, participant: Participant | None) -> int | None:
    """At which place the participant is shown the film: 1 for the first; None without a participant."""
    if participant is None:
        return None
    return [stimulus.pk for stimulus in films_in_order(participant)].index(film.pk) + 1
