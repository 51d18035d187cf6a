"""From a correction to a data set: only with consent, by person, and gone when the consent goes."""

import time

import pytest

import inference
from tests.clips import moving_face, write_clip
from webplatform.analysis.models import MediaFile
from webplatform.common.errors import Conflict, ConsentMissing, Invalid, NotAllowed
from webplatform.consent.models import ConsentScope
from webplatform.consent.services import give_consent, withdraw_consent
from webplatform.history.corrections import correct, take_back
from webplatform.history.models import Correction, Session
from webplatform.history.services import append_readings, close_session, open_session
from webplatform.jobs import heartbeat
from webplatform.learning import samples, work
from webplatform.learning.child import ChildFailed, Stopped
from webplatform.learning.models import Dataset, TrainingRun
from webplatform.learning.queries import missing_to_learn
from webplatform.learning.samples import cut_samples
from webplatform.learning.services import RunOptions, dataset_from_corrections, start_run
from webplatform.studies.models import Membership

pytestmark = pytest.mark.django_db(transaction=True)
ALL = [ConsentScope.ANALYSE, ConsentScope.KEEP_MEDIA, ConsentScope.TRAIN]


@pytest.fixture
def watch(study, consent_of, settings, tmp_path):
    """`watch(user, scopes)`: a closed session of the user with its video, read by the real engine."""
    settings.MEDIA_ROOT = tmp_path / "media"
    engine = inference.load_engine()

    def record(user, scopes=ALL):
        if not consent_of(user):
            raise AssertionError
        withdraw_consent(of=user, scopes=[ConsentScope.ANALYSE])
        consent = give_consent(user=user, language="en", channel="page", scopes=scopes)
        session = open_session(study=study, user=user, consent=consent, title="x", source="upload", every_ms=200)
        session.folder.mkdir(parents=True)
        clip = write_clip(session.folder / "video.mp4", moving_face(25))
        media = {"content_type": "video/mp4", "size_bytes": 1, "sha256": "0" * 64}
        MediaFile.objects.create(session=session, original_name="x.mp4", stored_name="video.mp4", **media)
        append_readings(session=session, readings=list(engine.read_video(clip, every_ms=200)))
        return close_session(session=session, duration_ms=1000, is_partial=False)

    return record


def mark(session, user, **changes):
    asked = {"track": 1, "from_ms": 0, "to_ms": 400, "emotion": "sad", **changes}
    return correct(session=session, user=user, **asked)


def test_a_correction_needs_consent_to_training(watch, owner):
    session = watch(owner, [ConsentScope.ANALYSE, ConsentScope.KEEP_MEDIA])
    with pytest.raises(ConsentMissing):
        mark(session, owner)
    assert not Correction.objects.exists()


def test_who_may_only_view_may_not_correct(watch, owner, viewer):
    session = watch(owner)
    with pytest.raises(NotAllowed):
        mark(session, viewer)
    with pytest.raises(NotAllowed):
        take_back(correction=mark(session, owner), user=viewer)


@pytest.mark.parametrize("wrong", [{"track": 9}, {"from_ms": 5000, "to_ms": 6000}, {"emotion": "bored"}], ids=str)
def test_a_correction_that_means_nothing_is_refused(watch, owner, wrong):
    with pytest.raises(Invalid):
        mark(watch(owner), owner, **wrong)


def test_a_later_word_on_the_same_stretch_replaces_the_earlier(watch, owner):
    session = watch(owner)
    mark(session, owner, from_ms=0, to_ms=200)
    mark(session, owner, from_ms=0, to_ms=400, emotion="fear")
    assert [row.emotion for row in Correction.objects.all()] == ["fear"]


def test_corrected_faces_are_cut_as_the_model_sees_them(watch, owner, admin, no_messages):
    session = watch(owner)
    mark(session, owner)
    dataset = dataset_from_corrections(user=admin, name="Corrected")
    manifest = cut_samples(dataset).manifest
    lines = manifest.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 3  # 0, 200 and 400 ms
    assert {line.split(",")[1] for line in lines[1:]} == {"sad"}
    assert len({line.split(",")[2] for line in lines[1:]}) == 1  # one person, one group
    picture = manifest.parent / lines[1].split(",")[0]
    assert picture.read_bytes().startswith(b"\x89PNG")
    engine = inference.load_engine()
    assert engine.read_face(picture).faces[0].dominant == inference.Emotion.HAPPY  # whatever the label says
    assert dataset.sources.get().session_id == session.pk


def test_cutting_stops_when_nobody_wants_the_data_set_any_more(watch, owner, admin, no_messages):
    mark(watch(owner), owner)
    dataset = dataset_from_corrections(user=admin, name="Corrected")
    with pytest.raises(Stopped):
        cut_samples(dataset, lambda: False)
    assert len(list((dataset.folder / "samples").glob("*.png"))) == 1


def test_what_was_corrected_and_what_is_missing_is_counted_where_it_may_teach(watch, owner):
    mark(watch(owner), owner)
    told = samples.corrections_so_far()
    assert told["corrected"] == [("sad", 1)]
    assert told["missing"] == ["angry", "disgust", "fear", "happy", "surprise", "neutral"]
    withdraw_consent(of=owner, scopes=[ConsentScope.TRAIN])
    assert samples.corrections_so_far()["corrected"] == []


def test_a_few_corrections_of_one_kind_say_what_is_missing(watch, owner, admin, no_messages):
    mark(watch(owner), owner)
    dataset = dataset_from_corrections(user=admin, name="Corrected")
    work.work_on("dataset", dataset.pk)
    dataset.refresh_from_db()
    assert dataset.state == "failed"
    assert "no picture of" in dataset.error_message
    assert not dataset.folder.exists()


