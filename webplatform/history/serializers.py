"""The JSON that the REST API answers and accepts for sessions; every field is written out."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inference import EMOTIONS
from webplatform.common.rest.serializing import LightSerializer, told_time
from webplatform.history.models import EMOTION_CHOICES, REASON_CHOICES, Observation, Session
from webplatform.history.queries import MAX_MS, session_variables
from webplatform.history.reference_fields import MetadataField
from webplatform.history.retention_deadlines import Deadlines, deadlines_of

DIGITS = 4
VALUES = {"type": "object", "additionalProperties": {"oneOf": [{"type": "string"}, {"type": "number"}]}}


class RangeIn(serializers.Serializer):
    """A part of a session: from a moment up to, not including, another; of all tracks or one."""

    from_ms = serializers.IntegerField(required=False, min_value=0, max_value=MAX_MS)
    to_ms = serializers.IntegerField(required=False, min_value=0, max_value=MAX_MS)
    track = serializers.IntegerField(required=False, min_value=1, max_value=MAX_MS)


class StudyOut(LightSerializer):
    """A study, by name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class WhoOut(LightSerializer):
    """A participant, by pseudonym."""

    id = serializers.UUIDField()
    pseudonym = serializers.CharField()


class BorneOut(LightSerializer):
    """A condition, by name."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class FilmOut(LightSerializer):
    """The film that was shown."""

    id = serializers.UUIDField(source="stimulus.id")
    title = serializers.CharField(source="stimulus.title")
    position = serializers.IntegerField(
        source="stimulus_position", allow_null=True, help_text="In the participant's order; 1 for the first."
    )


class ModelOut(LightSerializer):
    """The model that read a session; the digest is the SHA-256 of its list of checksums."""

    name = serializers.CharField()
    version = serializers.CharField()
    digest = serializers.CharField()


class MarkerIn(serializers.Serializer):
    """A note at one moment of a session."""

    t_ms = serializers.IntegerField(min_value=0, max_value=MAX_MS)
    text = serializers.CharField(max_length=120)


class MarkerOut(MarkerIn):
    id = serializers.IntegerField()


class CorrectionIn(serializers.Serializer):
    """What a face really showed, from one moment to another."""

    track = serializers.IntegerField(min_value=1, max_value=MAX_MS)
    from_ms = serializers.IntegerField(min_value=0, max_value=MAX_MS)
    to_ms = serializers.IntegerField(min_value=0, max_value=MAX_MS)
    emotion = serializers.ChoiceField(EMOTION_CHOICES)

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        if sent["to_ms"] < sent["from_ms"]:
            raise serializers.ValidationError({"to_ms": "The stretch must end after it starts."})
        return sent


class CorrectionOut(LightSerializer):
    """What a face really showed, as a member of the study said."""

    id = serializers.IntegerField()
    track = serializers.IntegerField(source="track.number")
    from_ms = serializers.IntegerField()
    to_ms = serializers.IntegerField()
    emotion = serializers.ChoiceField(EMOTION_CHOICES)


class FramesOut(LightSerializer):
    """decoded = skipped + sampled; sampled = no_face + unscored + scored."""

    decoded = serializers.IntegerField(source="frames_decoded")
    damaged = serializers.IntegerField(source="frames_damaged", help_text="Could not be decoded; in no other count.")
    skipped = serializers.IntegerField(source="frames_skipped")
    sampled = serializers.IntegerField(source="frames_sampled")
    no_face = serializers.IntegerField(source="frames_without_face")
    unscored = serializers.IntegerField(source="frames_unscored")
    scored = serializers.IntegerField(source="frames_scored")


class TotalsOut(serializers.Serializer):
    """Counts of faces in frames, and what the scored ones say; mean and share are empty where none was scored."""

    observations = serializers.IntegerField()
    scored = serializers.IntegerField()
    not_sure = serializers.IntegerField(help_text="Scored, but without a verdict.")
    not_sure_share = serializers.FloatField(allow_null=True)
    unscored = serializers.DictField(child=serializers.IntegerField(), help_text="Faces by the reason.")
    mean = serializers.DictField(child=serializers.FloatField(), help_text="Mean score by emotion.")
    share = serializers.DictField(child=serializers.FloatField(), help_text="Share of scored time by emotion.")


class PictureTrackOut(serializers.Serializer):
    """Which of a file's moving pictures was read; a browser may show another one of several."""

    number = serializers.IntegerField()
    count = serializers.IntegerField(help_text="How many moving pictures the file has.")
    codec = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    title = serializers.CharField()
    language = serializers.CharField()


class GlimpsesOut(serializers.Serializer):
    """Tracks too short or too seldom read surely to count as people; they are in no total."""

    tracks = serializers.IntegerField()
    observations = serializers.IntegerField()
    scored = serializers.IntegerField()
    not_sure = serializers.IntegerField()
    unscored = serializers.DictField(child=serializers.IntegerField(), help_text="Faces by the reason.")


class SummaryOut(TotalsOut):
    """What the people of a session showed, added up."""

    glimpses = GlimpsesOut()
    dominant = serializers.ChoiceField(EMOTION_CHOICES, allow_null=True)
    step_ms = serializers.IntegerField(help_text="How long one observation stands for.")


class StretchOut(serializers.Serializer):
    emotion = serializers.ChoiceField(EMOTION_CHOICES)
    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField()


class TrackOut(TotalsOut):
    number = serializers.IntegerField()
    is_glimpse = serializers.BooleanField(help_text="Too short, or too seldom read surely, to count as a person.")
    first_ms = serializers.IntegerField()
    last_ms = serializers.IntegerField()
    longest = StretchOut(many=True, help_text="The longest unbroken stretch of each emotion that was shown.")


