"""Where a recording belongs."""

from __future__ import annotations

from dataclasses import dataclass

from webplatform.studies.models import Condition, Participant, Study


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recording belongs, before it is one.

    Args:
        study: None for the participant's, or without one for the personal study.
        participant: who is seen, on their own consent; None for whoever records.
        condition: one of the study's; None for the participant's own, or none.
    """

    study: Study | None = None
    participant: Participant | None = None
    condition: Condition | None = None

    @property
    def borne(self) -> Condition | None:
        """The condition that the recording bears."""
        return self.condition or (self.participant.condition if self.participant else None)
