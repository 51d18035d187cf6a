"""The loop in a real browser with a real trainer: from a correction to a model that reads the next video."""

from __future__ import annotations

import io
import zipfile

import pytest
from playwright.sync_api import expect

from inference import EMOTIONS
from tests.browser.seeds import agree_to_training
from tests.clips import moving_face, write_clip
from tests.training.faces import write_tree
from webplatform.history.models import Correction, Session
from webplatform.learning.models import Dataset
from webplatform.modelhub.models import Promotion

TAUGHT_MS = 240_000


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    """Drawn faces in folders, zipped."""
    tree = write_tree(tmp_path_factory.mktemp("faces") / "own", 24)
    file = tree.parent / "own.zip"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for picture in sorted(tree.rglob("*.png")):
            target.write(picture, picture.relative_to(tree.parent))
    file.write_bytes(packed.getvalue())
    return file


def correct_faces(visitor, person, session_id):
    """One on the session's page, with the scores hidden, by a key; one of each other expression as a program would."""
    page = visitor.open_session(session_id, "#t=1000")
    page.locator("[data-face='1'] [data-plot]").focus()
    page.keyboard.press("x")
    page.locator("#stage").evaluate("stage => { stage.tabIndex = -1; stage.focus(); }")
    page.keyboard.press("6")
    expect(page.get_by_role("status").first).to_contain_text("The correction is noted.")
    assert Correction.objects.get(session=session_id).emotion == "surprise"
    others = [emotion for emotion in EMOTIONS if emotion != "surprise"]
    for place, emotion in enumerate(others):
        said = {"track": 1, "from_ms": 1200 + 200 * place, "to_ms": 1399 + 200 * place, "emotion": emotion}
        answer = person.api.post(f"/api/v1/sessions/{session_id}/corrections/", json=said)
        assert answer.status_code == 201, answer.text


def test_an_admin_teaches_compares_and_promotes_a_model(platform, visit, faces, clip, tmp_path):
    person = platform.create_user()
    type(person.user).objects.filter(pk=person.user.pk).update(is_staff=True)
    agree_to_training(person)
    visitor = visit(person)
    page = visitor.page
    watched = platform.await_job(person, platform.upload(person, write_clip(tmp_path / "talk.mp4", moving_face(75))))
    correct_faces(visitor, person, watched["session"])
    page.goto("/learning/")
    page.get_by_role("button", name="Import a data set").click()
    page.locator("#corrections-name").fill("What we corrected")
    page.get_by_role("button", name="Make a data set of corrections").click()
    page.get_by_role("button", name="Make it anyway").click(timeout=TAUGHT_MS)
    expect(page.locator(".page-head")).to_contain_text("done")
    counts = Dataset.objects.get(name="What we corrected").report["counts"]["train"]
    assert counts == dict.fromkeys(map(str, EMOTIONS), 1)
    page.goto("/learning/")
    page.get_by_role("button", name="Import a data set").click()
    page.locator("#id_name").fill("Own faces")
    page.get_by_label("Upload").set_input_files(str(faces))
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("button", name="Make it anyway").click(timeout=TAUGHT_MS)  # it is small, and the page says so
    expect(page.get_by_role("heading", name="Start a run")).to_be_visible()
    page.get_by_label("Epochs").fill("8")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator("#state")).to_contain_text("done", timeout=TAUGHT_MS)
    expect(page.locator("#epochs tbody tr")).to_have_count(8)
    page.locator("dl a").click()  # the candidate
    promote = page.get_by_role("button", name="Make active")
    page.get_by_label("Reason").fill("it knows our faces")
    for _ in range(60):  # the comparison runs in the trainer
        if page.get_by_text("McNemar").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    page.get_by_label("Reason").fill("it knows our faces")
    promote.click()
    expect(page.get_by_role("status")).to_contain_text("is active now")
    promotion = Promotion.objects.get()
    assert promotion.by == person.user
    assert str(promotion.replaced) in page.locator("main").inner_text()
    job = platform.await_job(person, platform.upload(person, clip))
    session = Session.objects.get(pk=job["session"])
    assert session.model_version == promotion.version
    page.goto(f"/learning/models/{promotion.replaced_id}/")
    page.get_by_label("Reason").fill("back to the one that knows people")
    page.get_by_role("button", name="Roll back", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("is active now")
