"""Training faces, cut out of the videos of corrected sessions."""

from __future__ import annotations

import csv
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # a csv writer has no public type

from django.conf import settings

import inference
from webplatform.common.errors import AppError, Invalid
from webplatform.common.system.memory import memory_bound
from webplatform.consent.models import ConsentScope
from webplatform.consent.services import require_scope
from webplatform.history.media import open_file
from webplatform.history.models import Correction, Observation, Session
from webplatform.learning.child import Stopped
from webplatform.learning.models import Dataset, DatasetSource
from webplatform.modelhub.engines import engine_for
from webplatform.modelhub.services import ensure_active_model
from webplatform.vault.stored import seems_stored

MOST_OF_A_STRETCH = 20  # neighbouring frames teach little more
MANIFEST = "manifest.csv"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Samples:
    """Faces that were cut: `manifest` lists them; of the sessions in `unreadable_videos` at least some are missing."""

    manifest: Path
    unreadable_videos: list[str]


FacesByTime = dict[int, list[tuple[inference.Box, str, str]]]  # by time: box, label, group


def corrected_sessions() -> list[Session]:
    """The sessions with corrections whose people agreed to training, and whose video is still there."""
    sessions = Session.objects.filter(corrections__isnull=False, media__isnull=False).distinct()
    return [session for session in sessions.select_related("consent", "media") if may_teach(session)]


def corrected_stretches() -> dict[str, int]:
    """How many stretches were corrected to each expression in sessions that may teach; 0 where there is none."""
    counts = Counter(Correction.objects.filter(session__in=corrected_sessions()).values_list("emotion", flat=True))
    return {str(emotion): counts[str(emotion)] for emotion in inference.EMOTIONS}


def corrections_so_far() -> dict[str, list[tuple[str, int]] | list[str]]:
    """For the page: the expressions that were corrected to, with how often, and those that are missing."""
    counts = corrected_stretches()
    return {
        "corrected": [(name, count) for name, count in counts.items() if count],
        "missing": [name for name, count in counts.items() if not count],
    }


def cut_samples(dataset: Dataset, may_go_on: Callable[[], bool] = lambda: True) -> Samples:
    """Write the corrected faces of every session that may teach, and a manifest of them.

    One damaged video does not keep the others from teaching: it is left out and named.

    Args:
        may_go_on: asked after each face: a long video must not look like a dead trainer.
    Raises:
        Invalid: there is not one such face.
        Stopped: it was not to go on.
    """
    folder = dataset.folder / "samples"
    folder.mkdir(parents=True, exist_ok=True)
    DatasetSource.objects.filter(dataset=dataset).delete()  # of an attempt that died
    engine = engine_for(ensure_active_model())
    total, unreadable = 0, []
    with (folder / MANIFEST).open("w", newline="", encoding="utf-8") as target:
        rows = csv.writer(target)
        rows.writerow(["path", "label", "group"])
        for session in corrected_sessions():
            # The row comes first: a withdrawal from here on finds the data set by it, and stops it.
            source = DatasetSource.objects.create(dataset=dataset, session_id=session.pk, pictures=0)
            if not may_teach(session):
                source.delete()
                continue
            try:
                for _name in _cut_session(engine, session, folder, rows):
                    source.pictures += 1
                    if not may_go_on():
                        raise Stopped
            except inference.UnreadableVideo:
                logger.warning("The video of session %s cannot be read; its corrections are left out.", session.pk)
                unreadable.append(str(session.pk))
            source.save(update_fields=["pictures"])
            total += source.pictures
    if not total:
        raise Invalid("There is no corrected face whose person agreed to training and whose video is still there.")
    return Samples(folder / MANIFEST, unreadable)


def _cut_session(engine: inference.Engine, session: Session, folder: Path, rows: Any) -> Iterator[str]:
    """Write each corrected face of a session and its row; yields its name."""
    faces_by_time = _corrected_faces(session)
    boxes = {t_ms: [box for box, _, _ in faces] for t_ms, faces in faces_by_time.items()}
    with memory_bound(settings.RAUT_DECODE_MEMORY_MB), open_file(session, session.media.stored_name) as video:
        for t_ms, position, png in engine.cut_faces(video, boxes, every_ms=session.every_ms):
            _, label, group = faces_by_time[t_ms][position]
            name = f"{session.pk.hex}-{t_ms}-{position}.png"
            (folder / name).write_bytes(png)
            rows.writerow([name, label, group])
            yield name


def _corrected_faces(session: Session) -> FacesByTime:
    """Every corrected moment once, the newest correction last and therefore valid."""
    faces: dict[tuple[int, int], tuple[inference.Box, str, str]] = {}
    for correction in Correction.objects.filter(session=session).select_related("track").order_by("created_at"):
        stretch = Observation.objects.filter(
            track=correction.track, t_ms__gte=correction.from_ms, t_ms__lte=correction.to_ms
        )
        readings = list(stretch.order_by("t_ms"))
        step = max(1, -(-len(readings) // MOST_OF_A_STRETCH))
        for row in readings[::step]:
            box = inference.Box(row.x, row.y, row.w, row.h)
            faces[row.t_ms, correction.track_id] = (box, correction.emotion, _group(session, correction.track.number))
    by_time: FacesByTime = defaultdict(list)
    for (t_ms, _), face in faces.items():
        by_time[t_ms].append(face)
    return dict(by_time)


def _group(session: Session, track: int) -> str:
    """Who is seen, so that one person is never in two splits: the participant, or else the track."""
    person = session.consent.participant_id
    return f"participant-{person}" if person else f"{session.pk.hex}-{track}"


def may_teach(session: Session) -> bool:
    """Whether faces of the session may be learnt from: its people agreed, and its video is there."""
    try:
        require_scope(record=session.consent, scope=ConsentScope.TRAIN)
    except AppError:
        return False
    return seems_stored(session.folder / session.media.stored_name)
