"""How live reacts to signals of other apps."""

from typing import Any

from django.dispatch import receiver

from webplatform.history.events import session_binned
from webplatform.history.models import Session
from webplatform.live.stale_connections import end_recording


@receiver(session_binned)
def stop_recording(session: Session, **_: Any) -> None:
    """Nothing is recorded into a session in the bin: it is closed, and its socket is refused within two seconds."""
    end_recording(session)
