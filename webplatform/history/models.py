"""The history that uploads and webcams write and every page reads: Session > Track > Observation."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from inference import Emotion, Reason
from webplatform.accounts.models import User
from webplatform.consent.models import ConsentRecord
from webplatform.history.annotations import FaceEdit as FaceEdit
from webplatform.history.annotations import LedgerLine as LedgerLine
from webplatform.history.annotations import Segment as Segment
from webplatform.modelhub.models import ModelVersion
from webplatform.studies.models import Condition, Participant, Stimulus, Study

EMOTION_CHOICES = [(emotion.value, emotion.value) for emotion in Emotion]
REASON_CHOICES = [(reason.value, reason.value) for reason in Reason]


class SessionQuerySet(models.QuerySet["Session"]):
    """Sessions as a user may reach them."""

    def for_user(self, user: User) -> SessionQuerySet:
        """The sessions of the studies that `user` is a member of."""
        return self.filter(study__memberships__user_id=user.pk)

    def binned(self) -> SessionQuerySet:
        """Those in the bin; begin at `everything`."""
        return self.filter(binned_at__isnull=False)


class SessionManager(models.Manager.from_queryset(SessionQuerySet)):
    """The sessions that are not in the bin; `study.sessions` and the like leave those out, too."""

    def get_queryset(self) -> SessionQuerySet:
        return super().get_queryset().filter(binned_at=None)


class Session(models.Model):
    """One continuous watching of faces: open -> closed, or open -> failed (-> open again by a retry).

    A deleted one lies in the bin (`binned_at`) until it is restored or its study's days for that are over. `objects`
    knows nothing of the bin, so that no list, figure or file shows what is in it; `everything` is for those who end,
    count or copy all that is held: erasure, withdrawal, purge, a person's own copy. Queries that come to sessions by
    a join ask for `session__binned_at=None` themselves.

    Frame accounting: frames_decoded = frames_sampled + skipped; frames_sampled = frames_without_face +
    frames_unscored (faces, none of them scored) + frames_scored.
    """

    class Source(models.TextChoices):
        UPLOAD = "upload", _("upload")
        WEBCAM = "webcam", _("webcam")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="sessions")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    # RESTRICT: a consent stays while a session rests on it, but goes with the study that both belong to.
    consent = models.ForeignKey(ConsentRecord, on_delete=models.RESTRICT, related_name="sessions")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, null=True, related_name="sessions")
    condition = models.ForeignKey(Condition, on_delete=models.SET_NULL, null=True, related_name="sessions")
    stimulus = models.ForeignKey(Stimulus, on_delete=models.SET_NULL, null=True, related_name="sessions")
    stimulus_position = models.PositiveSmallIntegerField(
        null=True, help_text=_("At which place the participant was shown the film: 1 for the first.")
    )
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, related_name="sessions")
    # CASCADE: what was read again of a recording goes with it.
    repeats = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        related_name="repetitions",
        help_text=_("Whose video it reads again."),
    )
    title = models.CharField(max_length=200)
    external_id = models.CharField(max_length=200, blank=True, help_text=_("What a program calls it; empty: nothing."))
    metadata = models.JSONField(default=dict, blank=True, help_text=_("A small JSON object that a program gave along."))
    source = models.CharField(max_length=10, choices=Source.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    every_ms = models.PositiveIntegerField(help_text=_("Time between two sampled frames, ms."))
    duration_ms = models.PositiveIntegerField(null=True)
    frame_width = models.PositiveIntegerField(null=True)
    frame_height = models.PositiveIntegerField(null=True)
    frames_decoded = models.PositiveIntegerField(default=0)
    frames_sampled = models.PositiveIntegerField(default=0)
    frames_without_face = models.PositiveIntegerField(default=0)
    frames_unscored = models.PositiveIntegerField(default=0)
    frames_scored = models.PositiveIntegerField(default=0)
    frames_damaged = models.PositiveIntegerField(default=0, help_text=_("Too damaged to be decoded; counted apart."))
    missing_ms = models.PositiveIntegerField(default=0, help_text=_("Time without a picture that should have one, ms."))
    missing = models.JSONField(default=list, help_text=_("The longest such stretches: [from, to] in ms."))
    prior = models.JSONField(
        default=list, help_text=_("The share of each expression that was expected; none: as the model assumes.")
    )
    picture_track = models.JSONField(default=dict, help_text=_("Which of the file's moving pictures was read."))
    is_partial = models.BooleanField(default=False, help_text=_("The source ended before it said it would."))
    people = models.PositiveIntegerField(default=0, help_text=_("Faces that count as persons; glimpses do not."))
    summary = models.JSONField(default=dict, help_text=_("What `history.summary` made of the readings on closing."))
    revised = models.JSONField(
        default=dict,
        help_text=_("The same after exclusions, corrections and face edits; empty: none."),
    )
    live_statistics = models.JSONField(default=dict, help_text=_("How a webcam's frames fared; empty for an upload."))
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    readings_removed_at = models.DateTimeField(null=True, help_text=_("When their time was over; none: they are here."))
    binned_at = models.DateTimeField(null=True, help_text=_("When it was moved to the bin; none: it is not there."))

    objects = SessionManager()
    everything = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["study", "-created_at"], name="session_newest_of_study")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    frames_sampled=models.F("frames_without_face")
                    + models.F("frames_unscored")
                    + models.F("frames_scored"),
                    frames_decoded__gte=models.F("frames_sampled"),
                ),
                name="session_frames_add_up",
            ),
            models.UniqueConstraint(
                fields=["repeats", "model_version"],
                condition=models.Q(repeats__isnull=False),
                name="session_read_once_by_a_model",
            ),
            models.UniqueConstraint(
                fields=["created_by", "external_id"],
                condition=~models.Q(external_id=""),
                name="session_external_id_once_per_account",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def folder(self) -> Path:
        """Where every file of this session lives; erasing the session erases the folder."""
        return Path(settings.MEDIA_ROOT) / str(self.pk)

    @property
    def frames_skipped(self) -> int:
        """Frames that were decoded or passed over but not looked at, because sampling did not ask for them."""
        return self.frames_decoded - self.frames_sampled


class FrameSize(models.Model):
    """The size of a session's frames from a moment on; there is a row only where it changes."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="frame_sizes", db_index=False)
    from_ms = models.PositiveIntegerField(help_text=_("The first frame of this size, ms from the session's start."))
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        ordering = ["from_ms"]
        constraints = [models.UniqueConstraint(fields=["session", "from_ms"], name="frame_size_once_per_moment")]

    def __str__(self) -> str:
        return f"{self.session_id} @{self.from_ms} ms: {self.width} x {self.height}"


