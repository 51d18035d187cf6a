"""The live socket as a participant's link opens it."""

from __future__ import annotations

from typing import Any

from channels.db import database_sync_to_async
from django.urls import reverse

from webplatform.history.models import Session
from webplatform.live.consumers import LiveConsumer
from webplatform.live.services import Seat
from webplatform.participation.seats import seat_of_login


class ParticipantConsumer(LiveConsumer):
    """Speaks the live protocol with whoever opened a link; their sessions belong to their study."""

    async def _seat(self, message: dict[str, Any]) -> Seat | None:
        return await database_sync_to_async(seat_of_login)(self.scope.get("session"))

    def result_url(self, session: Session) -> str:
        return reverse("participation:home")
