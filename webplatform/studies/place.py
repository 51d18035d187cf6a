"""Where a recording belongs, and what other programs know it by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any  # JSON

from webplatform.studies.models import Condition, Participant, Study


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recording belongs, before it is one.

    Args:
        study: None for the participant's, or without one for the personal study.
        participant: the person seen, on their own consent; None for the account that records.
        condition: one of the study's; None for the participant's own, or none.
        external_id: what the program that records calls it, unique per account; empty for nothing.
        metadata: a small JSON object of that program's.
    """

    study: Study | None = None
    participant: Participant | None = None
    condition: Condition | None = None
    external_id: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def borne(self) -> Condition | None:
        """The condition that the recording bears."""
        return self.condition or (self.participant.condition if self.participant else None)
