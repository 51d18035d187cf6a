"""The page of a comparison: both models side by side, groups, and the faces on which they differ."""

import shutil
import zipfile

import pytest

import inference
import training
from tests.training.faces import write_tree
from webplatform.learning.models import Comparison, Dataset
from webplatform.modelhub.services import register_bundle

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """A frozen file, and what a real comparison of the shipped model with itself says of it; one face differs."""
    folder = tmp_path_factory.mktemp("compared")
    training.freeze_dataset(training.read_dataset(write_tree(folder / "own", 10)), folder / "faces.zip")
    faces = training.read_dataset(folder / "faces.zip")["private"]
    result = training.compare_bundles(inference.SHIPPED_BUNDLE, inference.SHIPPED_BUNDLE, faces)
    assert result["disagreements"] == []
    said = {"emotion": "fear", "score": 0.9}
    label = str(inference.EMOTIONS[faces.labels[2]])
    result["disagreements"] = [{"row": 2, "label": label, "first": said, "second": {**said, "emotion": "sad"}}]
    return folder / "faces.zip", result


@pytest.fixture
def comparison(compared, model_version):
    dataset = Dataset.objects.create(name="Own faces", state="done", source="x")
    dataset.folder.mkdir(parents=True)
    shutil.copy(compared[0], dataset.file)
    second = register_bundle(path=inference.SHIPPED_BUNDLE)
    return Comparison.objects.create(
        first=model_version, second=second, dataset=dataset, state="done", result=compared[1]
    )


def test_both_models_stand_side_by_side(comparison, client_of, admin):
    page = client_of(admin).get(f"/learning/comparisons/{comparison.pk}/")
    assert {"Right answers", "Macro-F1", "Calibration error", "Size, MB"} <= {
        row["name"] for row in page.context["figures"]
    }
    assert len(page.context["classes"]) == 7
    assert [len(table["rows"]) for table in page.context["confusions"]] == [7, 7]
    assert {group["name"] for group in page.context["groups"]} == {"Light", "Pose", "Size of the face"}
    counted = sum(row["n"] for row in page.context["groups"][0]["rows"])
    assert counted == comparison.result["n"]
    assert "McNemar" in page.content.decode()


def test_a_face_is_the_very_picture_that_was_judged(comparison, client_of, admin):
    answer = client_of(admin).get(f"/learning/comparisons/{comparison.pk}/faces/0.png")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/png", "private, no-store")
    with zipfile.ZipFile(comparison.dataset.file) as frozen:
        names = [name for name in frozen.namelist() if frozen.read(name) == answer.content]
    assert len(names) == 1
    assert names[0].startswith(f"test/{comparison.result['disagreements'][0]['label']}/")
    assert client_of(admin).get(f"/learning/comparisons/{comparison.pk}/faces/1.png").status_code == 404


def test_a_withdrawn_consent_hides_the_faces(comparison, client_of, admin):
    Dataset.objects.update(withdrawn_at="2026-01-01T00:00:00Z")
    client = client_of(admin)
    assert client.get(f"/learning/comparisons/{comparison.pk}/faces/0.png").status_code == 404
    assert "faces/0.png" not in client.get(f"/learning/comparisons/{comparison.pk}/").content.decode()


def test_nobody_else_sees_the_page_or_a_face(comparison, client_of, owner, client):
    for path in (f"/learning/comparisons/{comparison.pk}/", f"/learning/comparisons/{comparison.pk}/faces/0.png"):
        assert client_of(owner).get(path).status_code == 404
        assert client.get(path).status_code == 302


def test_a_comparison_that_waits_says_so(comparison, client_of, admin):
    Comparison.objects.update(state="queued", result={})
    page = client_of(admin).get(f"/learning/comparisons/{comparison.pk}/").content.decode()
    assert "Both models are being measured" in page
