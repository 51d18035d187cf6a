"""The JSON of segments, sets of marks, figures within stretches, and faces."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webplatform.common.rest.serializing import LightSerializer
from webplatform.history.faces import everybody_in
from webplatform.history.mark_files import UNITS
from webplatform.history.models import FaceEdit, Segment, Session
from webplatform.history.queries import MAX_MS
from webplatform.history.serializers import (
    EMOTION_CHOICES,
    CorrectionOut,
    MarkerIn,
    SessionDetailOut,
    TotalsOut,
)
from webplatform.history.stretches import KINDS


class MarkerChangeIn(MarkerIn):
    """Another moment or text of a note; what is not sent stays."""

    t_ms = serializers.IntegerField(required=False, min_value=0, max_value=MAX_MS)
    text = serializers.CharField(required=False, max_length=120)


class SegmentIn(serializers.Serializer):
    """A stretch of a session; `to_ms` is not part of it."""

    from_ms = serializers.IntegerField(min_value=0, max_value=MAX_MS)
    to_ms = serializers.IntegerField(min_value=0, max_value=MAX_MS)
    kind = serializers.ChoiceField(Segment.Kind.choices, default=Segment.Kind.SEGMENT.value)
    label = serializers.CharField(max_length=80, allow_blank=True, default="")
    reason = serializers.CharField(max_length=200, allow_blank=True, default="", help_text="Why it is left out.")


class SegmentOut(SegmentIn):
    id = serializers.IntegerField()


class MarksFileIn(serializers.Serializer):
    """Markers and segments as CSV: from, to, text, kind, reason."""

    file = serializers.FileField(help_text="UTF-8; comma, semicolon or tab.")
    unit = serializers.ChoiceField(UNITS, default="s", help_text="What a bare number counts.")


class MarksApplyIn(serializers.Serializer):
    """To which sessions this one's markers and segments are applied."""

    sessions = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=500)
    is_replacing = serializers.BooleanField(default=False, help_text="What else they carry goes.")
    is_whole = serializers.BooleanField(default=False, help_text="Excluded stretches and the baseline, too.")
    is_dry = serializers.BooleanField(default=False, help_text="Only tell what would change.")


class PlanOut(serializers.Serializer):
    session = serializers.UUIDField(source="session.pk")
    added = serializers.SerializerMethodField()
    known = serializers.IntegerField(help_text="Were there already.")
    outside = serializers.IntegerField(help_text="Lie after the session's end; left out.")
    removed = serializers.IntegerField()

    @extend_schema_field(serializers.IntegerField())
    def get_added(self, plan: Any) -> int:  # a Plan; the schema's generator passes others, too
        return len(plan.new)


class CountedOut(TotalsOut):
    corrected = serializers.IntegerField(help_text="Readings with a correction; it counts as their verdict.")


class StretchFiguresOut(CountedOut):
    """What one person showed within one stretch; `person` is empty where nobody was seen."""

    kind = serializers.ChoiceField(KINDS, help_text="between: from marker to marker.")
    label = serializers.CharField()
    from_ms = serializers.IntegerField()
    to_ms = serializers.IntegerField()
    person = serializers.CharField()
    name = serializers.CharField()


class PersonTotalsOut(CountedOut):
    key = serializers.CharField()
    first_ms = serializers.IntegerField(allow_null=True)
    last_ms = serializers.IntegerField(allow_null=True)


class RevisedOut(CountedOut):
    """What a session adds up to after corrections, exclusions and changes of faces."""

    dominant = serializers.ChoiceField(EMOTION_CHOICES, allow_null=True)
    step_ms = serializers.IntegerField()
    people = PersonTotalsOut(many=True)


class PieceOut(LightSerializer):
    """A track, or a part of one; null: from its start, to its end."""

    number = serializers.IntegerField(help_text="Of the track.")
    from_ms = serializers.IntegerField(allow_null=True)
    to_ms = serializers.IntegerField(allow_null=True)


class FaceOut(LightSerializer):
    """Somebody in the picture: one or more tracks, or parts of them."""

    key = serializers.CharField()
    name = serializers.CharField()
    colour = serializers.CharField()
    participant = serializers.UUIDField(source="participant_id", allow_null=True)
    dropped = serializers.BooleanField(help_text="Counts in no figure.")
    is_glimpse = serializers.BooleanField()
    tracks = PieceOut(many=True)


class FaceEditIn(serializers.Serializer):
    """One change of who is who; which other fields are asked depends on the kind."""

    kind = serializers.ChoiceField(FaceEdit.Kind.choices)
    face = serializers.CharField(max_length=40, help_text="A person's key.")
    into = serializers.CharField(max_length=40, required=False, help_text="merge: the key of the other person.")
    text = serializers.CharField(max_length=60, required=False, allow_blank=True, help_text="name, colour")
    at_ms = serializers.IntegerField(required=False, min_value=0, max_value=MAX_MS, help_text="split")
    participant = serializers.UUIDField(required=False, allow_null=True, help_text="assign; null: nobody")


class FaceEditOut(FaceEditIn):
    id = serializers.IntegerField()
    participant = serializers.UUIDField(source="participant_id", allow_null=True)
    at_ms = serializers.IntegerField(allow_null=True)


class MarkedSessionOut(SessionDetailOut):
    """A session with all that people said of it: stretches, corrections, who is who, and what counts then."""

    segments = SegmentOut(many=True)
    corrections = serializers.SerializerMethodField()
    people = serializers.SerializerMethodField(help_text="Dropped ones and glimpses, too.")
    revised = serializers.SerializerMethodField(help_text="Null: nothing was changed, the summary counts.")

    @extend_schema_field(CorrectionOut(many=True))
    def get_corrections(self, session: Session) -> list[dict[str, Any]]:
        return CorrectionOut.lines(session.corrections.select_related("track"))

    @extend_schema_field(FaceOut(many=True))
    def get_people(self, session: Session) -> list[dict[str, Any]]:
        return FaceOut.lines(everybody_in(session))

    @extend_schema_field(RevisedOut(allow_null=True))
    def get_revised(self, session: Session) -> dict[str, Any] | None:
        return session.revised or None
