"""What happens to a study and to its participants, told to the audit log."""

from __future__ import annotations

import logging

from webplatform.accounts.models import User
from webplatform.studies.models import Study

logger = logging.getLogger(__name__)


def record(*, actor: User | None, action: str, study: Study, **details: object) -> None:
    """The audit log says who did what in which study; `details` hold ids and codes, no personal data."""
    logger.info("%s study=%s actor=%s %s", action, study.pk, actor.pk if actor else None, details)
