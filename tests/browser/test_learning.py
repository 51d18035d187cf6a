"""The loop in a real browser with a real trainer: from labelled faces to a model that reads the next video."""

from __future__ import annotations

import io
import zipfile

import pytest
from playwright.sync_api import expect

from tests.training.faces import write_tree
from webplatform.history.models import Session
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


def test_an_admin_teaches_compares_and_promotes_a_model(platform, visit, faces, clip):
    person = platform.create_user()
    type(person.user).objects.filter(pk=person.user.pk).update(is_staff=True)
    visitor = visit(person)
    page = visitor.page
    page.goto("/learning/")
    page.get_by_role("button", name="Import a data set").click()
    page.locator("#id_name").fill("Own faces")
    page.get_by_label("Upload").set_input_files(str(faces))
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Start a run")).to_be_visible(timeout=TAUGHT_MS)
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
    job = platform.await_job(person, platform.upload(person, clip))
    session = Session.objects.get(pk=job["session"]["id"] if isinstance(job["session"], dict) else job["session"])
    assert session.model_version == promotion.version
    page.goto(f"/learning/models/{promotion.replaced_id}/")
    page.get_by_label("Reason").fill("back to the one that knows people")
    page.get_by_role("button", name="Roll back", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("is active now")
