"""The pages and the API of those who teach: what admins see, and that nobody else sees anything."""

import httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from training import RECIPES
from webplatform.learning import work
from webplatform.learning.models import Comparison, Dataset, TrainingRun
from webplatform.learning.words import RECIPE_LINES
from webplatform.modelhub.models import ModelVersion
from webplatform.modelhub.services import ensure_active_model

pytestmark = pytest.mark.django_db(transaction=True)
OK, NOT_FOUND, BAD, FORBIDDEN = (
    httpx.codes.OK,
    httpx.codes.NOT_FOUND,
    httpx.codes.BAD_REQUEST,
    httpx.codes.FORBIDDEN,
)


@pytest.fixture
def browser(client_of, admin):
    return client_of(admin)


def test_the_overview_says_what_there_is_and_what_to_do_first(browser):
    ensure_active_model()
    page = browser.get("/learning/").content.decode()
    assert "raut-fer7" in page
    assert "Nothing was trained yet" in page
    assert "There is no data set yet" in page


@pytest.mark.parametrize("name", ["overview", "new-dataset", "new-model"])
def test_for_everybody_else_there_is_no_such_page(client_of, owner, client, name):
    assert client_of(owner).get(reverse(f"learning:{name}")).status_code == NOT_FOUND
    assert client.get(reverse(f"learning:{name}")).status_code == httpx.codes.FOUND  # to the login


def test_from_the_upload_to_a_promoted_model(browser, faces_zip, no_messages):
    ensure_active_model()
    sent = {"name": "Own", "licence": "drawn", "file": SimpleUploadedFile("own.zip", faces_zip), "drops_leaks": "on"}
    browser.post("/learning/datasets/new/", sent)
    dataset = Dataset.objects.get()
    assert "being checked" in browser.get(f"/learning/datasets/{dataset.pk}/").content.decode()
    work.work_on("dataset", dataset.pk)
    page = browser.get(f"/learning/datasets/{dataset.pk}/").content.decode()
    assert "bored (1)" in page
    assert "broken.png" in page
    browser.post(f"/learning/datasets/{dataset.pk}/make/")
    asked = {"recipe": "small", "start": "scratch", "epochs": "8", "seed": "1"}
    browser.post(f"/learning/datasets/{dataset.pk}/run/", asked)
    run = TrainingRun.objects.get()
    comparison = work.work_on("run", run.pk)
    run.refresh_from_db()
    assert str(run.version) in browser.get(f"/learning/runs/{run.pk}/").content.decode()
    model = f"/learning/models/{run.version_id}/"
    assert "not yet" in browser.get(model).content.decode()
    refused = browser.post(f"{model}promote/", {"reason": "too early"}, follow=True).content.decode()
    assert "may not become active" in refused
    work.work_on("comparison", comparison.pk)
    assert "McNemar" in browser.get(model).content.decode()
    assert "is active now" in browser.post(f"{model}promote/", {"reason": "better"}, follow=True).content.decode()
    assert browser.get(f"{model}confusion.svg").status_code == OK
    assert browser.get(f"{model}nothing.svg").status_code == NOT_FOUND
    archive = b"".join(browser.get(f"{model}bundle.zip").streaming_content)
    again = {"file": SimpleUploadedFile("b.zip", archive), "accepts_unsigned": "on"}
    brought = browser.post("/learning/models/new/", again)
    assert brought.headers["Location"] == model  # the same bundle is the same model


@pytest.mark.parametrize(
    "sent", [{"name": "x"}, {"name": "", "source": "x"}, {"name": "x", "source": "../../etc"}], ids=str
)
def test_an_import_that_makes_no_sense_is_explained(browser, sent):
    answer = browser.post("/learning/datasets/new/", sent)
    assert answer.status_code == BAD
    assert not Dataset.objects.exists()


def test_a_run_that_makes_no_sense_is_explained(browser, dataset):
    asked = {"recipe": "small", "start": "active", "seed": "1"}
    answer = browser.post(f"/learning/datasets/{dataset.pk}/run/", asked)
    assert answer.status_code == BAD
    assert "fine-tune" in answer.content.decode()


def test_a_run_says_on_what_and_how_fast_it_computes(browser, dataset, admin):
    run = TrainingRun.objects.create(dataset=dataset, recipe="small", seed=1, created_by=admin)
    assert '<div id="computes" hidden>' in browser.get(f"/learning/runs/{run.pk}/").content.decode()
    row = {"epoch": 1, "train_accuracy": 0.5, "accuracy": 0.5, "loss": 1.2}
    TrainingRun.objects.update(curves=[row | {"device": "A card", "pictures_s": 32093.4}])
    page = browser.get(f"/learning/runs/{run.pk}/").content.decode()
    assert "A card, 32,093 pictures a second" in page
    assert '<div id="computes">' in page


def test_a_bundle_that_is_none_is_explained(browser):
    answer = browser.post("/learning/models/new/", {"file": SimpleUploadedFile("b.zip", b"no zip")})
    assert answer.status_code == BAD
    assert "no ZIP" in answer.content.decode()


