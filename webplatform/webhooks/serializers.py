"""The REST forms of webhooks and their deliveries."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webplatform.webhooks.models import TEST, Delivery, Event, Webhook
from webplatform.webhooks.targets import MAX_URL

EVENT_CHOICES = [*Event.choices, (TEST, "test")]


@extend_schema_field({"type": "string", "maxLength": MAX_URL, "pattern": "^https?://[!-~]+$"})
class TargetField(serializers.CharField):
    """Where events are sent to; the service judges it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_URL, **options)


class WebhookIn(serializers.Serializer):
    """A new webhook."""

    name = serializers.CharField(max_length=80)
    url = TargetField(help_text="Begins with https://; of a public network.")
    events = serializers.ListField(child=serializers.ChoiceField(Event.choices), min_length=1, max_length=len(Event))
    study = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="Without one it hears of all that you recorded."
    )


class WebhookChangeIn(serializers.Serializer):
    """What changes; what is left out stays."""

    name = serializers.CharField(max_length=80, required=False)
    url = TargetField(required=False)
    events = serializers.ListField(
        child=serializers.ChoiceField(Event.choices), min_length=1, max_length=len(Event), required=False
    )
    is_on = serializers.BooleanField(required=False)


class WebhookOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(Event.choices))
    study = serializers.UUIDField(source="study_id", allow_null=True)
    is_on = serializers.BooleanField()
    off = serializers.ChoiceField(Webhook.Off.choices, allow_blank=True, help_text="Why it is off; empty: it is on.")
    failing_since = serializers.DateTimeField(allow_null=True, help_text="Null: the last try was a success.")
    created_at = serializers.DateTimeField()


class NewWebhookOut(WebhookOut):
    secret = serializers.CharField(help_text="What it signs with; told only this once.")


class SecretOut(serializers.Serializer):
    secret = serializers.CharField(help_text="What it signs with from now on; told only this once.")


class AttemptOut(serializers.Serializer):
    at = serializers.DateTimeField()
    status = serializers.IntegerField(allow_null=True, help_text="What the receiver answered; null: nothing.")
    problem = serializers.CharField(help_text="Why it was not delivered; empty: it was.")
    took_ms = serializers.IntegerField()


class DeliveryOut(serializers.Serializer):
    id = serializers.UUIDField()
    event = serializers.ChoiceField(EVENT_CHOICES)
    state = serializers.ChoiceField(Delivery.State.choices)
    payload = serializers.DictField(help_text="The body, as it is sent.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    next_at = serializers.SerializerMethodField(help_text="When it is tried next; null: never again.")
    replays = serializers.UUIDField(source="replays_id", allow_null=True, help_text="Which one it sends again.")
    attempts = AttemptOut(many=True)

    def get_next_at(self, delivery: Delivery) -> str | None:
        return None if delivery.is_over else serializers.DateTimeField().to_representation(delivery.next_at)
