"""An admin, a small data set on disk, and a trainer that freezes and compares for real but does not train."""

from __future__ import annotations

import io
import sys
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.training.faces import write_tree
from tests.webplatform.learning.fake_trainer import ENDLESS, run_in_this_process
from webplatform.learning import child, work
from webplatform.learning.models import Dataset, TrainingRun
from webplatform.learning.services import RunOptions, import_dataset, start_run
from webplatform.modelhub.services import ensure_active_model


@pytest.fixture(autouse=True)
def _own_data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def endless_trainer(monkeypatch):
    """Ask for it where a run shall have a process of its own, which trains until it is stopped."""
    monkeypatch.setattr(child, "TRAINING", (sys.executable, "-c", ENDLESS))


@pytest.fixture(autouse=True)
def _trains_nothing(request, monkeypatch):
    """The real trainer runs in tests/browser/test_learning.py and tests/training."""
    if "endless_trainer" not in request.fixturenames:
        monkeypatch.setattr(child, "run_training", run_in_this_process)


@pytest.fixture
def admin(django_user_model, db):
    return django_user_model.objects.create_user("admin@example.org", "correct-horse-battery", is_staff=True)


@pytest.fixture(scope="session")
def faces_zip(tmp_path_factory) -> bytes:
    """Drawn faces of every class, one broken picture and a class that is none, zipped."""
    tree = write_tree(tmp_path_factory.mktemp("faces") / "own", 24)
    (tree / "happy" / "broken.png").write_bytes(b"no picture")
    (tree / "bored").mkdir()
    (tree / "bored" / "0.png").write_bytes((tree / "happy" / "0.png").read_bytes())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for file in sorted(tree.rglob("*.png")):
            target.write(file, file.relative_to(tree.parent))
    return packed.getvalue()


@pytest.fixture
def upload(faces_zip):
    return SimpleUploadedFile("own faces.zip", faces_zip)


@pytest.fixture
def dataset(admin, upload, no_messages) -> Dataset:
    """A frozen data set."""
    made = import_dataset(user=admin, name="Own faces", licence="drawn", source=upload)
    work.work_on("dataset", made.pk)
    made.refresh_from_db()
    assert made.state == "done", made.error_message
    return made


@pytest.fixture
def no_messages(monkeypatch):
    """Messages to the trainer are counted, not sent: the tests do its work themselves."""
    sent = []
    monkeypatch.setattr("webplatform.learning.services.send_work", sent.append)
    return sent


@pytest.fixture
def run_of(admin, dataset):
    """`run_of(epochs=2)`: a waiting run of the recipe small."""

    def start(recipe="small", start="scratch", epochs=1, seed=1) -> TrainingRun:
        ensure_active_model()
        return start_run(user=admin, dataset=dataset, options=RunOptions(recipe, start, epochs, seed))

    return start
