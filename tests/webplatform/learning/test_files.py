"""Faces of people who agreed to training: sealed on the disk, and gone with their key."""

import subprocess
import sys

import pytest
from django.utils import timezone

from webplatform.common.errors import KeyGone
from webplatform.learning.files import faces_for_child, open_faces, remove_files, seal_faces
from webplatform.learning.models import Comparison, Dataset, TrainingRun
from webplatform.learning.queries import withdrawn_since
from webplatform.learning.services import stop_learning_from
from webplatform.modelhub.models import ModelVersion
from webplatform.vault.keys import kept_keys

FACES = b"PK faces of people, plain to see " * 5000


@pytest.fixture
def dataset(admin):
    """A data set of corrections, as the trainer leaves it."""
    made = Dataset.objects.create(name="Corrected", from_corrections=True, state="done", created_by=admin)
    made.folder.mkdir(parents=True)
    made.file.write_bytes(FACES)
    seal_faces(made)
    return made


@pytest.fixture
def versions(db):
    """Two versions without bundles behind them."""
    return [
        ModelVersion.objects.create(name="raut-test", version=number, digest=number * 64, bundle_path="/nowhere")
        for number in ("1", "2")
    ]


def test_no_face_lies_in_plain(dataset):
    (file,) = dataset.folder.iterdir()
    assert file == dataset.sealed_file
    assert FACES[:33] not in file.read_bytes()
    with open_faces(dataset) as faces:
        assert faces.read() == FACES


def test_a_process_that_we_start_reads_them_from_memory_and_nothing_is_left(dataset):
    with faces_for_child(dataset) as path:
        assert path.suffix == ".zip"
        files = [file for file in dataset.folder.rglob("*") if file.is_file() and not file.is_symlink()]
        assert files == [dataset.sealed_file]
        read = "import pathlib, sys; print(len(pathlib.Path(sys.argv[1]).read_bytes()))"
        done = subprocess.run([sys.executable, "-c", read, str(path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) == len(FACES)
    assert list(dataset.folder.iterdir()) == [dataset.sealed_file]


def test_faces_that_are_nobodys_secret_are_read_where_they_lie(admin):
    imported = Dataset.objects.create(name="FER2013", state="done", created_by=admin)
    with faces_for_child(imported) as path:
        assert path == imported.file


def test_a_copy_of_a_removed_data_set_cannot_be_read(dataset, tmp_path):
    copy = dataset.sealed_file.read_bytes()
    remove_files(dataset)
    assert list(kept_keys()) == []
    dataset.folder.mkdir(parents=True)
    dataset.sealed_file.write_bytes(copy)
    with pytest.raises(KeyGone):
        open_faces(dataset)


def test_what_learns_from_a_data_set_is_stopped_with_it(dataset, admin, versions):
    first, second = versions
    running = TrainingRun.objects.create(dataset=dataset, recipe="small", state="running", created_by=admin)
    running.checkpoint.mkdir(parents=True)
    done = TrainingRun.objects.create(dataset=dataset, recipe="small", state="done", created_by=admin)
    waiting = Comparison.objects.create(first=first, second=second, dataset=dataset)
    assert stop_learning_from(dataset) == 2
    for work in (running, done, waiting):
        work.refresh_from_db()
    assert (running.state, done.state, waiting.state) == ("cancelled", "done", "cancelled")
    assert running.lease is None
    assert not running.checkpoint.exists()


def test_a_model_is_marked_by_what_it_and_its_forebears_learnt_from(dataset, admin, versions, api_of):
    parent, child = versions
    imported = Dataset.objects.create(name="FER2013", state="done", created_by=admin)
    TrainingRun.objects.create(dataset=dataset, recipe="small", state="done", version=parent)
    TrainingRun.objects.create(dataset=imported, recipe="fine-tune", state="done", version=child, started_from=parent)
    assert (withdrawn_since(parent), withdrawn_since(child)) == (None, None)
    Dataset.objects.filter(pk=dataset.pk).update(withdrawn_at=timezone.now())
    assert withdrawn_since(parent) is not None
    assert withdrawn_since(child) == withdrawn_since(parent)
    told = {row["id"]: row["withdrawn_since"] for row in api_of(admin).get("/api/v1/models/").json()["results"]}
    assert told[child.pk] is not None
