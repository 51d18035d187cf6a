"""What is done to several sessions at once: each of them is tried, and what was refused is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from webplatform.accounts.models import User
from webplatform.analysis.repetitions import repeat_analysis
from webplatform.common.errors import AppError
from webplatform.history.assignments import set_condition
from webplatform.history.bin import bin_session
from webplatform.history.models import Session
from webplatform.history.services import delete_session
from webplatform.modelhub.models import ModelVersion
from webplatform.studies.models import Condition


@dataclass(slots=True)
class Outcome:
    """How far it came.

    Args:
        done: for how many sessions it was done.
        refused: the titles of the others, each with the reason.
    """

    done: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def give_condition(*, sessions: Iterable[Session], user: User, condition: Condition | None) -> Outcome:
    """Each session bears the condition, or none, as far as it may."""
    return _each(sessions, lambda one: set_condition(sessions=[one], user=user, condition=condition))


def read_again(*, sessions: Iterable[Session], user: User, version: ModelVersion) -> Outcome:
    """A job waits for each session to read its video with the model, as far as it can."""
    return _each(sessions, lambda one: repeat_analysis(session=one, user=user, version=version))


def delete_all(*, sessions: Iterable[Session], user: User, for_good: bool = False) -> Outcome:
    """Each session is in the bin, or gone, as far as the user may delete it; what reads its video again goes along."""
    end = delete_session if for_good else bin_session

    def delete(one: Session) -> None:
        if Session.objects.filter(pk=one.pk).exists():  # else it went with the recording that it reads again
            end(session=one, user=user)

    return _each(sessions, delete)


def _each(sessions: Iterable[Session], action: Callable[[Session], object]) -> Outcome:
    outcome = Outcome()
    for session in sessions:
        try:
            action(session)
            outcome.done += 1
        except AppError as error:
            outcome.refused.append((session.title, error.message))
    return outcome
