"""Uploads, and an engine at our own seam that reads whatever a test wants it to."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from inference import FrameReading, UnreadableVideo, VideoEnd
from tests.webplatform.history.readings import face, frame
from webplatform.accounts.models import User
from webplatform.analysis import runs, services, tasks, work
from webplatform.analysis.models import AnalysisJob
from webplatform.consent.models import ConsentRecord

MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(64)
WEBM = b"\x1a\x45\xdf\xa3" + bytes(64)
AVI = b"RIFF\x00\x01\x00\x00AVI LIST" + bytes(64)


def upload_of(name: str = "clip.mp4", content: bytes = MP4) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


class FakeVideo:
    """Yields readings; `on_step(n)` runs before the n-th, so that a test can act in the middle of the work."""

    def __init__(self, readings: list[FrameReading], on_step: Callable[[int], None], error: Exception | None) -> None:
        self._readings, self._on_step, self._error = readings, on_step, error
        self.stated_ms = 200 * len(readings)
        self.track = None
        self.end = VideoEnd(len(readings) * 6, len(readings), 0, self.stated_ms, self.stated_ms, 0)

    def __enter__(self) -> FakeVideo:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __iter__(self):
        for at, reading in enumerate(self._readings):
            self._on_step(at)
            yield reading
        if self._error is not None:
            raise self._error


class FakeEngine:
    """Reads ten frames: two without a face, the others with one happy face."""

    def __init__(self) -> None:
        self.on_step: Callable[[int], None] = lambda at: None
        self.error: Exception | None = None
        self.prior: tuple[float, ...] | None = None
        self.readings = [
            frame(200 * at, *([] if at in (3, 4) else [face(1, happy=0.9, sad=0.1)]), decoded=6 * at + 1)
            for at in range(10)
        ]

    def read_video(self, source, *, every_ms, limits, prior=None, plan=None):
        assert source.readable()
        self.prior = prior
        return FakeVideo(self.readings, self.on_step, self.error)


@pytest.fixture
def fake_engine(monkeypatch, model_version) -> FakeEngine:
    """What the worker reads videos with, and a model version to go with it."""
    engine = FakeEngine()
    monkeypatch.setattr(work, "engine_for", lambda version: engine)
    monkeypatch.setattr(work, "ensure_active_model", lambda: model_version)
    monkeypatch.setattr(runs, "BEAT_EVERY_S", 0.0)
    return engine


@pytest.fixture
def sent(monkeypatch) -> list[str]:
    """The ids of the jobs that were sent to Redis, in order; nothing is really sent."""
    ids: list[str] = []
    monkeypatch.setattr(tasks, "analyse", SimpleNamespace(delay=ids.append))
    return ids


@pytest.fixture
def submit(owner: User, consent: ConsentRecord, sent: list[str], django_capture_on_commit_callbacks):
    """`submit(name, content, …)`: the owner hands a video in, and the transaction is committed."""

    def hand_in(name: str = "clip.mp4", content: bytes = MP4, **options: object) -> AnalysisJob:
        with django_capture_on_commit_callbacks(execute=True):
            return services.submit_video(user=owner, upload=upload_of(name, content), **options)

    return hand_in


UNREADABLE = UnreadableVideo("clip.mp4 is not a video that can be read.")


@pytest.fixture
def api(api_of, owner: User, consent: ConsentRecord, sent: list[str]):
    """The owner's REST client; the owner has agreed."""
    return api_of(owner)
