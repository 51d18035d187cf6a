"""Registering bundles and choosing the active model."""

from __future__ import annotations

import shutil
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from webplatform.common.errors import Conflict, Invalid
from webplatform.modelhub.models import ModelVersion
from webplatform.modelhub.queries import active_version
from webplatform.modelhub.services import activate_version, ensure_active_model, register_bundle

State = ModelVersion.State


@pytest.mark.django_db
class TestRegistering:
    def test_a_bundle_becomes_a_candidate_with_its_name_and_metrics(self, tmp_path, make_bundle):
        version = register_bundle(path=make_bundle(tmp_path / "b"))
        assert (version.name, version.version, version.state) == ("raut-tiny", "1", State.CANDIDATE)
        assert version.metrics == {"accuracy": 0.6}
        assert len(version.digest) == 64

    def test_the_same_bundle_is_one_version_however_often_it_is_registered(self, tmp_path, make_bundle):
        path = make_bundle(tmp_path / "b")
        assert register_bundle(path=path) == register_bundle(path=path)
        assert ModelVersion.objects.count() == 1

    def test_a_bundle_that_moved_is_found_in_its_new_place(self, tmp_path, make_bundle):
        path = make_bundle(tmp_path / "b")
        register_bundle(path=path)
        version = register_bundle(path=path.rename(tmp_path / "c"))
        assert version.folder == tmp_path / "c"

    def test_a_damaged_bundle_is_refused(self, tmp_path, make_bundle):
        path = make_bundle(tmp_path / "b")
        (path / "metrics.json").write_text("{}")
        with pytest.raises(Invalid, match="checksum"):
            register_bundle(path=path)
        assert not ModelVersion.objects.exists()

    def test_a_folder_that_is_not_there_is_refused(self, tmp_path):
        with pytest.raises(Invalid, match="no model bundle"):
            register_bundle(path=tmp_path / "nowhere")

    def test_a_bundle_inside_the_project_survives_a_moved_checkout(self, tmp_path, make_bundle, settings):
        settings.ROOT = tmp_path / "here"
        version = register_bundle(path=make_bundle(tmp_path / "here" / "inference" / "bundles" / "b"))
        assert version.bundle_path == "inference/bundles/b"
        settings.ROOT = settings.ROOT.rename(tmp_path / "there")
        assert ModelVersion.objects.get().folder == tmp_path / "there" / "inference" / "bundles" / "b"
        assert ModelVersion.objects.get().folder.is_dir()


@pytest.mark.django_db
class TestActivating:
    def test_the_version_before_is_retired(self, tmp_path, make_bundle):
        first = register_bundle(path=make_bundle(tmp_path / "a", "1"), activate=True)
        second = register_bundle(path=make_bundle(tmp_path / "b", "2"), activate=True)
        first.refresh_from_db()
        assert (first.state, second.state) == (State.RETIRED, State.ACTIVE)
        assert active_version() == second

    def test_rolling_back_is_the_same_act(self, tmp_path, make_bundle):
        first = register_bundle(path=make_bundle(tmp_path / "a", "1"), activate=True)
        register_bundle(path=make_bundle(tmp_path / "b", "2"), activate=True)
        activate_version(version=first)
        assert active_version() == first

    def test_activating_the_active_version_changes_nothing(self, tmp_path, make_bundle):
        version = register_bundle(path=make_bundle(tmp_path / "a"), activate=True)
        assert activate_version(version=version).state == State.ACTIVE

    def test_the_database_refuses_a_second_active_version(self, tmp_path, make_bundle):
        register_bundle(path=make_bundle(tmp_path / "a", "1"), activate=True)
        second = register_bundle(path=make_bundle(tmp_path / "b", "2"))
        with pytest.raises(IntegrityError), transaction.atomic():
            ModelVersion.objects.filter(pk=second.pk).update(state=State.ACTIVE)

    def test_without_a_model_there_is_no_active_version(self):
        assert active_version() is None


@pytest.mark.django_db
class TestEnsuring:
    def test_the_shipped_bundle_is_registered_once(self, shipped):
        assert ensure_active_model() == ensure_active_model()
        assert ModelVersion.objects.get().folder == shipped

    def test_a_model_in_use_is_kept(self, shipped, tmp_path, make_bundle):
        mine = register_bundle(path=make_bundle(tmp_path / "mine", "mine"), activate=True)
        assert ensure_active_model() == mine
        assert ModelVersion.objects.count() == 1

    def test_an_update_of_the_shipped_bundle_takes_over_from_the_one_it_replaced(self, shipped, make_bundle):
        old = ensure_active_model()
        shutil.rmtree(shipped)
        make_bundle(shipped, "newer")
        new = ensure_active_model()
        old.refresh_from_db()
        assert (new.version, new.state, old.state) == ("newer", State.ACTIVE, State.RETIRED)

    def test_a_damaged_shipped_bundle_is_an_error_that_says_so(self, shipped):
        (shipped / "metrics.json").unlink()
        with pytest.raises(Invalid, match=r"metrics\.json"):
            ensure_active_model()


@pytest.mark.django_db(transaction=True)
def test_processes_that_start_at_once_agree_on_one_active_model(shipped):
    found, start = [], threading.Barrier(4)

    def begin() -> None:
        try:
            start.wait(10)
            found.append(ensure_active_model().pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert ModelVersion.objects.get().state == State.ACTIVE


@pytest.mark.django_db(transaction=True)
def test_two_promotions_at_once_leave_exactly_one_active(tmp_path, make_bundle):
    versions = [register_bundle(path=make_bundle(tmp_path / name, name)) for name in "abcd"]
    start = threading.Barrier(4)

    def promote(version: ModelVersion) -> None:
        try:
            start.wait(10)
            activate_version(version=version)
        except Conflict:  # whoever came too late was told so
            return
        finally:
            connection.close()

    threads = [threading.Thread(target=promote, args=[version]) for version in versions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ModelVersion.objects.filter(state=State.ACTIVE).count() == 1
