"""What a session's page says: its frame accounting, its faces, and the data that the page's scripts start from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from inference import EMOTIONS, Emotion, Reason
from webplatform.accounts.models import User
from webplatform.analysis.models import AnalysisJob, MediaFile, PlaybackCopy, recording_of
from webplatform.history.emotion_shares import EmotionShare, shares_of
from webplatform.history.marks import Somebody, chart_marks
from webplatform.history.models import Correction, Session
from webplatform.history.queries import sessions_of
from webplatform.history.words import EMOTION_NAMES, REASON_NAMES, moment

OPEN_FACES = 3  # the others are a click away: a crowd must not load a hundred charts at once
NO_COUNTS: dict[str, Any] = {"unscored": {}, "observations": 0, "scored": 0, "not_sure": 0}
EMPTY_SUMMARY: dict[str, Any] = {"tracks": [], "glimpses": {"tracks": 0, **NO_COUNTS}, **NO_COUNTS}


@dataclass(frozen=True, slots=True)
class Counted:
    """A word and how often it applies."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class EmotionLine:
    """What one face showed of one expression, in percent: of the scored time, and as the mean score."""

    key: str
    name: str
    share: float
    mean: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """An unbroken time in which one expression prevailed."""

    key: str
    name: str
    start_ms: int
    end_ms: int

    @property
    def start(self) -> str:
        return moment(self.start_ms)

    @property
    def end(self) -> str:
        return moment(self.end_ms)

    @property
    def seconds(self) -> float:
        return (self.end_ms - self.start_ms) / 1000


@dataclass(frozen=True, slots=True)
class Face:
    """One track as the page tells it."""

    number: int
    first_ms: int
    last_ms: int
    observations: int
    scored: int
    not_sure: int
    not_sure_share: float
    unscored: list[Counted]
    lines: list[EmotionLine]
    shares: list[EmotionShare]
    longest: list[Stretch]
    is_open: bool
    is_glimpse: bool
    who: str = ""  # what people call them

    @property
    def first(self) -> str:
        return moment(self.first_ms)

    @property
    def last(self) -> str:
        return moment(self.last_ms)

    @property
    def first_s(self) -> str:
        """For a form: a number that every language reads."""
        return f"{self.first_ms / 1000:g}"

    @property
    def last_s(self) -> str:
        return f"{self.last_ms / 1000:g}"

    @property
    def mostly(self) -> EmotionShare | None:
        """The expression shown longest; nothing is said of a glimpse."""
        return None if self.is_glimpse else max(self.shares, key=lambda share: share.percent, default=None)


@dataclass(frozen=True, slots=True)
class Accounting:
    """Faces in the frames that were looked at; found = unscored + scored, and scored = sure + not sure."""

    found: int
    scored: int
    not_sure: int
    reasons: list[Counted]
    glimpsed: int

    @property
    def unscored(self) -> int:
        return self.found - self.scored

    @property
    def sure(self) -> int:
        return self.scored - self.not_sure


def session_for_page(user: User) -> QuerySet[Session]:
    """The user's sessions with all that the page of one of them needs."""
    sessions = sessions_of(user).select_related(
        "study", "model_version", "job", "media__playback", "created_by", "consent", "repeats__media__playback"
    )
    return sessions.prefetch_related("markers", "segments", "face_edits", "corrections__track")


def accounting_of(session: Session) -> Accounting:
    """How the faces that were found are divided, glimpses included: every frame and face is accounted for."""
    summary = EMPTY_SUMMARY | session.summary
    people, glimpses = summary, summary["glimpses"]
    observations, scored, not_sure = (people[key] + glimpses[key] for key in ("observations", "scored", "not_sure"))
    unscored = Counter(people["unscored"]) + Counter(glimpses["unscored"])
    return Accounting(observations, scored, not_sure, _reasons(unscored), glimpses["observations"])


def gaps_of(session: Session) -> list[tuple[str, str]]:
    """The longest stretches without a picture that should have one: from and to."""
    return [(moment(start_ms), moment(end_ms)) for start_ms, end_ms in session.missing]


def faces_of(session: Session, everybody: Iterable[Somebody] = ()) -> list[Face]:
    """Every face that was followed, by its number; those seen longest are open. `everybody` says who they are."""
    titles: dict[int, list[str]] = {}
    for one in everybody:
        for piece in one.person.tracks if one.person.name or one.participant else ():
            titles.setdefault(piece.number, []).append(one.title)
    tracks = (EMPTY_SUMMARY | session.summary)["tracks"]
    people = [track for track in tracks if not track["is_glimpse"]]
    longest_seen = sorted(people, key=lambda track: -track["observations"])[:OPEN_FACES]
    opened = {track["number"] for track in longest_seen}
    faces = [_face(track, is_open=track["number"] in opened) for track in tracks]
    return [replace(face, who=", ".join(titles.get(face.number, []))) for face in faces]


