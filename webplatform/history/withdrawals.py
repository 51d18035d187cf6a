"""Delete every session that rested on a withdrawn consent."""

from __future__ import annotations

import logging

from webplatform.history.erasing import erase_session
from webplatform.history.models import Session

logger = logging.getLogger(__name__)


def remove_unconsented() -> int:
    """No session is left whose consent was withdrawn; returns how many went now. Safe to run twice and at once."""
    # By the withdrawal, not by its time alone: texts before version 2 promised that sessions stay.
    withdrawn = Session.everything.filter(
        consent__withdrawn_at__isnull=False, consent__withdrawals__isnull=False
    ).distinct()
    sessions = list(withdrawn.only("pk"))
    for session in sessions:
        erase_session(session=session)
    if sessions:
        logger.info("%d sessions went with their withdrawn consent.", len(sessions))
    return len(sessions)
