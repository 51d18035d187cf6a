"""What a client requests of a new session in its first message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any  # JSON

from django.conf import settings

from webplatform.live import protocol


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """What a client requests of a new session.

    Args:
        study_id: empty for the personal study, or the participant's.
        participant_id: the person before the camera; empty for the user.
        condition_id: one of the study's conditions; empty for none.
        title: empty for one with the time in it.
        fps: how many frames a second it will send.
        stimulus_id: the study's film that is shown meanwhile; for participants only.
        external_id: the client's own id for the session; not for participants.
        metadata: a small JSON object of the client's; likewise.
    """

    study_id: str = ""
    participant_id: str = ""
    condition_id: str = ""
    title: str = ""
    fps: float = 10.0
    stimulus_id: str = ""
    external_id: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)


def parse_start(message: dict[str, Any]) -> SessionRequest:
    """Read a `start`.

    Raises BadMessage where one of its fields is of another kind, or too long.
    """
    metadata = message.get("metadata", {})
    if not isinstance(metadata, dict):
        raise protocol.BadMessage("metadata is a JSON object.")
    return SessionRequest(
        study_id=protocol.read_text(message, "study", most=40),
        participant_id=protocol.read_text(message, "participant", most=40),
        condition_id=protocol.read_text(message, "condition", most=40),
        title=protocol.read_text(message, "title", most=200),
        fps=protocol.read_number(message, "fps", least=0.1, most=settings.RAUT_LIVE_MAX_FPS, default=10),
        stimulus_id=protocol.read_text(message, "stimulus", most=40),
        external_id=protocol.read_text(message, "external_id", most=200),
        metadata=metadata,
    )