class SessionOut(LightSerializer):
    """A session as lists show it."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    source = serializers.ChoiceField(Session.Source.choices)
    state = serializers.ChoiceField(Session.State.choices)
    external_id = serializers.CharField(help_text="What a program calls it; empty: nothing.")
    metadata = MetadataField(read_only=True)
    study = StudyOut()
    participant = WhoOut(allow_null=True, help_text="Null: whoever recorded is in it.")
    condition = BorneOut(allow_null=True)
    stimulus = serializers.SerializerMethodField(help_text="The film that was shown; null for none.")
    variables = serializers.SerializerMethodField(help_text="What the study's variables are of the participant.")
    created_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    every_ms = serializers.IntegerField()
    duration_ms = serializers.IntegerField(allow_null=True)
    frame_width = serializers.IntegerField(allow_null=True)
    frame_height = serializers.IntegerField(allow_null=True)
    is_partial = serializers.BooleanField()
    missing_ms = serializers.IntegerField(help_text="Time without a picture that the file should have had.")
    missing = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2),
        help_text="The longest such stretches: from and to, in ms.",
    )
    picture_track = serializers.SerializerMethodField(help_text="Null for a webcam, and until the session is closed.")
    model = ModelOut(source="model_version", allow_null=True)
    prior = serializers.ListField(
        child=serializers.FloatField(),
        help_text="Expected share of each expression, in the order of the scores; empty: as the model assumes.",
    )
    repeats = serializers.UUIDField(source="repeats_id", allow_null=True, help_text="Whose video it reads again.")
    frames = FramesOut(source="*")
    readings_removed_at = serializers.DateTimeField(allow_null=True, help_text="When the readings' time was over.")
    readings_go_at = serializers.SerializerMethodField(help_text="Null once they are gone.")
    session_goes_at = serializers.SerializerMethodField(help_text="When nothing is left of it.")
    live_statistics = serializers.DictField(help_text="How a webcam's frames fared; empty for an upload.")
    unscored_reasons = serializers.SerializerMethodField(help_text="Faces that were not scored, by the reason.")
    summary = serializers.SerializerMethodField(help_text="Over all people; null until the session is closed.")

    @extend_schema_field(FilmOut(allow_null=True))
    def get_stimulus(self, session: Session) -> dict[str, Any] | None:
        return FilmOut.line(session) if session.stimulus_id else None

    @extend_schema_field(VALUES)
    def get_variables(self, session: Session) -> dict[str, str | float]:
        return session_variables(session)

    @extend_schema_field(PictureTrackOut(allow_null=True))
    def get_picture_track(self, session: Session) -> dict[str, Any] | None:
        return session.picture_track or None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_readings_go_at(self, session: Session) -> str | None:
        return _moment(_deadlines(session).readings_at)

    @extend_schema_field(serializers.DateTimeField())
    def get_session_goes_at(self, session: Session) -> str | None:
        return _moment(_deadlines(session).session_at)

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_unscored_reasons(self, session: Session) -> dict[str, int]:
        totals = _totals(session)
        counts = Counter(totals.get("unscored", {}))
        counts.update(totals.get("glimpses", {}).get("unscored", {}))
        return dict(counts)

    @extend_schema_field(SummaryOut(allow_null=True))
    def get_summary(self, session: Session) -> dict[str, Any] | None:
        return {key: value for key, value in _totals(session).items() if key != "tracks"} or None


def _totals(session: Session) -> dict[str, Any]:
    """The summary, which a list reads without its tracks."""
    return session.totals if hasattr(session, "totals") else session.summary


def _moment(moment: datetime | None) -> str | None:
    """A time as the other fields write theirs, also where no renderer comes after."""
    return moment and told_time(moment)


def _deadlines(session: Session) -> Deadlines:
    """Those of the row as it was read: two members tell them."""
    if not hasattr(session, "cached_deadlines"):
        session.cached_deadlines = deadlines_of(session, has_media=False)
    return session.cached_deadlines


class SessionDetailOut(SessionOut):
    """A session with its markers and what each of its tracks adds up to; no tracks until it is closed."""

    markers = MarkerOut(many=True)
    tracks = serializers.SerializerMethodField()

    @extend_schema_field(TrackOut(many=True))
    def get_tracks(self, session: Session) -> list[dict[str, Any]]:
        return session.summary.get("tracks", [])


class ObservationOut(LightSerializer):
    """A face in a sampled frame."""

    t_ms = serializers.IntegerField()
    track = serializers.IntegerField(source="number")
    box = serializers.SerializerMethodField(help_text="x, y, width, height in pixels of the frame.")
    frame_width = serializers.IntegerField(help_text="Of the frame that this box lies in, px; it may change midway.")
    frame_height = serializers.IntegerField()
    scores = serializers.SerializerMethodField(help_text="Probability by emotion; null where the face was not scored.")
    dominant = serializers.ChoiceField(EMOTION_CHOICES, allow_null=True)
    reason = serializers.ChoiceField(REASON_CHOICES, allow_null=True)

    @extend_schema_field(serializers.ListField(child=serializers.FloatField(), min_length=4, max_length=4))
    def get_box(self, row: Observation) -> list[float]:
        return [round(value, 1) for value in (row.x, row.y, row.w, row.h)]

    @extend_schema_field(serializers.DictField(child=serializers.FloatField(), allow_null=True))
    def get_scores(self, row: Observation) -> dict[str, float] | None:
        if row.angry is None:
            return None
        return {str(emotion): round(getattr(row, emotion), DIGITS) for emotion in EMOTIONS}
