"""Which socket belongs to which webcam session."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from webplatform.history.models import Session


class LiveConnection(models.Model):
    """The one socket that may write to an open webcam session. Another one takes over by changing the holder."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="connection", primary_key=True)
    holder = models.CharField(max_length=32, help_text=_("Drawn by each socket that takes the session up."))
    heard_at = models.DateTimeField(db_index=True, help_text=_("When its socket last said that it lives."))

    def __str__(self) -> str:
        return f"{self.session_id} by {self.holder}"
