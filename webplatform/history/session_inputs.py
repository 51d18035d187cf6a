"""What programs and pages ask of sessions: which ones a list shows, and what changes in one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from webplatform.history.models import Session
from webplatform.history.queries import MAX_MS
from webplatform.history.reference_fields import ExternalIdField, MetadataField
from webplatform.history.selection import Selection, Sort


class SessionFilterIn(serializers.Serializer):
    """How a list of sessions is narrowed and ordered."""

    q = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text="Part of the title, external id, pseudonym, study's or condition's name, or of a variable's value.",
    )
    state = serializers.ChoiceField(Session.State.choices, required=False, allow_blank=True)
    source = serializers.ChoiceField(Session.Source.choices, required=False, allow_blank=True)
    study = serializers.UUIDField(required=False)
    participant = serializers.UUIDField(required=False)
    condition = serializers.RegexField(r"^([0-9]{1,9}|none)$", required=False, help_text="Its id, or `none`.")
    external_id = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="Exactly this one; `q` finds parts."
    )
    by = serializers.IntegerField(required=False, min_value=1, max_value=MAX_MS, help_text="Whose account recorded.")
    model = serializers.IntegerField(required=False, min_value=1, max_value=MAX_MS, help_text="A model version's id.")
    since = serializers.DateField(required=False, help_text="The first day of recording.")
    until = serializers.DateField(required=False, help_text="The last day of recording.")
    sort = serializers.ChoiceField(Sort.choices, required=False, default=Sort.NEWEST)


def selection_of(sent: Mapping[str, Any]) -> Selection:
    """What a page's address asks for; what makes no sense there narrows nothing."""
    filters = {name: value for name, value in sent.items() if value}
    query = SessionFilterIn(data=filters)
    if not query.is_valid():
        query = SessionFilterIn(data={name: value for name, value in filters.items() if name not in query.errors})
        query.is_valid(raise_exception=True)
    return Selection(**query.validated_data)


class DeletionIn(serializers.Serializer):
    """How a session is deleted."""

    for_good = serializers.BooleanField(required=False, default=False, help_text="Erase it at once, past the bin.")


class SessionIn(serializers.Serializer):
    """What a user may change in a session; what is left out stays."""

    needs_one = True

    title = serializers.CharField(max_length=200, required=False)
    participant = serializers.UUIDField(
        required=False, help_text="Whose session it is from now on, in their study and on their consent."
    )
    condition = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=MAX_MS, help_text="One of its study's; null for none."
    )

    external_id = ExternalIdField(required=False)
    metadata = MetadataField(required=False)

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        if not sent:
            words = "Send a title, a participant, a condition, an external_id or metadata."
            raise serializers.ValidationError({"title": words})
        return sent
