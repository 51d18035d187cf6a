"""The REST forms of studies and approvals."""

from __future__ import annotations

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inference import EMOTIONS
from webplatform.studies.approvals import open_question, valid_approval
from webplatform.studies.models import Study, StudyApproval


class RetentionOut(serializers.Serializer):
    """Days from the end of a session until something of it goes."""

    media_days = serializers.IntegerField(help_text="The video; 0: as soon as it was analysed.")
    observation_days = serializers.IntegerField(help_text="The readings, with corrections and summary.")
    rest_days = serializers.IntegerField(help_text="The session itself; a participant last heard of so long ago.")
    bin_days = serializers.IntegerField(help_text="From a session's deletion until it is gone for good; 0: at once.")


class StudyDetailOut(serializers.ModelSerializer):
    """A study as its members see it."""

    approval = serializers.SerializerMethodField()
    retention = RetentionOut(read_only=True)
    prior = serializers.ListField(
        child=serializers.FloatField(),
        read_only=True,
        help_text="Expected share of each expression, in the order of the scores; empty: as the model assumes.",
    )

    class Meta:
        model = Study
        fields = (
            "id",
            "name",
            "purpose",
            "setting",
            "legal_ground",
            "capture_mode",
            "exemption",
            "exemption_reason",
            "prior",
            "languages",
            "contact",
            "retention",
            "is_personal",
            "approval",
            "closed_at",
            "created_at",
        )

    @extend_schema_field(serializers.ChoiceField(["not_needed", "approved", "waiting", "refused"]))
    def get_approval(self, study: Study) -> str:
        if not study.is_restricted:
            return "not_needed"
        if valid_approval(study):
            return "approved"
        return "waiting" if open_question(study) else "refused"


class StudyIn(serializers.Serializer):
    """What a study states."""

    name = serializers.CharField(max_length=120)
    purpose = serializers.CharField(max_length=2000)
    setting = serializers.ChoiceField(Study.Setting.choices)
    contact = serializers.CharField(max_length=200)
    legal_ground = serializers.ChoiceField(Study.LegalGround.choices, default=Study.LegalGround.CONSENT)
    capture_mode = serializers.ChoiceField(Study.CaptureMode.choices, default=Study.CaptureMode.READINGS)
    exemption = serializers.ChoiceField(Study.Exemption.choices, default=Study.Exemption.NONE, allow_blank=True)
    exemption_reason = serializers.CharField(default="", allow_blank=True, max_length=2000)
    prior = serializers.ListField(
        child=serializers.FloatField(min_value=0, max_value=1),
        default=list,
        max_length=len(EMOTIONS),
        help_text="The share of each expression that is expected in new sessions, in the order of the scores, "
        "summing to 1; empty: as the model assumes.",
    )
    languages = serializers.ListField(child=serializers.ChoiceField(settings.LANGUAGES), default=["en"], min_length=1)


class ApprovalOut(serializers.ModelSerializer):
    """A question to the admins, and its answer."""

    study = StudyDetailOut()

    class Meta:
        model = StudyApproval
        fields = ("id", "study", "asked_at", "decided_at", "is_approved", "note", "expires_at")


class DecisionIn(serializers.Serializer):
    """An admin's answer."""

    is_approved = serializers.BooleanField()
    note = serializers.CharField(default="", allow_blank=True, max_length=2000, help_text="Needed for a refusal.")
