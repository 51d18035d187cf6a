"""Long videos that lie in an object store: each stretch is read from there; one whose store is away waits again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import clips
from tests.webplatform.analysis.test_stretches import Watched, engine, states, work_off  # noqa: F401  (a fixture)
from webplatform.analysis.models import AnalysisJob, Stretch
from webplatform.common.errors import StoreAway
from webplatform.history.models import Session
from webplatform.vault import remote
from webplatform.vault.sealed import SEALED_BYTES


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> bytes:
    """Four seconds of a face with a key frame in each, large enough to be fetched in several blocks."""
    path = Path(tmp_path_factory.mktemp("film")) / "film.mp4"
    options = {"g": "25", "preset": "ultrafast", "crf": "1"}
    return clips.write_clip(path, clips.moving_face(100, width=320, height=400), options=options).read_bytes()


@pytest.fixture
def job(object_store, monkeypatch, submit, engine, film) -> AnalysisJob:  # noqa: F811
    for name, value in {"BLOCK_BYTES": SEALED_BYTES, "MOST_AHEAD": 1, "MOST_KEPT": 1}.items():
        monkeypatch.setattr(remote, name, value)
    assert len(film) > 4 * SEALED_BYTES
    return submit("film.mp4", film)


@pytest.fixture
def away(monkeypatch) -> Callable[[bool], None]:
    """`away(True)`: from now on the store answers no reader."""
    fetch, gone = remote.RemoteBytes._fetch, [False]

    def ask(self: remote.RemoteBytes, number: int) -> None:
        if gone[0]:
            raise StoreAway("The object store does not answer.")
        fetch(self, number)

    monkeypatch.setattr(remote.RemoteBytes, "_fetch", ask)
    return lambda is_gone: gone.__setitem__(0, is_gone)


def test_a_long_video_is_cut_and_read_from_the_store(job, engine):  # noqa: F811
    work_off(job)
    assert (AnalysisJob.objects.get().state, engine.observed) == ("done", [1, 2, 3, 4])
    assert Session.objects.get().frames_sampled == 20


def test_a_stretch_whose_store_goes_away_waits_again_at_no_cost(job, engine, away):  # noqa: F811
    engine.on_observe = lambda number: away(number == 2)
    work_off(job, 2)
    row = Stretch.objects.get(number=2)
    assert (states(), row.attempts, row.lease) == ("done queued queued queued", 0, None)
    assert (AnalysisJob.objects.get().state, AnalysisJob.objects.get().error_code) == ("running", "")
    engine.on_observe = lambda number: None
    away(False)
    work_off(job)
    assert (AnalysisJob.objects.get().state, engine.observed) == ("done", [1, 2, 2, 3, 4])


def test_a_job_whose_store_is_away_while_it_is_cut_waits_again_at_no_cost(job, engine, away):  # noqa: F811
    away(True)
    work_off(job, 1)
    found = AnalysisJob.objects.get()
    assert (found.state, found.attempts, found.lease, Stretch.objects.count()) == ("queued", 0, None, 0)
    away(False)
    work_off(job)
    assert (AnalysisJob.objects.get().state, engine.observed) == ("done", [1, 2, 3, 4])
