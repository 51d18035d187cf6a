"""What sessions are recorded for, and who takes part in that work."""

from __future__ import annotations

import hashlib
import json
import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User
from webplatform.accounts.permissions import is_admin
from webplatform.studies.design import Condition as Condition
from webplatform.studies.design import Stimulus as Stimulus
from webplatform.studies.design import StimulusOrder as StimulusOrder
from webplatform.studies.design import Variable as Variable
from webplatform.studies.participants import Participant as Participant
from webplatform.studies.participants import ParticipantLink as ParticipantLink
from webplatform.studies.participants import ParticipantRequest as ParticipantRequest
from webplatform.studies.retention_policy import MEDIA_DAYS, MOST_DAYS, OBSERVATION_DAYS, REST_DAYS, RetentionPolicy
from webplatform.studies.roles import ROLES, Act, Role


class StudyQuerySet(models.QuerySet["Study"]):
    """Studies as a user may reach them."""

    def for_user(self, user: User) -> StudyQuerySet:
        """The studies that `user` is a member of; nobody else's, staff or not."""
        return self.filter(memberships__user_id=user.pk)


def default_languages() -> list[str]:
    """The languages of a study that names none."""
    return ["en"]


class Study(models.Model):
    """A purpose that sessions are recorded for. Each account starts with a personal one.

    The law forbids reading emotions at work, in recruitment and in education, except for medical or safety reasons
    (EU AI Act, article 5(1)(f)). A study in such a setting records nothing until a StudyApproval holds.
    """

    class Setting(models.TextChoices):
        PERSONAL = "personal", _("personal use")
        RESEARCH = "research", _("research")
        CLINIC = "clinic", _("clinic or therapy")
        PRODUCT = "product", _("product or media test")
        PUBLIC = "public", _("exhibition or event")
        OTHER = "other", _("something else")
        WORKPLACE = "workplace", _("workplace")
        RECRUITMENT = "recruitment", _("recruitment")
        EDUCATION = "education", _("education")

    class LegalGround(models.TextChoices):
        CONSENT = "consent", _("explicit consent")
        RESEARCH = "research", _("research in the public interest, with consent")
        CARE = "care", _("health care, with consent")

    class CaptureMode(models.TextChoices):
        READINGS = "readings", _("no video kept: readings only")
        MEDIA = "media", _("video kept")

    class Exemption(models.TextChoices):
        NONE = "", _("none")
        MEDICAL = "medical", _("medical reason")
        SAFETY = "safety", _("safety reason")

    class Assessment(models.TextChoices):
        NONE = "", _("not stated")
        DONE = "done", _("done")
        NOT_NEEDED = "not_needed", _("not needed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    purpose = models.TextField(blank=True)
    setting = models.CharField(max_length=12, choices=Setting.choices, default=Setting.RESEARCH)
    legal_ground = models.CharField(max_length=12, choices=LegalGround.choices, default=LegalGround.CONSENT)
    capture_mode = models.CharField(max_length=10, choices=CaptureMode.choices, default=CaptureMode.MEDIA)
    exemption = models.CharField(max_length=10, choices=Exemption.choices, default=Exemption.NONE, blank=True)
    exemption_reason = models.TextField(blank=True, help_text=_("Why the medical or safety reason applies."))
    assessment = models.CharField(max_length=10, choices=Assessment.choices, default=Assessment.NONE, blank=True)
    assessment_note = models.TextField(blank=True, help_text=_("Where the assessment is filed, or why none is needed."))
    prior = models.JSONField(default=list, help_text=_("Shares of expressions to expect; none: as the model assumes."))
    languages = models.JSONField(default=default_languages, help_text=_("Codes of the participants' languages."))
    contact = models.CharField(max_length=200, blank=True, help_text=_("Whom a participant can ask: name and address."))
    media_days = models.PositiveSmallIntegerField(
        default=MEDIA_DAYS, help_text=_("Days that a video stays, if it is kept.")
    )
    observation_days = models.PositiveSmallIntegerField(
        default=OBSERVATION_DAYS, help_text=_("Days that readings stay.")
    )
    rest_days = models.PositiveSmallIntegerField(default=REST_DAYS, help_text=_("Days that everything else stays."))
    bin_days = models.PositiveSmallIntegerField(null=True, help_text=_("Days in the bin; none: as the platform says."))
    stimulus_order = models.CharField(max_length=6, choices=StimulusOrder.choices, default=StimulusOrder.FIXED)
    shows_scores = models.BooleanField(default=False, help_text=_("Whether participants see their own scores."))
    is_personal = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True, help_text=_("Since when it records nothing more; empty: it is open."))
    members = models.ManyToManyField(User, through="Membership", related_name="studies")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = StudyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "studies"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    media_days__gte=1,
                    media_days__lte=models.F("rest_days"),
                    observation_days__gte=1,
                    observation_days__lte=models.F("rest_days"),
                    rest_days__lte=MOST_DAYS,
                ),
                name="study_days_within_each_other",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_restricted(self) -> bool:
        """Whether its setting is one where reading emotions is forbidden but for a medical or safety reason."""
        return self.setting in RESTRICTED_SETTINGS

    @property
    def retention(self) -> RetentionPolicy:
        """How long things stay: the days that the study states, within the ceiling of the platform."""
        media_days = self.media_days if self.capture_mode == Study.CaptureMode.MEDIA else 0
        stated = RetentionPolicy(media_days, self.observation_days, self.rest_days, self.bin_days)
        return stated.with_bin(settings.RAUT_BIN_DAYS).capped(settings.RAUT_RETENTION_MAX_DAYS)

    @property
    def declaration(self) -> str:
        """SHA-256 of what a second admin approves; any change of it needs a new approval."""
        declared = [self.setting, self.exemption, self.exemption_reason, self.purpose]
        return hashlib.sha256(json.dumps(declared).encode()).hexdigest()


