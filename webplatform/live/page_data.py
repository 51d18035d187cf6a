"""What the pages of webcams hand to their template and scripts."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from inference import EMOTIONS
from webplatform.history.targets import Choices
from webplatform.history.words import EMOTION_NAMES, REASON_NAMES
from webplatform.live.services import SOCKET

CHECK = "/api/v1/live/check/"
RATES = (2, 5, 10, 15)
USUAL_RATE = 10


def live_context(
    choices: Choices | None = None, *, socket: str = SOCKET, check: str = CHECK, **pages: str
) -> dict[str, Any]:
    """What the live page's template needs; `socket` and `check` are where its scripts turn to.

    `home`, `again` and `consent` are where its links lead, if not to the account's pages.
    """
    account = {"home": "dashboard:home", "again": "live:page", "consent": "consent:give"}
    emotions = [{"key": str(emotion), "name": str(EMOTION_NAMES[emotion])} for emotion in EMOTIONS]
    return {
        "emotions": emotions,
        "rates": RATES,
        "usual_rate": USUAL_RATE,
        "choices": choices,
        "pages": {name: reverse(pages.get(name, page)) for name, page in account.items()},
        "data": {
            "socket": socket,
            "check": check,
            "emotions": emotions,
            "reasons": {str(reason): str(name) for reason, name in REASON_NAMES.items()},
        },
    }