def media_of(session: Session) -> MediaFile | None:
    """The session's video, or that of the session whose video it reads again."""
    return getattr(recording_of(session), "media", None)


def page_data(session: Session) -> dict[str, Any]:
    """What the page's scripts start from."""
    media = media_of(session)
    job: AnalysisJob | None = getattr(session, "job", None)
    return {
        "id": str(session.pk),
        "state": session.state,
        "job": {"id": str(job.pk), "status": job.state} if job else None,
        "durationMs": _duration_ms(session),
        "stepMs": session.summary.get("step_ms", session.every_ms),
        "everyMs": session.every_ms,
        "frame": [session.frame_width, session.frame_height],
        "media": {"url": _media_url(media), "name": media.original_name} if media else None,
        "markers": [{"tMs": marker.t_ms, "text": marker.text} for marker in session.markers.all()],
        **chart_marks(session),
        "emotions": [{"key": str(emotion), "name": str(EMOTION_NAMES[emotion])} for emotion in EMOTIONS],
        "reasons": {str(reason): str(name) for reason, name in REASON_NAMES.items()},
    }


def copy_of(session: Session) -> PlaybackCopy | None:
    """The copy for playing of the session's video, made or being made, where browsers do not play the video."""
    return getattr(media_of(session), "playback", None)


def _media_url(media: MediaFile) -> str:
    copy = getattr(media, "playback", None)
    return reverse("analysis:playback" if copy and copy.is_ready else "analysis:media", args=[media.session_id])


def corrections_of(session: Session) -> list[Correction]:
    """What people said that faces really showed, each with the expression's `name`."""
    corrections = list(session.corrections.all())
    for correction in corrections:
        correction.name = EMOTION_NAMES[Emotion(correction.emotion)]
    return corrections


def live_lines_of(session: Session) -> list[tuple[str, str]]:
    """How a webcam's frames fared, as (what, how much); empty for an upload."""
    statistics = session.live_statistics
    if not statistics:
        return []
    dropped = [
        (_("not read: %(reason)s") % {"reason": reason}, count) for reason, count in statistics["dropped"].items()
    ]
    counts = [(_("sent by the browser"), statistics["sent"]), (_("answered"), statistics["answered"]), *dropped]
    lines = [(name, intcomma(count)) for name, count in counts]
    if statistics["resumed"]:
        lines.append((_("connections taken up again"), intcomma(statistics["resumed"])))
    times = [(_("from capture to answer"), "round_trip_ms"), (_("of it on the server"), "server_ms")]
    return lines + [(name, _delays(statistics[key])) for name, key in times if statistics[key]["n"]]


def _delays(times: dict[str, Any]) -> str:
    """The middle one and the slow ones of some delays."""
    values = {name: round(times[name]) for name in ("p50", "p95", "p99")}
    return _("%(p50)d ms; 95 %% within %(p95)d ms, 99 %% within %(p99)d ms") % values


def _duration_ms(session: Session) -> int:
    """A source may say that it lasts no time, or less than it was seen to: what was seen counts."""
    last_ms = max((track["last_ms"] for track in session.summary.get("tracks", [])), default=0)
    return max(session.duration_ms or 0, last_ms + session.every_ms)


def _face(track: dict[str, Any], *, is_open: bool) -> Face:
    return Face(
        number=track["number"],
        first_ms=track["first_ms"],
        last_ms=track["last_ms"],
        observations=track["observations"],
        scored=track["scored"],
        not_sure=track["not_sure"],
        not_sure_share=_percent(track["not_sure_share"]),
        unscored=_reasons(track["unscored"]),
        lines=[_line(track, str(emotion)) for emotion in EMOTIONS] if track["scored"] else [],
        shares=shares_of(track),
        longest=[_stretch(stretch) for stretch in track["longest"]],
        is_open=is_open,
        is_glimpse=track["is_glimpse"],
    )


def _line(track: dict[str, Any], key: str) -> EmotionLine:
    share, mean = track["share"].get(key), track["mean"].get(key)
    return EmotionLine(key, str(EMOTION_NAMES[key]), _percent(share), _percent(mean))


def _stretch(stretch: dict[str, Any]) -> Stretch:
    key = stretch["emotion"]
    return Stretch(key, str(EMOTION_NAMES[key]), stretch["start_ms"], stretch["end_ms"])


def _reasons(counts: dict[str, int]) -> list[Counted]:
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    return [Counted(str(REASON_NAMES[Reason(reason)]), count) for reason, count in ordered]


def _percent(share: float | None) -> float:
    return round(100 * (share or 0), 1)
