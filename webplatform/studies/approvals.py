"""Studies at work, in recruitment and in education: forbidden, but for a reason that a second admin approves."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.accounts.permissions import is_admin
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.studies.audit_trail import record
from webplatform.studies.models import Membership, Study, StudyApproval

APPROVAL_DAYS = 180
MIN_REASON = 40  # characters: a sentence, not a word


def valid_approval(study: Study) -> StudyApproval | None:
    """The approval that counts now: of what the study declares today, and not expired."""
    approvals = StudyApproval.objects.filter(study=study, is_approved=True, declaration=study.declaration)
    return approvals.filter(expires_at__gt=timezone.now()).first()


def open_question(study: Study) -> StudyApproval | None:
    """What an admin is being asked about the study; None where nothing waits."""
    return StudyApproval.objects.filter(study=study, decided_at=None).first()


def lacks_assessment(study: Study) -> bool:
    """Whether the study waits for its owner's word; personal studies need none, and the operator may ask for none."""
    return settings.RAUT_REQUIRE_ASSESSMENT and not study.is_personal and not study.assessment


def is_permitted(study: Study) -> bool:
    """Whether the study may record: it is open, assessed, and in no restricted setting or validly approved."""
    return (
        study.closed_at is None
        and not lacks_assessment(study)
        and (not study.is_restricted or valid_approval(study) is not None)
    )


def require_permitted(study: Study) -> None:
    """Raises NotAllowed where the study is closed, waits to be assessed, or the law forbids it to record."""
    if study.closed_at is not None:
        raise NotAllowed(_("This study is closed: it records nothing more."), reason="study_closed")
    if lacks_assessment(study):
        raise NotAllowed(
            _("Before this study records, its owner states that an impact assessment is done, or why none is needed."),
            reason="assessment_missing",
        )
    if not is_permitted(study):
        raise NotAllowed(
            _("Reading facial expressions in this setting needs a medical or safety reason and an admin's approval."),
            reason="study_not_approved",
        )


def require_reason(study: Study, user: User) -> None:
    """Raises Invalid for a restricted setting without a written medical or safety reason, and says so in the audit."""
    if not study.is_restricted:
        return
    if study.exemption and len(study.exemption_reason.strip()) >= MIN_REASON:
        return
    record(actor=user, action="study.refused", study=study, setting=study.setting)
    raise Invalid(
        _(
            "Emotion recognition at work, in recruitment and in education is forbidden (EU AI Act, article 5(1)(f)), "
            "except for medical or safety reasons. State the reason in at least %(n)d characters."
        )
        % {"n": MIN_REASON},
        reason="setting_forbidden",
    )


def ask_approval(*, study: Study, user: User) -> StudyApproval:
    """An admin other than the owners is asked; what was asked before about an older declaration is closed."""
    with transaction.atomic():
        now = timezone.now()
        StudyApproval.objects.filter(study=study, decided_at=None).exclude(declaration=study.declaration).update(
            decided_at=now, is_approved=False, note=_("The study was changed.")
        )
        question = open_question(study)
        if question is None:
            question = StudyApproval.objects.create(study=study, declaration=study.declaration, asked_by=user)
            record(actor=user, action="study.approval_asked", study=study, setting=study.setting)
    return question


def decide_approval(*, approval: StudyApproval, user: User, is_approved: bool, note: str = "") -> StudyApproval:
    """The second admin has approved the study for half a year, or refused it.

    Raises:
        NotAllowed: the user is no admin, asked for it, or is a member of the study.
        Conflict: it was decided already, or the study has changed since.
        Invalid: a refusal without a note.
    """
    study = approval.study
    is_party = approval.asked_by_id == user.pk or Membership.objects.filter(study=study, user=user).exists()
    if not is_admin(user) or is_party:
        raise NotAllowed(_("Only an admin who has no part in the study may decide this."))
    if not is_approved and not note.strip():
        raise Invalid(_("Say why the study is refused."))
    now = timezone.now()
    decided = {"decided_by": user, "decided_at": now, "is_approved": is_approved, "note": note.strip()}
    if is_approved:
        decided["expires_at"] = now + timedelta(days=APPROVAL_DAYS)
    waiting = StudyApproval.objects.filter(pk=approval.pk, decided_at=None, declaration=study.declaration)
    with transaction.atomic():
        if not waiting.update(**decided):
            raise Conflict(_("This was decided already, or the study has changed since."))
        action = "study.approved" if is_approved else "study.approval_refused"
        record(actor=user, action=action, study=study, setting=study.setting)
    approval.refresh_from_db()
    return approval