class Track(models.Model):
    """One anonymous face followed through one session. A number, not an identity."""

    # No index of its own on a foreign key that begins a wider index: each one less makes the worker's inserts quicker.
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="tracks", db_index=False)
    number = models.PositiveIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="track_number_once_per_session")]

    def __str__(self) -> str:
        return f"{self.session_id} #{self.number}"


class Observation(models.Model):
    """One track at one moment: its box, and seven scores or the reason why there are none (or no verdict)."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="observations", db_index=False)
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="observations", db_index=False)
    t_ms = models.PositiveIntegerField(help_text=_("Time from the start of the session, ms."))
    x = models.FloatField()
    y = models.FloatField()
    w = models.FloatField()
    h = models.FloatField()
    angry = models.FloatField(null=True)
    disgust = models.FloatField(null=True)
    fear = models.FloatField(null=True)
    happy = models.FloatField(null=True)
    sad = models.FloatField(null=True)
    surprise = models.FloatField(null=True)
    neutral = models.FloatField(null=True)
    dominant = models.CharField(max_length=10, choices=EMOTION_CHOICES, null=True)  # noqa: DJ001  (null: no verdict)
    reason = models.CharField(max_length=20, choices=REASON_CHOICES, null=True)  # noqa: DJ001  (null: a plain reading)

    class Meta:
        ordering = ["t_ms", "id"]
        indexes = [models.Index(fields=["session", "t_ms", "id"], name="observation_timeline")]
        constraints = [
            models.UniqueConstraint(fields=["track", "t_ms"], name="observation_once_per_moment"),
            models.CheckConstraint(
                condition=models.Q(angry=None, dominant=None, reason__isnull=False)
                | models.Q(angry__isnull=False, dominant__isnull=False, reason=None)
                | models.Q(angry__isnull=False, dominant=None, reason=Reason.LOW_CONFIDENCE.value),
                name="observation_verdict_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.track_id} @{self.t_ms} ms"


class SessionSeconds(models.Model):
    """A closed session's readings added up by face and second (see seconds.py); it goes with the readings."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, primary_key=True, related_name="seconds")
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.session_id} by second"


class Marker(models.Model):
    """What somebody noted at one moment of a session ("question 3 asked")."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="markers", db_index=False)
    t_ms = models.PositiveIntegerField(help_text=_("Time from the start of the session, ms."))
    text = models.CharField(max_length=120)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["t_ms", "id"]
        indexes = [models.Index(fields=["session", "t_ms"], name="marker_timeline")]

    def __str__(self) -> str:
        return f"{self.session_id} @{self.t_ms} ms: {self.text}"


class Correction(models.Model):
    """A user's word that a face showed another expression in a stretch of time: the seed of labels."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="corrections", db_index=False)
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="corrections")
    from_ms = models.PositiveIntegerField()
    to_ms = models.PositiveIntegerField(help_text=_("The last moment that is meant, ms."))
    emotion = models.CharField(max_length=10, choices=EMOTION_CHOICES)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["from_ms", "id"]
        indexes = [models.Index(fields=["session", "from_ms"], name="correction_timeline")]
        constraints = [
            models.CheckConstraint(condition=models.Q(to_ms__gte=models.F("from_ms")), name="correction_runs_forward")
        ]

    def __str__(self) -> str:
        return f"{self.session_id} #{self.track_id} {self.from_ms} to {self.to_ms} ms: {self.emotion}"
