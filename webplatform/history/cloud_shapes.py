"""A session in the formats of two cloud services, for programs that use them. Unknown values are left out.

Source: field names of Amazon Rekognition's GetFaceDetection and of Google Cloud Vision's images:annotate, as their
public references tell them; docs/api.md lists the fields.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any  # JSON

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from inference import EMOTIONS, Reason
from webplatform.common.errors import NotFound
from webplatform.history.models import Observation, Session
from webplatform.history.queries import observations_of

SALT = "cloud-page"
AMAZON_NAMES = {
    "angry": "ANGRY",
    "disgust": "DISGUSTED",
    "fear": "FEAR",
    "happy": "HAPPY",
    "sad": "SAD",
    "surprise": "SURPRISED",
    "neutral": "CALM",
}
AMAZON_STATES = {"open": "IN_PROGRESS", "closed": "SUCCEEDED", "failed": "FAILED"}
GOOGLE_NAMES = {
    "joyLikelihood": "happy",
    "sorrowLikelihood": "sad",
    "angerLikelihood": "angry",
    "surpriseLikelihood": "surprise",
}
# Own choice: the clouds do not say which probability their words stand for.
LIKELIHOODS = ((0.05, "VERY_UNLIKELY"), (0.25, "UNLIKELY"), (0.5, "POSSIBLE"), (0.8, "LIKELY"), (2.0, "VERY_LIKELY"))
UNKNOWN = "UNKNOWN"
DIGITS = 6


def as_rekognition(session: Session, *, most: int, token: str = "") -> dict[str, Any]:
    """At most so many faces behind the token, as GetFaceDetection answers.

    Raises Invalid where the token is none of this session's.
    """
    rows = list(_rows_after(session, token, "amazon").order_by("t_ms", "id")[: most + 1])
    metadata = {
        "DurationMillis": session.duration_ms,
        "FrameWidth": session.frame_width,
        "FrameHeight": session.frame_height,
        "Codec": session.picture_track.get("codec"),
    }
    answer: dict[str, Any] = {
        "JobId": str(session.pk),
        "JobStatus": AMAZON_STATES[session.state],
        "VideoMetadata": {name: value for name, value in metadata.items() if value is not None},
        "Faces": [{"Timestamp": row.t_ms, "Face": _amazon_face(row)} for row in rows[:most]],
    }
    if len(rows) > most:
        last = rows[most - 1]
        answer["NextToken"] = _token(session, "amazon", last.t_ms, last.pk)
    return answer


def as_google_vision(session: Session, *, most: int, token: str = "") -> dict[str, Any]:
    """At most so many frames with faces behind the token, each as images:annotate answers to one picture.

    Raises Invalid where the token is none of this session's.
    """
    waiting = _rows_after(session, token, "google")
    moments = list(waiting.order_by("t_ms").values_list("t_ms", flat=True).distinct()[: most + 1])
    rows = waiting.filter(t_ms__lte=moments[:most][-1]).order_by("t_ms", "id") if moments else waiting.none()
    frames = [(t_ms, list(observations)) for t_ms, observations in groupby(rows, key=lambda row: row.t_ms)]
    answer: dict[str, Any] = {
        "responses": [
            {
                "faceAnnotations": [_google_face(row) for row in observations],
                "context": {"uri": f"/api/v1/sessions/{session.pk}/#t={t_ms / 1000:.3f}"},
            }
            for t_ms, observations in frames
        ]
    }
    if len(moments) > most:
        answer["nextPageToken"] = _token(session, "google", moments[most - 1], 2**63 - 1)
    return answer


def likelihood(probability: float | None) -> str:
    """A probability as Google's word; UNKNOWN where the face was not scored."""
    if probability is None:
        return UNKNOWN
    return next(word for below, word in LIKELIHOODS if probability < below)


def _amazon_face(row: Observation) -> dict[str, Any]:
    width, height = row.frame_width or 1, row.frame_height or 1
    box = {"Left": row.x / width, "Top": row.y / height, "Width": row.w / width, "Height": row.h / height}
    face: dict[str, Any] = {"BoundingBox": {name: round(value, DIGITS) for name, value in box.items()}}
    if row.angry is not None:
        emotions = [(AMAZON_NAMES[emotion], getattr(row, emotion)) for emotion in EMOTIONS]
        ordered = sorted(emotions, key=lambda one: -one[1])
        face["Emotions"] = [{"Type": name, "Confidence": round(100 * score, DIGITS - 2)} for name, score in ordered]
    return face


def _google_face(row: Observation) -> dict[str, Any]:
    left, top, right, bottom = round(row.x), round(row.y), round(row.x + row.w), round(row.y + row.h)
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    poly = {"vertices": [{"x": x, "y": y} for x, y in corners]}
    words = {name: likelihood(getattr(row, emotion)) for name, emotion in GOOGLE_NAMES.items()}
    return {
        "boundingPoly": poly,
        "fdBoundingPoly": poly,
        **words,
        "blurredLikelihood": _quality(row, Reason.BLURRED),
        "underExposedLikelihood": _quality(row, Reason.TOO_DARK),
        "headwearLikelihood": UNKNOWN,
    }


def _quality(row: Observation, reason: Reason) -> str:
    """Whether the check of quality found this: what was scored has passed it, of other faces it is not known."""
    if row.reason == reason.value:
        return "LIKELY"
    return UNKNOWN if row.angry is None else "UNLIKELY"


def _rows_after(session: Session, token: str, cloud: str) -> QuerySet[Observation]:
    rows = observations_of(session)
    if not token:
        return rows
    try:
        of, kind, t_ms, pk = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NotFound(_("This is no page of this session."), field="token") from error
    if (of, kind) != (str(session.pk), cloud):
        raise NotFound(_("This is no page of this session."), field="token")
    return rows.filter(Q(t_ms__gt=t_ms) | Q(t_ms=t_ms, pk__gt=pk))


def _token(session: Session, cloud: str, t_ms: int, pk: int) -> str:
    return signing.dumps([str(session.pk), cloud, t_ms, pk], salt=SALT)
