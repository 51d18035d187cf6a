"""What changes in studies and who belongs to them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid
from webplatform.studies.approvals import ask_approval, require_reason, valid_approval
from webplatform.studies.audit_trail import record
from webplatform.studies.models import Membership, Study, default_languages
from webplatform.studies.permissions import require_owner
from webplatform.studies.prior import checked_prior
from webplatform.studies.retention_policy import RetentionPolicy
from webplatform.studies.roles import Role


@dataclass(frozen=True, slots=True)
class StudyStatement:
    """What a study is for and how it is run, as its owner states it.

    `change_study` stores every field: one that the form or the REST API left out would go back to its default.
    """

    name: str
    purpose: str
    setting: str
    contact: str
    legal_ground: str = Study.LegalGround.CONSENT
    capture_mode: str = Study.CaptureMode.READINGS
    exemption: str = Study.Exemption.NONE
    exemption_reason: str = ""
    prior: list[float] = field(default_factory=list)
    languages: list[str] = field(default_factory=default_languages)


@transaction.atomic
def personal_study(user: User) -> Study:
    """The study that `user` records for alone exists, and is returned; a second call returns the same one."""
    # Locking the user's row lets one of two simultaneous calls wait (PostgreSQL); SQLite's writers wait anyway.
    User.objects.select_for_update().get(pk=user.pk)
    owned = Membership.objects.owners().filter(user=user)
    study = Study.objects.filter(is_personal=True, memberships__in=owned).first()
    if study is None:
        study = Study.objects.create(name=_("Personal"), is_personal=True, setting=Study.Setting.PERSONAL)
        Membership.objects.create(user=user, study=study, role=Role.OWNER)
    return study


def create_study(*, user: User, statement: StudyStatement) -> Study:
    """A study that `user` owns exists; one in a restricted setting waits for a second admin.

    Raises:
        Invalid: something is missing, or the setting is forbidden for what it states.
    """
    study = Study(**_checked(statement))
    require_reason(study, user)  # outside of the transaction: the refusal itself is kept in the audit
    with transaction.atomic():
        study.save()
        Membership.objects.create(user=user, study=study, role=Role.OWNER)
        record(actor=user, action="study.created", study=study, setting=study.setting)
        _ask_where_needed(study, user)
    return study


def change_study(*, study: Study, user: User, statement: StudyStatement) -> Study:
    """The study states this from now on; its participants are asked again where their notice has changed.

    Raises:
        NotAllowed: the user does not own the study.
        Invalid: something is missing, or the setting is forbidden for what it states.
    """
    require_owner(study, user)
    changes = _checked(statement)
    changed = sorted(name for name, value in changes.items() if getattr(study, name) != value)
    before = {name: getattr(study, name) for name in changes}
    for name, value in changes.items():
        setattr(study, name, value)
    try:
        require_reason(study, user)
    except Invalid:
        for name, value in before.items():
            setattr(study, name, value)
        raise
    with transaction.atomic():
        study.save(update_fields=list(changes))
        record(actor=user, action="study.changed", study=study, fields=changed)
        _ask_where_needed(study, user)
    return study


@transaction.atomic
def change_retention(*, study: Study, user: User, policy: RetentionPolicy) -> Study:
    """The study states these days from now on; participants, whose notice names them, are asked again.

    Raises:
        NotAllowed: the user does not own the study.
        Invalid: a number of days makes no sense, or is above the platform's ceiling.
    """
    require_owner(study, user)
    days = asdict(policy.with_bin(study.retention.bin_days))
    if study.capture_mode == Study.CaptureMode.READINGS:
        days["media_days"] = min(study.media_days, policy.rest_days)  # of no effect until the study keeps videos
    for name, value in days.items():
        least = 0 if name == "bin_days" else 1
        if not least <= value <= settings.RAUT_RETENTION_MAX_DAYS:
            limit = {"least": least, "most": settings.RAUT_RETENTION_MAX_DAYS}
            raise Invalid(_("From %(least)d to %(most)d days.") % limit, field=name)
        if value > policy.rest_days:
            raise Invalid(_("Nothing stays longer than its session."), field=name)
    if study.bin_days is None and days["bin_days"] == study.retention.bin_days:
        del days["bin_days"]  # still as the platform says
    changed = {name: value for name, value in days.items() if getattr(study, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(study, name, value)
        study.save(update_fields=list(changed))
        record(actor=user, action="study.retention_changed", study=study, **changed)
    return study


@transaction.atomic
def close_study(*, study: Study, user: User) -> Study:
    """The study records nothing more: live sessions end within two seconds, jobs refuse; what it holds stays.

    Raises:
        NotAllowed: the user does not own the study.
        Conflict: it is somebody's personal study.
    """
    require_owner(study, user)
    if study.is_personal:
        raise Conflict(_("The personal study of an account stays open."))
    if Study.objects.filter(pk=study.pk, closed_at=None).update(closed_at=timezone.now()):
        record(actor=user, action="study.closed", study=study)
    study.refresh_from_db(fields=["closed_at"])
    return study


@transaction.atomic
def reopen_study(*, study: Study, user: User) -> Study:
    """The study records again, as far as its setting allows.

    Raises:
        NotAllowed: the user does not own the study.
    """
    require_owner(study, user)
    if Study.objects.filter(pk=study.pk, closed_at__isnull=False).update(closed_at=None):
        record(actor=user, action="study.reopened", study=study)
    study.refresh_from_db(fields=["closed_at"])
    return study


def _ask_where_needed(study: Study, user: User) -> None:
    if study.is_restricted and valid_approval(study) is None:
        ask_approval(study=study, user=user)


def _checked(statement: StudyStatement) -> dict[str, object]:
    """The fields to store: tidy, complete, and of the values that there are."""
    values = asdict(statement)
    for name in ("name", "purpose", "contact", "exemption_reason"):
        values[name] = values[name].replace("\0", " ").strip()
    for name, text in (("name", _("name")), ("purpose", _("purpose")), ("contact", _("contact"))):
        if not values[name]:
            raise Invalid(_("A study states its %(what)s.") % {"what": text}, field=name)
    offered = {code for code, _name in settings.LANGUAGES}
    values["languages"] = [code for code in dict.fromkeys(statement.languages) if code in offered]
    if not values["languages"]:
        raise Invalid(_("A study has at least one language that there is a consent text in."), field="languages")
    values["prior"] = checked_prior(statement.prior)
    for name in ("setting", "legal_ground", "capture_mode", "exemption"):
        if values[name] not in dict(Study._meta.get_field(name).flatchoices):
            raise Invalid(_("This is not one of the choices."), field=name)
    return values
