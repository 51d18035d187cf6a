"""What must hold once the faults are over: everything is as in a run without them, once, and nothing else is there."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import override_settings

from inference import EMOTIONS
from tests.chaos.cameras import Film
from webplatform.accounts.audit import broken_links
from webplatform.accounts.models import AuditEvent
from webplatform.analysis import orphan_files
from webplatform.analysis.models import MediaFile, ResumableUpload
from webplatform.common.errors import AppError
from webplatform.history import erasure_log
from webplatform.history.media import open_file
from webplatform.history.models import Observation, Session, SessionSeconds
from webplatform.live.protocol import BOX_DIGITS, SCORE_DIGITS

ROW = ("t_ms", "track__number", "x", "y", "w", "h", *map(str, EMOTIONS), "dominant", "reason")
FRAMES = ("state", "frames_decoded", "frames_sampled", "frames_without_face", "frames_unscored", "frames_scored",
          "frames_damaged", "missing_ms", "is_partial", "duration_ms", "people", "summary")  # fmt: skip
LOST_AT_MOST_MS = 3500  # two seconds until readings are stored, one until it is looked at, and the way there


def story_of(session_id: str) -> dict[str, Any]:
    """All that a session's reading wrote; nothing where it is not there."""
    session = Session.everything.filter(pk=session_id).first()
    if session is None:
        return {}
    rows = Observation.objects.filter(session=session).order_by("t_ms", "track__number")
    sums = [bytes(one.data) for one in SessionSeconds.objects.filter(session=session)]
    return {"rows": list(rows.values_list(*ROW)), **{name: getattr(session, name) for name in FRAMES}, "sums": sums}


