"""A data set is checked first: what it lacks is said, and then somebody decides."""

import io
import zipfile
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.training.faces import write_tree
from webplatform.accounts.people import disable_account
from webplatform.common.errors import Conflict, NotAllowed
from webplatform.learning import work
from webplatform.learning.decisions import make_checked
from webplatform.learning.models import Dataset, DatasetSource
from webplatform.learning.services import RunOptions, start_run
from webplatform.learning.signals import close_datasets

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="session")
def few_faces(tmp_path_factory) -> bytes:
    """Six drawn faces of each class in train and in test, but no disgust in train and no fear in test."""
    root = tmp_path_factory.mktemp("few")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for split, lacks in (("train", "disgust"), ("test", "fear")):
            tree = write_tree(root / split, 6)
            for file in sorted(tree.rglob("*.png")):
                if file.parent.name != lacks:
                    target.write(file, f"{split}/{file.parent.name}/{split}{file.name}")
        target.writestr("train/happy/broken.png", b"no picture")
    return packed.getvalue()


@pytest.fixture
def browser(client_of, admin, no_messages):
    return client_of(admin)


@pytest.fixture
def checked(browser, few_faces):
    """A checked data set, uploaded on the page."""
    sent = {"name": "Few", "file": SimpleUploadedFile("few.zip", few_faces)}
    browser.post("/learning/datasets/new/", sent)
    made = Dataset.objects.get()
    work.work_on("dataset", made.pk)
    made.refresh_from_db()
    assert made.state == "checked", made.error_message
    return made


def test_the_page_names_what_is_missing_small_and_unreadable_before_it_is_made(browser, checked):
    page = browser.get(f"/learning/datasets/{checked.pk}/").content.decode()
    assert "Shall it be made?" in page
    missing = [part.split("</p>")[0] for part in page.split("data-missing")[1:]]
    assert ["No picture to learn from:" in missing[0], "disgust</strong>" in missing[0]] == [True, True]
    assert "No picture to choose by:" in missing[1]
    assert ["No picture to test with:" in missing[2], "<strong>fear</strong>" in missing[2]] == [True, True]
    small = page.split("data-small")[1].split("</p>")[0]
    assert "Very few pictures to learn from:" in small
    assert "angry (6)" in small
    assert "fewer than 50" in page
    assert "train/happy/broken.png" in page
    assert "Start a run" not in page
    assert not checked.is_usable


def test_made_anyway_it_compares_models_but_teaches_none(browser, admin, checked):
    answer = browser.post(f"/learning/datasets/{checked.pk}/make/", follow=True).content.decode()
    checked.refresh_from_db()
    assert (checked.state, checked.file.is_file()) == ("done", True)
    assert "No model can learn from it" in answer
    assert "Start a run" not in answer
    with pytest.raises(Conflict, match="no training picture of: disgust"):
        start_run(user=admin, dataset=checked, options=RunOptions("small", "scratch", 1, 1))
    with pytest.raises(Conflict, match="does not wait"):
        make_checked(user=admin, dataset=checked)


def test_cancelled_nothing_of_it_is_left(browser, checked):
    browser.post(f"/learning/datasets/{checked.pk}/cancel/")
    checked.refresh_from_db()
    assert (checked.state, checked.folder.exists()) == ("cancelled", False)


def test_undecided_for_a_day_nothing_of_it_is_left(browser, checked):
    assert work.drop_undecided() == 0
    Dataset.objects.update(finished_at=checked.finished_at - timedelta(days=1, minutes=1))
    assert (work.drop_undecided(), work.drop_undecided()) == (1, 0)
    checked.refresh_from_db()
    assert (checked.state, checked.folder.exists()) == ("cancelled", False)
    assert "Nobody decided within a day" in browser.get(f"/learning/datasets/{checked.pk}/").content.decode()


def test_a_withdrawal_while_it_waits_ends_it(admin, checked):
    gave = uuid4()
    DatasetSource.objects.create(dataset=checked, session_id=gave, pictures=1)
    close_datasets([gave])
    checked.refresh_from_db()
    assert (checked.state, checked.folder.exists()) == ("cancelled", False)
    with pytest.raises(Conflict):
        make_checked(user=admin, dataset=checked)


def test_only_admins_decide(checked, owner):
    with pytest.raises(NotAllowed):
        make_checked(user=owner, dataset=checked)
    assert Dataset.objects.get().state == "checked"


def test_what_a_disabled_admin_left_undecided_is_gone(admin, checked, owner):
    owner.is_staff = True
    disable_account(person=admin, by=owner)
    assert not checked.folder.exists()


def test_the_api_runs_dry_and_makes_it_on_request(api_of, admin, no_messages, few_faces, tmp_path):
    (tmp_path / "import").mkdir()
    (tmp_path / "import" / "few.zip").write_bytes(few_faces)
    api = api_of(admin)
    asked = api.post("/api/v1/datasets/", {"name": "Few", "source": "few.zip", "dry_run": True})
    assert (asked.status_code, asked.json()["shortfalls"]) == (httpx.codes.ACCEPTED, [])
    path = f"/api/v1/datasets/{asked.json()['id']}/"
    assert api.post(f"{path}make/").status_code == httpx.codes.CONFLICT  # nobody knows yet what it holds
    work.work_on("dataset", asked.json()["id"])
    told = api.get(path).json()
    assert told["state"] == "checked"
    assert {"split": "train", "expression": "disgust", "pictures": 0, "least": 50} in told["shortfalls"]
    assert api.post(f"{path}make/").json()["state"] == "done"
    assert api.delete(path).status_code == httpx.codes.CONFLICT


def test_the_api_without_a_dry_run_refuses_what_no_model_can_learn_from(
    api_of, admin, no_messages, few_faces, tmp_path
):
    (tmp_path / "import").mkdir()
    (tmp_path / "import" / "few.zip").write_bytes(few_faces)
    made = api_of(admin).post("/api/v1/datasets/", {"name": "Few", "source": "few.zip"}).json()
    work.work_on("dataset", made["id"])
    told = api_of(admin).get(f"/api/v1/datasets/{made['id']}/").json()
    assert (told["state"], told["error_message"]) == ("failed", "The training split has no picture of: disgust.")
