"""Letters where no mail server is named: they are not sent, and nothing of them is written anywhere."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

OFF = "webplatform.common.outbound.mail.NoMail"
CONSOLE = "django.core.mail.backends.console.EmailBackend"

logger = logging.getLogger(__name__)


class NoMail(BaseEmailBackend):
    """Sends nothing. Printing a letter, as Django's console does, would write valid links into the log."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        logger.warning("Mail is off (EMAIL_URL is not set): %d letters were not sent.", len(email_messages))
        return 0


def reaches_people() -> bool:
    """Whether a letter gets to anybody."""
    return settings.EMAIL_BACKEND not in (OFF, CONSOLE)
