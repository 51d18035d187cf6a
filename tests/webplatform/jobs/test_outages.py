"""A restart of the database, or of the object store, ends no job: each kind waits again, at no cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from django.db import InterfaceError, OperationalError
from django.db.models import Model
from django.utils import timezone

from webplatform.analysis import playback
from webplatform.analysis.models import MediaFile, PlaybackCopy
from webplatform.common.errors import StoreAway
from webplatform.exporting import work as exporting
from webplatform.exporting.models import ExportJob
from webplatform.history.models import Session
from webplatform.jobs import outages
from webplatform.learning import work as learning
from webplatform.learning.models import Dataset
from webplatform.results import work as results
from webplatform.results.models import StudyFigures
from webplatform.retention import work as retention
from webplatform.retention.models import DataExport

pytestmark = pytest.mark.django_db


@pytest.fixture
def away(monkeypatch) -> Callable[[object, str, Exception], None]:
    """`away(module, function, error)`: the database, or the store, goes away where the module calls the function."""

    def lose(module: object, function: str, error: Exception) -> None:
        monkeypatch.setattr(module, function, lambda *_, **__: (_ for _ in ()).throw(error))
        monkeypatch.setattr(outages, "connection", SimpleNamespace(is_usable=lambda: False, close=lambda: None))

    return lose


def copy_for_playing(owner, study, consent) -> PlaybackCopy:
    session = Session.objects.create(
        study=study, created_by=owner, consent=consent, title="x", source="upload", state="closed", every_ms=200
    )
    media = MediaFile.objects.create(session=session, original_name="a.avi", stored_name="media.avi", size_bytes=1)
    return PlaybackCopy.objects.create(media=media)


def export_of_sessions(owner, study, consent) -> ExportJob:
    later = timezone.now() + timedelta(days=1)
    return ExportJob.objects.create(user=owner, study=study, format="csv", asked_at=timezone.now(), expires_at=later)


def copy_of_everything(owner, study, consent) -> DataExport:
    return DataExport.objects.create(user=owner, asked_at=timezone.now())


def figures(owner, study, consent) -> StudyFigures:
    return StudyFigures.objects.create(study=study, choice={}, digest="", wanted="", asked_at=timezone.now())


def data_set(owner, study, consent) -> Dataset:
    return Dataset.objects.create(name="x", source="faces.zip")


CASES = [  # what is made, its module, where the database goes away, what runs it
    (export_of_sessions, exporting, "_make", exporting.run_export_job),
    (copy_of_everything, retention, "write_export", retention.run_export),
    (copy_for_playing, playback, "_make", playback.run_copy),
    (figures, results, "keep_curves", results.run_figures),
    (data_set, learning, "source_of", partial(learning.work_on, "dataset")),
]


@pytest.mark.parametrize(("make", "module", "function", "run"), CASES)
@pytest.mark.parametrize(
    "error",
    [OperationalError("terminating connection"), InterfaceError("connection is closed"), StoreAway("no answer")],
)
def test_a_job_whose_database_or_store_went_away_waits_again_at_no_cost(
    away, owner, study, consent, make, module, function, run, error
):
    job: Model = make(owner, study, consent)
    away(module, function, error)
    run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.lease) == ("queued", 0, None)


def test_any_other_error_is_none_of_the_database(owner):
    waiting = DataExport.objects.create(user=owner, asked_at=timezone.now())
    held = DataExport.objects.filter(pk=waiting.pk)
    assert not outages.handed_back(held, ValueError(), "It")
    assert not outages.handed_back(held, OperationalError("disk I/O error"), "It")  # the connection is there
