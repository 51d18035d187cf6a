"""Whose face it is and whose word counts: somebody with an account, or a participant of a study."""

from __future__ import annotations

from webplatform.accounts.models import User
from webplatform.studies.models import Participant

Subject = User | Participant


def columns_of(subject: Subject) -> dict[str, Subject]:
    """What finds or makes a row that is of one of the two: the name of its column, and who stands in it."""
    return {"participant" if isinstance(subject, Participant) else "user": subject}