def test_the_api_starts_reads_and_cancels_runs(api_of, admin, dataset):
    api = api_of(admin)
    started = api.post("/api/v1/training-runs/", {"dataset": str(dataset.pk), "recipe": "small", "epochs": 2})
    assert started.status_code == httpx.codes.ACCEPTED
    run = started.json()["id"]
    assert api.get(f"/api/v1/training-runs/{run}/").json()["state"] == "queued"
    assert api.delete(f"/api/v1/training-runs/{run}/").json()["state"] == "cancelled"
    assert api.delete(f"/api/v1/training-runs/{run}/").status_code == httpx.codes.CONFLICT
    assert [one["name"] for one in api.get("/api/v1/datasets/").json()["results"]] == ["Own faces"]


@pytest.mark.parametrize("path", ["datasets", "training-runs", "models"])
def test_the_api_is_for_admins_only(api_of, owner, path):
    assert api_of(owner).get(f"/api/v1/{path}/").status_code == FORBIDDEN


def test_the_command_starts_a_run(admin, dataset, capsys):
    call_command("train", "--dataset", "Own faces", "--epochs", "1", "--no-wait")
    assert str(TrainingRun.objects.get().pk) in capsys.readouterr().out
    with pytest.raises(CommandError, match="no data set"):
        call_command("train", "--dataset", "none")


def test_every_recipe_is_explained_where_a_run_is_started(browser, dataset):
    assert set(RECIPE_LINES) == set(RECIPES)
    page = browser.get(f"/learning/datasets/{dataset.pk}/").content.decode()
    assert "<dt>small</dt><dd>A small network in minutes: to see whether a data set works at all.</dd>" in page


def test_a_page_that_waits_can_tell_one_state_from_the_next(browser, dataset, admin):
    run = TrainingRun.objects.create(dataset=dataset, recipe="small", created_by=admin)
    for state, told in (("queued", "It waits for the trainer."), ("running", "The trainer is at it.")):
        TrainingRun.objects.filter(pk=run.pk).update(state=state)
        page = browser.get(f"/learning/runs/{run.pk}/").content.decode()
        assert f'<span data-state="{state}"' in page
        assert told in page
        overview = browser.get("/learning/").content.decode()
        assert f'<span data-state="{state}"' in overview
        assert "js/learning/await" in overview
    TrainingRun.objects.filter(pk=run.pk).update(state="done")
    assert "js/learning/await" not in browser.get("/learning/").content.decode()


def test_badges_of_runs_and_comparisons_follow_their_state_and_a_log_its_readers_clock(browser, dataset, admin):
    model = ensure_active_model()
    log = [{"at": "2026-12-25T20:30:00+00:00", "text": "attempt 1"}]
    run = TrainingRun.objects.create(dataset=dataset, recipe="small", created_by=admin, log=log)
    other = ModelVersion.objects.create(name="raut-test", version="1", digest="1" * 64, bundle_path="/nowhere")
    Comparison.objects.create(first=model, second=other, dataset=dataset, created_by=admin)
    pages = (f"/learning/datasets/{dataset.pk}/", f"/learning/models/{other.pk}/")
    assert ["js/learning/await" in browser.get(page).content.decode() for page in pages] == [True, True]
    browser.cookies["zone"] = "Asia/Jakarta"
    assert "12/26/2026 03:30:00</time> attempt 1" in browser.get(f"/learning/runs/{run.pk}/").content.decode()
    TrainingRun.objects.update(state="done")
    Comparison.objects.update(state="failed")
    assert ["js/learning/await" in browser.get(page).content.decode() for page in pages] == [False, False]


def test_what_corrections_lack_is_named_before_a_data_set_is_made_of_them(browser):
    page = browser.get("/learning/datasets/new/").content.decode()
    missing = page.split('id="missing-classes"')[1].split("</p>")[0]
    assert "<strong>angry, disgust, fear, happy, sad, surprise, neutral</strong>" in missing


def test_everybody_who_is_signed_in_reads_what_a_model_does_less_well(client_of, owner, client):
    version = ensure_active_model()
    page = client_of(owner).get(f"/learning/models/{version.pk}/about/").content.decode()
    assert page.index("Where it works less well") < page.index("What the scores mean")
    assert "<li>fear: 5" in page
    assert "Do not use it to judge a person" in page
    assert '<th scope="col">precision</th>' in page
    assert "promotion" not in page  # the rest is for admins
    assert client.get(f"/learning/models/{version.pk}/about/").status_code == httpx.codes.FOUND
    assert client_of(owner).get("/learning/models/999/about/").status_code == NOT_FOUND


def test_a_model_without_a_card_is_said_to_have_none(client_of, owner, tmp_path):
    version = ensure_active_model()
    ModelVersion.objects.filter(pk=version.pk).update(bundle_path=str(tmp_path))
    page = client_of(owner).get(f"/learning/models/{version.pk}/about/").content.decode()
    assert "This model came without a card." in page


def test_a_card_is_shown_as_text_whatever_it_holds(client_of, owner, tmp_path):
    version = ensure_active_model()
    card = "# x\n\n- <script>one</script>\n- two\n  goes on\n\n## T\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    (tmp_path / "MODEL_CARD.md").write_text(card, encoding="utf-8")
    ModelVersion.objects.filter(pk=version.pk).update(bundle_path=str(tmp_path))
    page = client_of(owner).get(f"/learning/models/{version.pk}/about/").content.decode()
    assert "<li>&lt;script&gt;one&lt;/script&gt;</li><li>two goes on</li>" in page
    assert "<td>1</td><td>2</td>" in page
    assert "---" not in page
