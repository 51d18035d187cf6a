"""The JSON of a session's timeline: which one is asked for, and what it holds."""

from __future__ import annotations

from rest_framework import serializers

from webplatform.history.models import EMOTION_CHOICES
from webplatform.history.queries import MAX_MS
from webplatform.history.serializers import RangeIn


class TimelineIn(RangeIn):
    """Which timeline is asked for."""

    bucket_ms = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_MS,
        help_text="A second if not told, or so many that a thousand buckets hold all; whole seconds answer quickest.",
    )


class LaneOut(serializers.Serializer):
    """One track's buckets, those alone in which it was seen; the lists belong together by position."""

    number = serializers.IntegerField()
    t_ms = serializers.ListField(child=serializers.IntegerField(), help_text="Where each bucket starts.")
    n = serializers.ListField(child=serializers.IntegerField(), help_text="Observations in the bucket.")
    scored = serializers.ListField(child=serializers.IntegerField(), help_text="Of these, with scores.")
    scores = serializers.DictField(
        child=serializers.ListField(child=serializers.FloatField(allow_null=True)),
        help_text="Mean score by emotion; null where nothing was scored.",
    )
    dominant = serializers.ListField(child=serializers.ChoiceField(EMOTION_CHOICES, allow_null=True))


class TimelineOut(serializers.Serializer):
    bucket_ms = serializers.IntegerField()
    from_ms = serializers.IntegerField(help_text="Start of the first bucket.")
    to_ms = serializers.IntegerField(help_text="End of the last bucket.")
    tracks = LaneOut(many=True)
