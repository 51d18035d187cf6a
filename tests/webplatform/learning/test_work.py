"""The loop from a data set to a promoted model, beside a trainer that learns nothing."""

import threading
import time
from itertools import pairwise

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

import inference
from webplatform.accounts.people import disable_account
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.jobs.leases import claim
from webplatform.learning import child, work
from webplatform.learning.models import Comparison, Dataset, TrainingRun
from webplatform.learning.services import (
    RunOptions,
    cancel,
    delete_dataset,
    import_dataset,
    promote,
    sources_on_server,
    start_run,
)
from webplatform.learning.tasks import requeue_stale_work
from webplatform.modelhub.models import ModelVersion, Promotion
from webplatform.modelhub.queries import active_version
from webplatform.modelhub.services import promote_version

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_upload_is_checked_split_and_frozen(dataset, faces_zip):
    counts = dataset.report["counts"]
    assert sum(sum(split.values()) for split in counts.values()) == 7 * 24
    assert dataset.report["unreadable"] == ["own/happy/broken.png"]
    assert dataset.report["unknown_classes"] == {"bored": 1}
    assert len(dataset.digest) == 64
    assert [file.name for file in dataset.folder.iterdir()] == ["faces.zip"]  # the upload itself is gone


def test_a_folder_on_the_server_is_imported_and_nothing_outside_of_it(admin, no_messages, faces_zip, tmp_path):
    (tmp_path / "import").mkdir()
    (tmp_path / "import" / "faces.zip").write_bytes(faces_zip)
    (tmp_path / "secret.zip").write_bytes(faces_zip)
    (tmp_path / "import" / "link.zip").symlink_to(tmp_path / "secret.zip")
    assert sources_on_server() == ["faces.zip"]
    for name in ("../secret.zip", "link.zip", "/etc/passwd", ""):
        with pytest.raises(Invalid):
            import_dataset(user=admin, name="x", licence="", source=name)
    made = import_dataset(user=admin, name="x", licence="", source="faces.zip")
    work.work_on("dataset", made.pk)
    made.refresh_from_db()
    assert made.state == "done"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("faces.zip", b"no zip", "zip"), ("faces.csv", b"a,b\n1,2\n", ""), ("faces.zip", b"PK\x05\x06" + bytes(18), "")],
)
def test_a_broken_data_set_says_why_and_leaves_nothing(admin, no_messages, name, content, said):
    made = import_dataset(user=admin, name="x", licence="", source=SimpleUploadedFile(name, content))
    work.work_on("dataset", made.pk)
    made.refresh_from_db()
    assert made.state == "failed"
    assert said in made.error_message.lower()
    assert "Traceback" not in made.error_message
    assert not made.folder.exists()


def test_only_admins_teach(owner, upload, no_messages):
    with pytest.raises(NotAllowed):
        import_dataset(user=owner, name="x", licence="", source=upload)
    assert not Dataset.objects.exists()


def test_a_run_ends_in_a_candidate_that_is_compared_with_the_active_model(admin, run_of):
    run = run_of(epochs=8)
    comparison = work.work_on("run", run.pk)
    run.refresh_from_db()
    assert run.state == "done", run.error_message
    assert (run.progress, len(run.curves), run.version.state) == (1.0, 8, "candidate")
    said = [row["text"].split(":")[0] for row in run.log]
    assert said == ["attempt 1", *(f"epoch {epoch} of 8" for epoch in range(1, 9)), "done"]
    assert inference.read_bundle(run.version.folder).spec.recipe == "small"
    assert not run.checkpoint.exists()
    assert (comparison.first, comparison.second) == (active_version(), run.version)
    with pytest.raises(Conflict, match="not yet"):
        promote(user=admin, version=run.version, reason="it was trained here")
    work.work_on("comparison", comparison.pk)
    comparison.refresh_from_db()
    assert comparison.state == "done", comparison.error_message
    assert comparison.result["n"] > 0
    before = active_version()
    promotion = promote(user=admin, version=run.version, reason="it knows drawn faces")
    assert active_version() == run.version
    assert (promotion.replaced, promotion.by, promotion.reason) == (before, admin, "it knows drawn faces")
    assert promotion.gate
    assert all(check["is_passed"] for check in promotion.gate)
    promote(user=admin, version=before, reason="roll back")  # was active before: no new evidence is asked for
    assert active_version() == before
    assert Promotion.objects.count() == 2


