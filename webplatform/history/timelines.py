"""The timeline of a session: its faces in equal buckets of time, without the buckets in which a face is not seen."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _

from inference import EMOTIONS
from webplatform.common.errors import Invalid
from webplatform.history.models import Observation, Session
from webplatform.history.queries import DIGITS, MAX_MS
from webplatform.history.seconds import SECOND_MS, Cells, cells_of, seconds_of

USUAL_BUCKETS = 1000  # over the whole session, where nobody says how long a bucket is
NAMES = tuple(str(emotion) for emotion in EMOTIONS)


def timeline(
    *,
    session: Session,
    bucket_ms: int | None = None,
    from_ms: int | None = None,
    to_ms: int | None = None,
    track: int | None = None,
) -> dict[str, Any]:
    """The session's tracks in equal time buckets; a bucket in which a track was not seen is left out.

    Buckets start at multiples of `bucket_ms`, so a closer look never shifts them. A bucket's dominant emotion has
    the highest mean score; it is null where fewer than half of the bucket's scored readings were sure. Where no length
    is asked for a bucket is a second long, or so many that there are no more than USUAL_BUCKETS.

    Raises:
        Invalid: the bucket or the range makes no sense, or there would be too many buckets.
    """
    first_ms, end_ms = _range(session, from_ms, to_ms)
    if bucket_ms is None:
        bucket_ms = SECOND_MS * max(1, -(-(end_ms - first_ms) // (USUAL_BUCKETS * SECOND_MS)))
    if not 1 <= bucket_ms <= MAX_MS:
        raise Invalid(_("A bucket must be at least 1 ms long."), bucket_ms=bucket_ms)
    first = first_ms // bucket_ms
    end = max(first, -(-end_ms // bucket_ms))
    tracks = session.tracks.order_by("number").values_list("number", flat=True)
    numbers = list(tracks if track is None else tracks.filter(number=track))
    cells = _cells(session, bucket_ms, (first, end), track)
    bounds = np.searchsorted(cells.track, numbers), np.searchsorted(cells.track, numbers, side="right")
    lanes = [_lane(number, cells[start:stop], bucket_ms) for number, start, stop in zip(numbers, *bounds, strict=True)]
    return {"bucket_ms": bucket_ms, "from_ms": first * bucket_ms, "to_ms": end * bucket_ms, "tracks": lanes}


def _range(session: Session, from_ms: int | None, to_ms: int | None) -> tuple[int, int]:
    """From where to where, ms; the range's end is the end of the last bucket."""
    first_ms = from_ms or 0
    if to_ms is None:
        last_ms = Observation.objects.filter(session=session).aggregate(last=Max("t_ms"))["last"]
        to_ms = max(session.duration_ms or 0, -1 if last_ms is None else last_ms + 1, first_ms)
    if not 0 <= first_ms <= to_ms <= MAX_MS:
        raise Invalid(
            _("The range must start at 0 ms or later and end after its start."), from_ms=first_ms, to_ms=to_ms
        )
    return first_ms, to_ms


def _cells(session: Session, bucket_ms: int, steps: tuple[int, int], track: int | None) -> Cells:
    """The buckets from the kept seconds where they are made of whole ones, else from the readings."""
    first, end = steps
    most = settings.RAUT_TIMELINE_MOST_BUCKETS
    if session.state == Session.State.CLOSED and bucket_ms % SECOND_MS == 0:
        many = bucket_ms // SECOND_MS
        cells = seconds_of(session).between(first * many, end * many, track).joined(many)
    else:
        rows = Observation.objects.filter(session=session, t_ms__gte=first * bucket_ms, t_ms__lt=end * bucket_ms)
        rows = rows if track is None else rows.filter(track__number=track)
        cells = cells_of(session, rows, bucket_ms, most + 1)
    if len(cells) > most:
        _refuse(session, most, (end - first) * bucket_ms)
    return cells


def _refuse(session: Session, most: int, span_ms: int) -> NoReturn:
    smallest_ms = -(-span_ms * session.tracks.count() // most)  # fits, even if every track is there all the time
    raise Invalid(
        _(
            "At most %(limit)d buckets fit into one answer. Use a bucket of %(smallest)d ms or more, a shorter range, "
            "or one track."
        )
        % {"limit": most, "smallest": smallest_ms},
        smallest_bucket_ms=smallest_ms,
    )


def _lane(number: int, cells: Cells, bucket_ms: int) -> dict[str, Any]:
    is_scored = cells.scored > 0
    means = cells.sums / np.maximum(cells.scored, 1)[:, None]
    scores = np.round(means, DIGITS).T.tolist()
    if not is_scored.all():
        scores = [[mean if is_known else None for mean, is_known in zip(row, is_scored, strict=True)] for row in scores]
    is_sure = is_scored & (2 * cells.sure >= cells.scored)
    highest = means.argmax(axis=1) if len(cells) else ()
    return {
        "number": number,
        "t_ms": (cells.step.astype(np.int64) * bucket_ms).tolist(),
        "n": cells.n.tolist(),
        "scored": cells.scored.tolist(),
        "scores": dict(zip(NAMES, scores, strict=True)),
        "dominant": [NAMES[index] if sure else None for index, sure in zip(highest, is_sure, strict=True)],
    }
