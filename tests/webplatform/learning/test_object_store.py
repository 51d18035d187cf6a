"""Data sets in an object store: uploaded to one machine, frozen by another, read by a third."""

from __future__ import annotations

import os
import shutil

import pytest

from webplatform.learning import work
from webplatform.learning.files import LOST_AFTER_S, faces_for_child, open_faces, remove_files, remove_lost_objects
from webplatform.learning.models import Dataset
from webplatform.learning.services import import_dataset
from webplatform.vault.models import FileKey

LOST = "lab/datasets/5e0a0a0a-0000-4000-8000-000000000000/faces.zip.sealed"


@pytest.fixture
def imported(object_store, admin, upload, no_messages) -> Dataset:
    """A data set that waits for the trainer."""
    return import_dataset(user=admin, name="Own faces", licence="drawn", source=upload)


def names(store) -> list[str]:
    return store.names(store.bucket)


def test_an_upload_reaches_the_trainer_and_its_faces_whoever_reads_them(object_store, imported, tmp_path):
    assert names(object_store) == [f"lab/datasets/{imported.pk}/upload.zip.sealed"]
    assert not imported.folder.exists()
    work.work_on("dataset", imported.pk)
    imported.refresh_from_db()
    assert (imported.state, imported.error_message) == ("done", "")
    assert names(object_store) == [f"lab/datasets/{imported.pk}/faces.zip.sealed"]
    shutil.rmtree(imported.folder)  # another machine has none
    with open_faces(imported) as faces, faces_for_child(imported) as path:
        assert path.read_bytes() == faces.read()
        assert os.path.realpath(path).startswith("/memfd:") or path.is_symlink()
    remove_files(imported)
    assert (names(object_store), FileKey.objects.count(), imported.folder.exists()) == ([], 0, False)


def test_a_trainer_whose_store_is_away_hands_the_work_back(object_store, imported):
    with object_store.away():
        work.work_on("dataset", imported.pk)
    imported.refresh_from_db()
    assert (imported.state, imported.attempts) == ("queued", 0)
    work.work_on("dataset", imported.pk)
    assert Dataset.objects.get().state == "done"


def test_objects_of_data_sets_that_no_row_knows_of_are_removed(object_store, imported, monkeypatch):
    object_store.client.put_object(Bucket=object_store.bucket, Key=LOST, Body=b"x")
    remove_lost_objects()
    assert LOST in names(object_store)
    monkeypatch.setattr("webplatform.learning.files.LOST_AFTER_S", -1)
    remove_lost_objects()
    assert names(object_store) == [f"lab/datasets/{imported.pk}/upload.zip.sealed"]
    assert LOST_AFTER_S > 3600
