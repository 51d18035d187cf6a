"""The same video, read again by another model: both readings stay, and each names its model."""

import pytest

import inference
from tests.webplatform.history.readings import face, frame
from webplatform.analysis import work
from webplatform.analysis.models import AnalysisJob
from webplatform.analysis.repetitions import repeat_analysis
from webplatform.analysis.withdrawals import drop_media
from webplatform.common.errors import Conflict, ConsentMissing, NotAllowed
from webplatform.consent.models import ConsentScope
from webplatform.consent.services import withdraw_consent
from webplatform.history.bin import bin_session, restore_session
from webplatform.history.differences import difference_between
from webplatform.history.models import Session
from webplatform.history.services import delete_session
from webplatform.modelhub.services import register_bundle
from webplatform.studies.place import Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(submit, study, fake_engine):
    """A video that the active model has read."""
    job = submit(place=Place(study=study))
    work.run_job(job.pk)
    return Session.objects.get(pk=job.session_id)


@pytest.fixture
def other(db):
    """Another version, with a whole bundle."""
    return register_bundle(path=inference.SHIPPED_BUNDLE)


def repeat(session, owner, other, capture):
    with capture(execute=True):
        return repeat_analysis(session=session, user=owner, version=other)


def test_both_readings_are_kept_and_name_their_model(
    read, owner, other, fake_engine, sent, django_capture_on_commit_callbacks
):
    fake_engine.readings = [frame(200 * at, face(1, sad=0.9, happy=0.1)) for at in range(10)]
    job = repeat(read, owner, other, django_capture_on_commit_callbacks)
    assert sent[-1] == str(job.pk)
    work.run_job(job.pk)
    again = Session.objects.get(pk=job.session_id)
    read.refresh_from_db()
    assert (again.state, again.model_version, again.repeats) == ("closed", other, read)
    assert str(other) in again.title
    assert read.model_version != other
    found = difference_between(read, again)
    assert (found["readings"], found["same"]) == (8, 0)
    assert found["changes"] == [{"from": "happy", "to": "sad", "count": 8}]
    assert [(one["start_ms"], one["end_ms"]) for one in found["stretches"]] == [(0, 600), (1000, 2000)]
    assert found["second"]["model"] == str(other)


def test_a_video_that_is_not_kept_is_refused_clearly(read, owner, other):
    drop_media(read)
    with pytest.raises(Conflict, match="not kept"):
        repeat_analysis(session=read, user=owner, version=other)
    assert Session.objects.count() == 1


def test_the_same_model_is_not_asked_twice(read, owner, other, model_version, django_capture_on_commit_callbacks):
    with pytest.raises(Conflict, match="already"):
        repeat_analysis(session=read, user=owner, version=model_version)
    repeat(read, owner, other, django_capture_on_commit_callbacks)
    with pytest.raises(Conflict, match="already"):
        repeat_analysis(session=read, user=owner, version=other)


def test_a_damaged_bundle_reads_nothing(read, owner, other):
    type(other).objects.filter(pk=other.pk).update(bundle_path="/nowhere")
    other.refresh_from_db()
    with pytest.raises(Conflict, match="not the one"):
        repeat_analysis(session=read, user=owner, version=other)


def test_who_may_only_view_may_not_repeat(read, viewer, other):
    with pytest.raises(NotAllowed):
        repeat_analysis(session=read, user=viewer, version=other)


def test_a_withdrawn_consent_is_read_no_more(read, owner, other):
    withdraw_consent(of=owner, scopes=[ConsentScope.ANALYSE])
    with pytest.raises((ConsentMissing, Conflict)):
        repeat_analysis(session=read, user=owner, version=other)


def test_a_video_that_goes_meanwhile_fails_the_second_reading_only(
    read, owner, other, django_capture_on_commit_callbacks
):
    job = repeat(read, owner, other, django_capture_on_commit_callbacks)
    with django_capture_on_commit_callbacks(execute=True):
        drop_media(read)
    work.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, "not on the server" in job.error_message) == ("failed", True)
    assert Session.objects.get(pk=read.pk).state == "closed"


def test_what_was_read_again_goes_with_its_recording(read, owner, other, django_capture_on_commit_callbacks):
    repeat(read, owner, other, django_capture_on_commit_callbacks)
    delete_session(session=read, user=owner)
    assert not Session.objects.exists()
    assert not AnalysisJob.objects.exists()


def test_what_lies_in_the_bin_is_read_again_only_after_it_was_restored(
    read, owner, other, django_capture_on_commit_callbacks
):
    job = repeat(read, owner, other, django_capture_on_commit_callbacks)
    again = bin_session(session=Session.objects.get(pk=job.session_id), user=owner)
    job.refresh_from_db()
    assert (job.state, again.state) == ("cancelled", "failed")
    with pytest.raises(Conflict, match="in the bin"):
        repeat_analysis(session=read, user=owner, version=other)
    bin_session(session=read, user=owner)
    restore_session(session=again, user=owner)
    assert set(Session.objects.values_list("pk", flat=True)) == {read.pk, again.pk}, "not without its recording"


def test_the_api_reads_again_and_tells_the_difference(read, owner, other, stranger, api_of, client_of):
    path = f"/api/v1/sessions/{read.pk}/repetitions/"
    api = api_of(owner)
    assert [one["id"] for one in api.get(path).json()["models"]] == [other.pk]
    made = api.post(path, {"model": other.pk})
    assert made.status_code == 202
    assert api.post(path, {"model": other.pk}).status_code == 409
    assert api.post(path, {"model": 99999}).status_code == 404
    work.run_job(made.json()["id"])
    again = made.json()["session"]
    answer = api.get(f"/api/v1/sessions/{read.pk}/difference/{again}/").json()
    assert (answer["readings"], answer["same"], answer["changes"]) == (8, 8, [])
    assert api.get(f"/api/v1/sessions/{read.pk}/difference/{read.pk}/").status_code == 409
    assert api_of(stranger).get(path).status_code == 404
    assert api_of(stranger).get(f"/api/v1/sessions/{read.pk}/difference/{again}/").status_code == 404


def test_the_pages_offer_it_and_show_the_difference(read, owner, viewer, stranger, other, client_of):
    page = client_of(owner).get(f"/sessions/{read.pk}/")
    assert "Read it again with" in page.content.decode()
    assert "Read it again with" not in client_of(viewer).get(f"/sessions/{read.pk}/").content.decode()
    answer = client_of(owner).post(f"/sessions/{read.pk}/repeat/", {"model": other.pk})
    again = Session.objects.get(repeats=read)
    assert answer.url == f"/sessions/{again.pk}/"
    work.run_job(again.job.pk)
    shown = client_of(owner).get(f"/sessions/{again.pk}/").content.decode()
    assert f"/sessions/{read.pk}/media/" in shown
    difference = f"/sessions/{read.pk}/difference/{again.pk}/"
    assert difference in shown
    assert "say the same at every moment" in client_of(owner).get(difference).content.decode()
    assert client_of(stranger).get(difference).status_code == 404
    assert client_of(stranger).post(f"/sessions/{read.pk}/repeat/", {"model": other.pk}).status_code == 404