RESTRICTED_SETTINGS = frozenset({Study.Setting.WORKPLACE, Study.Setting.RECRUITMENT, Study.Setting.EDUCATION})


class StudyApproval(models.Model):
    """A second admin's word on a study in a restricted setting: asked -> approved or refused; approved -> expired."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="approvals")
    declaration = models.CharField(max_length=64, help_text=_("SHA-256 of what was approved."))
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_approved = models.BooleanField(null=True)
    note = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["study"], condition=models.Q(decided_at=None), name="approval_asked_once_per_study"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_at=None, is_approved=None)
                | models.Q(decided_at__isnull=False, is_approved__isnull=False),
                name="approval_decided_or_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.study_id} {self.is_approved}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships by what they allow."""

    def who_may(self, act: Act) -> MembershipQuerySet:
        """Those whose role may do it."""
        return self.filter(role__in=ROLES[act])

    def owners(self) -> MembershipQuerySet:
        """Those that own their study."""
        return self.who_may(Act.OWN)


class Membership(models.Model):
    """A user's part in a study."""

    Role = Role

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "study"], name="membership_once_per_study")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.study_id}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations as a user may reach them."""

    def for_user(self, user: User) -> InvitationQuerySet:
        """Those to the studies that `user` owns; for admins also those to the platform."""
        owned = Membership.objects.owners().filter(user_id=user.pk).values("study")
        return self.filter(models.Q(study__in=owned) | (models.Q(study=None) if is_admin(user) else models.Q()))


class Invitation(models.Model):
    """A letter that lets an address into a study, or onto the platform, once; only the hash of its key is kept."""

    email = models.EmailField()
    study = models.ForeignKey(Study, on_delete=models.CASCADE, null=True, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role.choices, blank=True)
    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the link's key, hex."))
    created_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, help_text=_("Empty: the mail could not be sent."))
    expires_at = models.DateTimeField()

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.pk} {self.role}"
