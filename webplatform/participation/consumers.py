"""The live socket as a participant's link opens it."""

from __future__ import annotations

from channels.db import database_sync_to_async
from django.urls import reverse
from django.utils.translation import gettext as _

from webplatform.history.models import Session
from webplatform.live.consumers import LiveConsumer
from webplatform.live.protocol import Close
from webplatform.live.recording import Ended, LiveRecording
from webplatform.live.services import LiveIdentity
from webplatform.participation.participant_auth import live_identity_of


class ParticipantConsumer(LiveConsumer):
    """The live protocol for participants with a link; their sessions belong to their study."""

    async def _identity(self) -> LiveIdentity | None:
        return await database_sync_to_async(live_identity_of)(self.scope.get("session"))

    async def _keep(self, recording: LiveRecording) -> Ended | None:
        ended = await super()._keep(recording)
        if ended is None and await self._identity() is None:
            return Ended(Close.NOT_ALLOWED, _("This link does not open anything any more."))
        return ended

    def result_url(self, session: Session) -> str:
        return reverse("participation:thanks")
