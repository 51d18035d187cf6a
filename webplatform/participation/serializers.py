"""The REST forms of participants, their links, their requests and their consent."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webplatform.consent.consent_status import consent_status_of
from webplatform.consent.serializers import ScopesField
from webplatform.studies.models import Participant, ParticipantLink, ParticipantRequest
from webplatform.studies.participants import LINK_DAYS, MAX_LINK_DAYS
from webplatform.studies.queries import variables_of

VALUES = {"type": "object", "additionalProperties": {"oneOf": [{"type": "string"}, {"type": "number"}]}}


class ParticipantOut(serializers.ModelSerializer):
    """A participant as the study's members see them."""

    condition = serializers.IntegerField(
        source="condition_id", allow_null=True, help_text="What their sessions bear unless another one is chosen."
    )
    scopes = serializers.SerializerMethodField()
    variables = serializers.SerializerMethodField(help_text="What the study's variables are, by their names.")

    class Meta:
        model = Participant
        fields = ("id", "pseudonym", "language", "condition", "variables", "scopes", "created_at")

    @extend_schema_field(VALUES)
    def get_variables(self, participant: Participant) -> dict[str, str | float]:
        return variables_of(participant)

    def get_scopes(self, participant: Participant) -> list[str]:
        """What they agree to now; nothing where they have to be asked."""
        consent_status = consent_status_of(participant)
        return consent_status["scopes"] if consent_status["is_valid"] else []


class ParticipantIn(serializers.Serializer):
    """A new participant."""

    pseudonym = serializers.CharField(default="", allow_blank=True, max_length=40, help_text="Empty: one is made.")
    language = serializers.ChoiceField(settings.LANGUAGES, required=False, default="", allow_blank=True)
    variables = serializers.DictField(
        child=serializers.CharField(max_length=200, allow_blank=True, allow_null=True),
        required=False,
        default=dict,
        help_text="By the names of the study's variables.",
    )


class LineIn(ParticipantIn):
    """One of many new participants."""

    pseudonym = serializers.CharField(max_length=40)
    condition = serializers.CharField(default="", allow_blank=True, max_length=60, help_text="A condition's name.")


class ParticipantChangeIn(serializers.Serializer):
    """What changes of a participant."""

    pseudonym = serializers.CharField(required=False, max_length=40)
    variables = serializers.DictField(
        child=serializers.CharField(max_length=200, allow_blank=True, allow_null=True),
        required=False,
        help_text="By the names of the study's variables; an empty one is deleted.",
    )
    condition = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**31 - 1)


class ManyIn(serializers.Serializer):
    """Participants to be added together: all of them, or nobody."""

    participants = serializers.ListField(child=LineIn(), min_length=1, max_length=500)


class LinkIn(serializers.Serializer):
    """A new link."""

    days = serializers.IntegerField(default=LINK_DAYS, min_value=1, max_value=MAX_LINK_DAYS)


class LinkOut(serializers.ModelSerializer):
    """A link; `address` only in the answer to its making."""

    address = serializers.SerializerMethodField()

    class Meta:
        model = ParticipantLink
        fields = ("id", "created_at", "expires_at", "revoked_at", "last_used_at", "address")

    def get_address(self, link: ParticipantLink) -> str | None:
        return self.context.get("address")


class RequestOut(serializers.ModelSerializer):
    """What a participant asked, and the answer."""

    pseudonym = serializers.CharField(source="participant.pseudonym")

    class Meta:
        model = ParticipantRequest
        fields = ("id", "pseudonym", "kind", "text", "state", "asked_at", "due_at", "answered_at", "answer")


class RequestIn(serializers.Serializer):
    """What a participant asks."""

    kind = serializers.ChoiceField(ParticipantRequest.Kind.choices)
    text = serializers.CharField(default="", allow_blank=True, max_length=2000)


class AnswerIn(serializers.Serializer):
    """The owner's answer."""

    is_done = serializers.BooleanField()
    answer = serializers.CharField(max_length=2000)


class ConsentIn(serializers.Serializer):
    """What a participant agrees to."""

    language = serializers.ChoiceField(settings.LANGUAGES)
    scopes = ScopesField(min_length=1)
    by_guardian = serializers.BooleanField(default=False)
    hash = serializers.CharField(
        source="digest",
        required=False,
        max_length=64,
        help_text="Of the notice that was read; 409 where it is not the one now.",
    )


class WithdrawalIn(serializers.Serializer):
    """What a participant takes back."""

    scopes = ScopesField(default=["analyse"], min_length=1)


class NoticeOut(serializers.Serializer):
    """What a participant is told."""

    language = serializers.CharField()
    version = serializers.IntegerField()
    text = serializers.CharField()
    hash = serializers.CharField(help_text="SHA-256 of the text, hex.")


class HeldOut(serializers.Serializer):
    """One session of the participant."""

    session = serializers.UUIDField()
    source = serializers.CharField()
    state = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    duration_ms = serializers.IntegerField(allow_null=True)
    readings = serializers.IntegerField()
    has_media = serializers.BooleanField()
    deleted_at = serializers.DateTimeField(allow_null=True, help_text="When the study moved it to the bin.")
    gone_at = serializers.DateTimeField(allow_null=True, help_text="When it is gone for good; null: not deleted.")


class OwnPageOut(serializers.Serializer):
    """What a participant sees of themselves."""

    pseudonym = serializers.CharField()
    study = serializers.CharField()
    is_valid = serializers.BooleanField()
    is_asked_again = serializers.BooleanField()
    scopes = serializers.ListField(child=serializers.CharField())
    notice = NoticeOut()
    held = HeldOut(many=True)
    proofs = serializers.ListField(child=serializers.DictField())


def standing_data(consent_status: dict[str, Any]) -> dict[str, Any]:
    """The standing as plain JSON values."""
    return {name: consent_status[name] for name in ("is_valid", "is_asked_again", "scopes")}
