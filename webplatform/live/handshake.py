"""Accept or refuse a WebSocket, with the reason."""

from __future__ import annotations

from typing import Any

from django.conf import settings

import inference
from webplatform.common.errors import AppError, Conflict, ConsentMissing, Invalid, TooManyAttempts
from webplatform.live import protocol, services
from webplatform.live.protocol import Close
from webplatform.live.recording import LiveRecording


def ready_data(recording: LiveRecording) -> dict[str, Any]:
    """The message `ready`."""
    spec = recording.engine.spec
    return {
        "type": "ready",
        "version": protocol.VERSION,
        "session": str(recording.session.pk),
        "title": recording.session.title,
        "token": services.resume_token(recording),
        "resume_within_s": services.RESUME_WITHIN_S,
        "last_ms": max(recording.last_ms, 0),
        "model": f"{spec.name} {spec.version}",
        "emotions": [str(emotion) for emotion in inference.EMOTIONS],
        "not_sure_below": spec.abstain_below,
        "max_bytes": protocol.MAX_FRAME_BYTES,
        "max_fps": settings.RAUT_LIVE_MAX_FPS,
        "max_in_flight": protocol.MAX_IN_FLIGHT,
        "max_minutes": settings.RAUT_LIVE_MAX_MINUTES,
    }


def close_code(error: AppError, *, is_resume: bool) -> Close:
    """How a socket closes that could not begin."""
    if isinstance(error, ConsentMissing):
        return Close.CONSENT_MISSING
    if isinstance(error, Invalid) or error.details.get("reason") == "external_id_taken":
        return Close.BAD_MESSAGE
    if isinstance(error, Conflict):
        return Close.NOT_FOUND if is_resume else Close.NO_MODEL
    if isinstance(error, TooManyAttempts):
        return Close.FULL
    return Close.NOT_ALLOWED
