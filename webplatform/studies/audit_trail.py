"""What happens to a study and to its participants, told to the audit log."""

from __future__ import annotations

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User
from webplatform.studies.models import Study


def record(*, actor: User | None, action: str, study: Study, **details: object) -> None:
    """The audit log says who did what in which study; `details` hold ids and codes, no personal data."""
    record_event(action, actor=actor, study_id=study.pk, **details)