def test_corrections_are_checked_first_and_wait_sealed(watch, owner, admin, no_messages):
    mark(watch(owner), owner)
    dataset = dataset_from_corrections(user=admin, name="Corrected", asks_first=True)
    work.work_on("dataset", dataset.pk)
    dataset.refresh_from_db()
    assert (dataset.state, dataset.is_usable) == ("checked", False)
    assert [file.name for file in dataset.folder.iterdir()] == ["faces.zip.sealed"]
    assert missing_to_learn(dataset) == ["angry", "disgust", "fear", "happy", "surprise", "neutral"]


def test_a_damaged_video_is_left_out_and_named(watch, owner, viewer, admin, no_messages):
    Membership.objects.filter(user=viewer).update(role=Membership.Role.ANALYST)
    sound, damaged = watch(owner), watch(viewer)
    mark(sound, owner)
    mark(damaged, owner)
    (damaged.folder / damaged.media.stored_name).write_bytes(bytes(5000))
    dataset = dataset_from_corrections(user=admin, name="Corrected", asks_first=True)
    work.work_on("dataset", dataset.pk)
    dataset.refresh_from_db()
    assert dataset.state == "checked", dataset.error_message
    assert dataset.report["unreadable_videos"] == [str(damaged.pk)]
    assert dict(dataset.sources.values_list("session_id", "pictures")) == {sound.pk: 3, damaged.pk: 0}


def test_without_corrections_there_is_nothing_to_learn_from(admin, no_messages):
    with pytest.raises(Conflict):
        dataset_from_corrections(user=admin, name="Corrected")
    assert not Dataset.objects.exists()


def test_withdrawn_consent_closes_the_data_set_and_takes_its_faces(watch, owner, admin, no_messages):
    session = watch(owner)
    mark(session, owner)
    dataset = dataset_from_corrections(user=admin, name="Corrected")
    cut_samples(dataset)
    Dataset.objects.filter(pk=dataset.pk).update(state="done")
    run = TrainingRun.objects.create(dataset=dataset, recipe="small", state="running")
    withdraw_consent(of=owner, scopes=[ConsentScope.TRAIN])
    dataset.refresh_from_db()
    assert dataset.withdrawn_at is not None
    assert not dataset.folder.exists()
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert Session.objects.filter(pk=session.pk).exists()  # the analysis is still agreed to
    with pytest.raises(Conflict):
        start_run(user=admin, dataset=dataset, options=RunOptions("small", "scratch", 1, 1))


def test_a_withdrawal_while_faces_are_cut_stops_the_data_set(watch, owner, admin, no_messages, monkeypatch):
    session = watch(owner)
    mark(session, owner)
    dataset = dataset_from_corrections(user=admin, name="Corrected")
    cut = samples._cut_session

    def withdraw_meanwhile(*given):
        pictures = cut(*given)
        withdraw_consent(of=owner, scopes=[ConsentScope.TRAIN])
        return pictures

    monkeypatch.setattr(samples, "_cut_session", withdraw_meanwhile)
    work.work_on("dataset", dataset.pk)
    dataset.refresh_from_db()
    assert dataset.withdrawn_at is not None
    assert not dataset.is_usable
    assert not dataset.folder.exists()


def test_the_api_takes_and_removes_corrections(watch, owner, viewer, api_of):
    session = watch(owner)
    path = f"/api/v1/sessions/{session.pk}/corrections/"
    asked = {"track": 1, "from_ms": 0, "to_ms": 400, "emotion": "sad"}
    made = api_of(owner).post(path, asked)
    assert made.status_code == 201
    assert api_of(viewer).get(path).json()["results"] == [{"id": made.json()["id"], **asked}]
    assert api_of(owner).post(path, {**asked, "to_ms": -1}).status_code == 400
    assert api_of(owner).post(path, {**asked, "from_ms": 500}).status_code == 400
    assert api_of(owner).delete(f"{path}{made.json()['id']}/").status_code == 204
    assert api_of(owner).get(path).json()["results"] == []


def test_a_long_stretch_before_the_first_face_does_not_look_like_a_dead_trainer(
    watch, owner, admin, no_messages, settings, monkeypatch
):
    settings.RAUT_JOB_STALE_SECONDS = 0.2
    monkeypatch.setattr(heartbeat, "CHECK_EVERY_S", 0.02)
    mark(watch(owner), owner)
    dataset = dataset_from_corrections(user=admin, name="Corrected")
    beats = []

    def decode_for_minutes(dataset, may_go_on):
        deadline_s = time.monotonic() + 10
        while len(set(beats)) < 3 and time.monotonic() < deadline_s:
            beats.append(Dataset.objects.get(pk=dataset.pk).heartbeat_at)
            time.sleep(0.02)
        raise Invalid("over")

    monkeypatch.setattr(work, "cut_samples", decode_for_minutes)
    work.work_on("dataset", dataset.pk)
    assert len(set(beats)) == 3


def test_work_waits_for_room_on_the_disk_and_keeps_what_it_has(watch, owner, admin, no_messages, settings, monkeypatch):
    mark(watch(owner), owner)
    dataset = dataset_from_corrections(user=admin, name="Corrected")

    def fill_disk(dataset, may_go_on):
        settings.RAUT_MIN_FREE_DISK_MB = 10**9
        raise ChildFailed("No space left on device")

    monkeypatch.setattr(work, "cut_samples", fill_disk)
    for _again in range(4):
        work.work_on("dataset", dataset.pk)
    dataset.refresh_from_db()
    assert (dataset.state, dataset.attempts, dataset.folder.exists()) == ("queued", 0, True)