def test_a_worse_candidate_is_not_let_through(admin, run_of):
    worse, before = run_of(), active_version()
    comparison = work.work_on("run", worse.pk)
    work.work_on("comparison", comparison.pk)
    comparison.refresh_from_db()
    comparison.result["difference"]["accuracy"] = {"value": -0.5, "interval": [-0.6, -0.4]}
    comparison.save()
    worse.refresh_from_db()
    with pytest.raises(Conflict, match="may not become active"):
        promote(user=admin, version=worse.version, reason="hope")
    assert active_version() == before


def test_fine_tuning_starts_from_the_weights_of_the_active_model(admin, run_of, monkeypatch):
    asked, train = [], child.run_training
    monkeypatch.setattr(child, "run_training", lambda words, **given: asked.append(words) or train(words, **given))
    run = run_of(recipe="fine-tune", start="active")
    work.work_on("run", run.pk)
    run.refresh_from_db()
    assert run.state == "done", run.error_message
    given = dict(pairwise(asked[0]))
    assert (given["--recipe"], given["--weights"]) == ("fine-tune", str(active_version().folder / "model.keras"))
    assert active_version().folder.joinpath("model.keras").is_file()


@pytest.mark.parametrize(
    "options",
    [
        RunOptions("magic", "scratch", None, 1),
        RunOptions("small", "active", None, 1),
        RunOptions("fine-tune", "scratch", None, 1),
        RunOptions("small", "scratch", 0, 1),
    ],
)
def test_a_run_that_makes_no_sense_is_refused(admin, dataset, options):
    with pytest.raises(Invalid):
        start_run(user=admin, dataset=dataset, options=options)
    assert not TrainingRun.objects.exists()


def test_a_cancelled_run_ends_within_seconds_and_leaves_nothing(admin, run_of, endless_trainer):
    run = run_of(epochs=500)

    def train() -> None:
        work.work_on("run", run.pk)
        connection.close()  # this thread's own

    trainer = threading.Thread(target=train)
    trainer.start()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not TrainingRun.objects.get(pk=run.pk).curves:
        time.sleep(0.2)
    assert TrainingRun.objects.get(pk=run.pk).curves
    started = time.monotonic()
    cancel(user=admin, work=run)
    trainer.join(10)
    assert not trainer.is_alive()
    assert time.monotonic() - started < 6
    run.refresh_from_db()
    assert (run.state, run.version) == ("cancelled", None)
    assert not run.checkpoint.exists()
    assert ModelVersion.objects.filter(state="candidate").count() == 0
    with pytest.raises(Conflict):
        cancel(user=admin, work=run)


def test_a_dead_trainers_run_waits_again_and_goes_on_from_its_checkpoint(admin, run_of, monkeypatch):
    sent = []
    monkeypatch.setattr("webplatform.learning.tasks.send_work", sent.append)
    run = run_of(epochs=8)
    rows = TrainingRun.objects.filter(pk=run.pk)
    claim(rows, run.pk)  # a trainer that dies at once
    rows.update(heartbeat_at="2020-01-01T00:00:00Z")
    requeue_stale_work()
    assert sent == [run]
    work.work_on("run", run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts, [row["epoch"] for row in run.curves]) == ("done", 2, list(range(1, 9)))


def test_a_trainer_that_dies_again_and_again_fails_its_run(run_of):
    run = run_of()
    TrainingRun.objects.filter(pk=run.pk).update(state="running", attempts=3, heartbeat_at="2020-01-01T00:00:00Z")
    requeue_stale_work()
    run.refresh_from_db()
    assert run.state == "failed"


def test_a_data_set_that_was_learnt_from_stays(admin, dataset, run_of):
    run = run_of()
    with pytest.raises(Conflict):
        delete_dataset(user=admin, dataset=dataset)
    run.delete()
    delete_dataset(user=admin, dataset=dataset)
    assert not dataset.folder.exists()


def test_promoting_needs_a_reason_and_a_whole_bundle(admin, run_of):
    run = run_of()
    work.work_on("run", run.pk)
    run.refresh_from_db()
    with pytest.raises(Invalid):
        promote_version(version=run.version, by=admin, reason=" ")
    (run.version.folder / "spec.json").write_text("{}", encoding="utf-8")
    with pytest.raises(Conflict, match="not the one"):
        promote_version(version=run.version, by=admin, reason="why not")
    assert Comparison.objects.count() == 1


def test_what_a_disabled_admin_has_set_going_stops(admin, run_of, owner):
    run, owner.is_staff = run_of(), True
    disable_account(person=admin, by=owner)
    run.refresh_from_db()
    assert (run.state, run.lease) == ("cancelled", None)
