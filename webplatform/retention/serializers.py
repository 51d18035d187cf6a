"""The REST forms of retention, exports and erasures."""

from __future__ import annotations

from django.urls import reverse
from rest_framework import serializers

from webplatform.retention.models import DataExport, Receipt
from webplatform.studies.retention_policy import MOST_DAYS


class PolicyIn(serializers.Serializer):
    """The days that a study shall keep things."""

    media_days = serializers.IntegerField(
        default=0, min_value=0, max_value=MOST_DAYS, help_text="Not looked at in a study that keeps no video."
    )
    observation_days = serializers.IntegerField(min_value=0, max_value=MOST_DAYS)
    rest_days = serializers.IntegerField(min_value=0, max_value=MOST_DAYS)
    bin_days = serializers.IntegerField(
        default=None,
        allow_null=True,
        min_value=0,
        max_value=MOST_DAYS,
        help_text="How long a deleted session can be restored; 0: not at all. Left out: as before.",
    )
    is_confirmed = serializers.BooleanField(
        default=False, help_text="Needed where something would go at once; the refusal (409) says how much."
    )


class PolicyOut(serializers.Serializer):
    """The days that a study keeps things, and how many of what goes within a week."""

    media_days = serializers.IntegerField(help_text="0: as soon as it was analysed.")
    observation_days = serializers.IntegerField()
    rest_days = serializers.IntegerField()
    bin_days = serializers.IntegerField(help_text="From a session's deletion until it is gone for good; 0: at once.")
    most_days = serializers.IntegerField(help_text="The platform's ceiling.")
    goes_within_a_week = serializers.DictField(child=serializers.IntegerField())


class ReceiptOut(serializers.ModelSerializer):
    """What was removed, when and by which rule; counts and ids only."""

    class Meta:
        model = Receipt
        fields = ("id", "kind", "study_id", "policy", "counts", "begun_at", "finished_at")


class ExportOut(serializers.ModelSerializer):
    """A copy of what is held of a person."""

    url = serializers.SerializerMethodField(help_text="Where the file is, once the state is done.")

    class Meta:
        model = DataExport
        fields = ("id", "state", "language", "size_bytes", "asked_at", "finished_at", "expires_at", "url")

    def get_url(self, export: DataExport) -> str | None:
        if not export.is_ready:
            return None
        name = "api-own-export-file" if export.participant_id else "api-export-file"
        return reverse(name, args=[export.pk])


class OwnWordIn(serializers.Serializer):
    """Proof of who asks: the password, or the e-mail address of an account without one."""

    password = serializers.CharField(max_length=200)