def differences(told: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """In what two stories differ, in words."""
    return [f"{name}: {str(told[name])[:120]} instead of {str(expected[name])[:120]}"
            for name in expected if told and told[name] != expected[name]]  # fmt: skip


def wrong_of_film(film: Film) -> tuple[list[str], int]:
    """What a camera was told and is not kept, and the other way round; and how many readings died with a server."""
    rows = Observation.objects.filter(session=film.session).values(
        "t_ms", "track__number", *"xywh", *map(str, EMOTIONS)
    )
    kept: dict[int, list] = {}
    for row in rows:
        kept.setdefault(row["t_ms"], []).append(row)
    wrong = [f"a reading at {t} ms that no frame was sent for" for t in kept.keys() - film.sent]
    lost = {t for t, faces in film.answered.items() if faces and t not in kept}
    allowed = {t for t in lost if any(stored < t <= seen for stored, seen in film.lost)}
    wrong += [f"the answered reading at {t} ms is lost" for t in sorted(lost - allowed)]
    for stored, seen in film.lost:
        gone = [t for t in allowed if stored < t <= seen]
        if gone and max(gone) - min(gone) > LOST_AT_MOST_MS:
            wrong.append(f"the connection lost at {seen} ms took readings from {min(gone)} to {max(gone)} ms")
    for t_ms, faces in film.answered.items():
        if t_ms in kept and _told(faces) != _stored(kept[t_ms]):
            wrong.append(f"at {t_ms} ms is kept {_stored(kept[t_ms])} instead of {_told(faces)}")
    return wrong, len(lost)


def _told(faces: list) -> list:
    scores = [[face[2] and [face[2][str(e)] for e in EMOTIONS], face[1], face[0]] for face in faces]
    return sorted(scores, key=lambda face: face[-1])


def _stored(rows: list[dict[str, Any]]) -> list:
    found = []
    for row in rows:
        scores = None if row["angry"] is None else [round(row[str(e)], SCORE_DIGITS) for e in EMOTIONS]
        found.append([scores, [round(row[side], BOX_DIGITS) for side in "xywh"], row["track__number"]])
    return sorted(found, key=lambda face: face[-1])


def clean_up() -> int:
    """What the platform's own cleaning removes, as if a week had passed; returns how many files that were."""
    week_ago_s = time.time() - 7 * 24 * 3600
    places = (Path(settings.MEDIA_ROOT), Path(settings.RAUT_KEYS_DIR), Path(settings.FILE_UPLOAD_TEMP_DIR))
    for entry in (entry for place in places for entry in [*place.rglob("*")]):
        os.utime(entry, (week_ago_s, week_ago_s))
    return orphan_files.remove_orphan_files()


def files_left_over() -> list[str]:
    """Files that no row knows of, and rows whose file is not there or cannot be opened."""
    wrong, media = [], {str(m.session_id): m for m in MediaFile.objects.select_related("session", "playback")}
    waiting = Path(settings.RAUT_KEYS_DIR) / "waiting"
    wrong += [f"the key {key.name}" for key in Path(settings.RAUT_KEYS_DIR).iterdir()
              if key != waiting and key.name not in media]  # fmt: skip
    wrong += [f"the upload {file.name}" for file in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()]
    for folder in Path(settings.MEDIA_ROOT).iterdir():
        known = {media[folder.name].stored_name} if folder.name in media else set()
        copy = getattr(media.get(folder.name), "playback", None)
        known |= {copy.stored_name} if copy else set()
        wrong += [f"the file {file}" for file in folder.iterdir() if file.name not in known]
        wrong += [] if Session.everything.filter(pk=folder.name).exists() else [f"the folder {folder.name}"]
    for session_id, row in media.items():
        try:
            with open_file(row.session, row.stored_name) as file:
                size = file.seek(0, os.SEEK_END)
        except (AppError, FileNotFoundError) as error:
            wrong.append(f"the video of {session_id} cannot be opened: {error}")
            continue
        wrong += [] if size == row.size_bytes else [f"the video of {session_id} has {size} bytes"]
    return wrong


def rows_left_over(expected: Iterable[str]) -> list[str]:
    """Sessions that are there and should not be, the other way round, and uploads that nobody goes on with."""
    there, wanted = {str(pk) for pk in Session.everything.values_list("pk", flat=True)}, set(expected)
    wrong = [f"the session {pk} is left over" for pk in there - wanted]
    wrong += [f"the session {pk} is missing; the audit log says {_heard_of(pk)}" for pk in wanted - there]
    coming = ResumableUpload.objects.exclude(state=ResumableUpload.State.DONE)
    return wrong + [f"the upload {upload} is left over" for upload in coming]


def _heard_of(session_id: str) -> list[dict[str, Any]]:
    about = AuditEvent.objects.filter(target__endswith=session_id).order_by("pk")
    return [{name: str(value) for name, value in row.items()} for row in about.values()]


def counted_twice() -> list[str]:
    """Readings of one face at one moment that are there twice, whatever the constraints say."""
    moments = Counter(Observation.objects.values_list("session_id", "track__number", "t_ms"))
    return [f"{moment} is there {count} times" for moment, count in moments.items() if count > 1]


def not_in_erasure_log(erased: Iterable[str]) -> list[str]:
    """Sessions that somebody ended and that a restored backup would bring back."""
    known = {str(entry["subject"]) for entry in erasure_log.entries()}
    return [f"the erasure log has no line for {pk}" for pk in erased if pk not in known]


def broken_audit() -> list[str]:
    """What is wrong with the chain of the audit log."""
    return [str(problem) for problem in broken_links()]


def as_the_platform_sees(data_dir: Path) -> Any:
    """Settings of this process by which checks look where the platform keeps its files."""
    places = {"RAUT_KEYS_DIR": data_dir / "keys", "RAUT_LEDGER": data_dir / "erasures.jsonl"}
    places["FILE_UPLOAD_TEMP_DIR"] = str(data_dir / "uploads")
    secret = (data_dir / "media_key").read_text(encoding="utf-8").strip()
    return override_settings(**places, RAUT_MEDIA_KEYS=[secret])
