"""The owner's word on the impact assessment (GDPR, article 35): it is done, or not needed because."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import Invalid
from webplatform.studies.audit_trail import record
from webplatform.studies.models import Study
from webplatform.studies.permissions import require_owner

MIN_NOTE = 10  # characters: where it is filed, or why there is none


@transaction.atomic
def state_assessment(*, study: Study, user: User, assessment: str, note: str) -> Study:
    """The study says that its assessment is done and where it is filed, or why none is needed.

    Raises:
        NotAllowed: the user does not own the study.
        Invalid: there is no such choice, or the note says next to nothing.
    """
    require_owner(study, user)
    note = note.replace("\0", " ").strip()[:2000]
    if assessment not in {Study.Assessment.DONE, Study.Assessment.NOT_NEEDED}:
        raise Invalid(_("This is not one of the choices."), field="assessment")
    if len(note) < MIN_NOTE:
        raise Invalid(_("Say where it is filed, or why none is needed."), field="note")
    study.assessment, study.assessment_note = assessment, note
    study.save(update_fields=["assessment", "assessment_note"])
    record(actor=user, action="study.assessment_stated", study=study, assessment=str(assessment))
    return study
