"""Bundles in an object store: sent once, fetched once by each machine, checked, and dropped when nobody uses them."""

from __future__ import annotations

import os
import shutil
import time

import pytest

import inference
from webplatform.common.errors import StoreAway
from webplatform.modelhub.bundles import UNUSED_AFTER_S, bundle_of, stored_bundle
from webplatform.modelhub.models import ModelVersion
from webplatform.modelhub.services import ensure_active_model, is_whole, register_bundle


@pytest.fixture(autouse=True)
def _own_data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()


def names(store) -> list[str]:
    return store.names(store.bucket)


@pytest.fixture
def version(object_store, tmp_path) -> ModelVersion:
    """A model that another machine registered, which has its folder there and not here."""
    folder = tmp_path / "of-another-machine"
    shutil.copytree(inference.SHIPPED_BUNDLE, folder)
    made = register_bundle(path=folder)
    shutil.rmtree(folder)
    return made


def test_a_bundle_is_fetched_once_and_is_the_one_that_was_registered(version, object_store, settings):
    assert names(object_store) == [f"lab/models/{version.digest}.zip.sealed"]
    assert is_whole(version)
    here = bundle_of(version)
    assert here == settings.DATA_DIR / "bundles" / version.digest
    with object_store.away():
        assert bundle_of(version) == here
        assert inference.read_bundle(here).digest == version.digest


def test_a_bundle_that_was_changed_in_the_store_is_not_used(version, object_store):
    (name,) = names(object_store)
    object_store.client.put_object(Bucket=object_store.bucket, Key=name, Body=b"RAUTSEAL" * 100)
    assert not is_whole(version)
    assert not bundle_of(version).exists()


def test_a_store_that_is_away_does_not_pass_for_a_lost_bundle(version, object_store):
    ModelVersion.objects.update(state="active")
    with object_store.away(), pytest.raises(StoreAway):
        ensure_active_model()
    assert ensure_active_model() == version


def test_a_bundle_that_nobody_uses_goes_with_the_next_one(version, settings):
    old = settings.DATA_DIR / "bundles" / ("0" * 64)
    old.mkdir(parents=True)
    past_s = time.time() - UNUSED_AFTER_S - 1
    os.utime(old, (past_s, past_s))
    bundle_of(version)
    assert [folder.name for folder in old.parent.iterdir()] == [version.digest]


def test_the_shipped_bundle_stays_where_every_machine_has_it(object_store):
    assert bundle_of(ensure_active_model()) == inference.SHIPPED_BUNDLE
    assert names(object_store) == []


def test_with_a_folder_nothing_is_sent(db, tmp_path, settings):
    folder = tmp_path / "brought"
    shutil.copytree(inference.SHIPPED_BUNDLE, folder)
    version = register_bundle(path=folder)
    assert (bundle_of(version), stored_bundle(version.digest).exists()) == (folder, False)
