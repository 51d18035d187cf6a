"""Whose session it is: participant, study and condition, on the session, in downloads and over REST."""

import csv
import io
import json

import pytest
from django.urls import reverse

from tests.shipped_texts import add_shipped_texts
from webplatform.accounts.models import AuditEvent
from webplatform.analysis.models import MediaFile
from webplatform.common.errors import Conflict, ConsentMissing, Invalid, NotAllowed
from webplatform.consent.services import give_participant_consent, withdraw_consent
from webplatform.history.assignments import assign_participant, set_condition
from webplatform.history.models import Session
from webplatform.history.session_files import SHARED_COLUMNS, shared_pieces
from webplatform.learning.models import Dataset, DatasetSource
from webplatform.participation.participants import add_participant
from webplatform.retention.models import DataExport
from webplatform.retention.services import request_export
from webplatform.studies.conditions import add_condition
from webplatform.studies.models import Membership, Study
from webplatform.studies.variables import add_variable, set_values

SCOPES = ["analyse", "keep_media", "share"]


@pytest.fixture(autouse=True)
def texts(db):
    add_shipped_texts()


@pytest.fixture
def film(study, owner):
    return add_condition(study=study, user=owner, name="film A")


@pytest.fixture
def blue(study, owner):
    """A participant of whom a variable is known, and who has agreed."""
    add_variable(study=study, user=owner, name="track", kind="text")
    person = add_participant(study=study, user=owner, pseudonym="Blue", variables={"track": "=cmd"})
    give_participant_consent(participant=person, language="en", channel="link", scopes=SCOPES)
    return person


@pytest.fixture
def other_study(owner):
    study = Study.objects.create(name="Other", capture_mode="media")
    Membership.objects.create(study=study, user=owner, role="owner")
    return study


def test_a_session_and_what_was_read_of_its_video_again_bear_the_condition(story, owner, film, model_version):
    again = Session.objects.create(
        study=story.study, consent=story.consent, repeats=story, title="again", source="upload", every_ms=200
    )
    assert set_condition(sessions=[again], user=owner, condition=film) == 2
    assert set(film.sessions.all()) == {story, again}
    assert set_condition(sessions=[story], user=owner, condition=film) == 0
    assert set_condition(sessions=[story], user=owner, condition=None) == 2


def test_another_studys_condition_is_refused_and_nothing_changes(story, owner, film, other_study):
    foreign = add_condition(study=other_study, user=owner, name="film B")
    set_condition(sessions=[story], user=owner, condition=film)
    with pytest.raises(Invalid):
        set_condition(sessions=[story], user=owner, condition=foreign)
    story.refresh_from_db()
    assert story.condition == film


def test_a_viewer_gives_no_condition(story, viewer, film):
    with pytest.raises(NotAllowed):
        set_condition(sessions=[story], user=viewer, condition=film)


def test_a_session_becomes_a_participants_and_rests_on_their_consent(story, owner, blue, consent):
    assign_participant(session=story, user=owner, participant=blue)
    story.refresh_from_db()
    assert (story.participant, story.consent.participant) == (blue, blue)
    withdraw_consent(of=owner)
    assert Session.objects.filter(pk=story.pk).exists()
    assert AuditEvent.objects.get(action="session.assigned").target == f"session:{story.pk}"


def test_what_was_made_of_it_on_the_old_consent_goes_where_the_new_one_does_not_cover_it(
    story, owner, blue, consent, django_capture_on_commit_callbacks
):
    dataset = Dataset.objects.create(name="Faces", state="done")
    DatasetSource.objects.create(dataset=dataset, session_id=story.pk, pictures=1)
    copy = request_export(of=owner, language="en")
    with django_capture_on_commit_callbacks(execute=True):
        assign_participant(session=story, user=owner, participant=blue)
    dataset.refresh_from_db()
    assert dataset.withdrawn_at is not None  # Blue allows no training
    assert not DataExport.objects.filter(pk=copy.pk).exists()


def test_a_video_that_their_consent_does_not_keep_goes(story, study, owner):
    red = add_participant(study=study, user=owner, pseudonym="Red")
    give_participant_consent(participant=red, language="en", channel="link", scopes=["analyse"])
    MediaFile.objects.create(session=story, original_name="x.mp4", stored_name="media.mp4", size_bytes=1)
    assign_participant(session=story, user=owner, participant=red)
    assert not MediaFile.objects.exists()


def test_without_their_consent_it_does_not(story, study, owner):
    red = add_participant(study=study, user=owner, pseudonym="Red")
    with pytest.raises(ConsentMissing):
        assign_participant(session=story, user=owner, participant=red)
    story.refresh_from_db()
    assert story.participant is None


def test_in_another_study_the_condition_is_gone(story, owner, film, other_study):
    set_condition(sessions=[story], user=owner, condition=film)
    red = add_participant(study=other_study, user=owner, pseudonym="Red")
    give_participant_consent(participant=red, language="en", channel="link", scopes=["analyse"])
    assign_participant(session=story, user=owner, participant=red)
    story.refresh_from_db()
    assert (story.study, story.condition) == (other_study, None)


def test_an_analyst_takes_nobodys_session_out_of_its_study(story, stranger, other_study, owner):
    for study, role in ((story.study, "analyst"), (other_study, "owner")):
        Membership.objects.create(study=study, user=stranger, role=role)
    red = add_participant(study=other_study, user=stranger, pseudonym="Red")
    give_participant_consent(participant=red, language="en", channel="link", scopes=["analyse"])
    with pytest.raises(NotAllowed):
        assign_participant(session=story, user=stranger, participant=red)


def test_a_session_that_still_runs_stays_whose_it_is(session, owner, blue):
    with pytest.raises(Conflict):
        assign_participant(session=session, user=owner, participant=blue)


@pytest.fixture
def borne(story, owner, blue, film):
    """A closed session of Blue in the condition film A."""
    assign_participant(session=story, user=owner, participant=blue)
    set_condition(sessions=[story], user=owner, condition=film)
    return Session.objects.get(pk=story.pk)


def test_the_table_tells_whose_each_line_is_and_no_cell_is_a_formula(borne, owner, client_of):
    answer = client_of(owner).get(reverse("history:csv", args=[borne.pk]))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    told = {name: rows[0][name] for name in ("study", "participant", "condition", "variable:track", "track")}
    assert told == {
        "study": "Pilot", "participant": "Blue", "condition": "film A", "variable:track": "'=cmd", "track": "1",
    }  # fmt: skip


def test_the_json_tells_it_too(borne, owner, client_of):
    answer = client_of(owner).get(reverse("history:json", args=[borne.pk]))
    head = json.loads(b"".join(answer.streaming_content))["session"]
    assert head["participant"]["pseudonym"] == "Blue"
    assert (head["condition"]["name"], head["variables"]) == ("film A", {"track": "=cmd"})


def test_the_file_for_other_researchers_names_nobody(borne, study):
    text = "".join(shared_pieces(study))
    assert text.splitlines()[0].split(",") == SHARED_COLUMNS
    assert text.splitlines()[1].startswith("P1,S1,")
    assert not [secret for secret in ("Blue", "film A", "cmd", "Pilot") if secret in text]


def test_rest_changes_participant_and_condition_together_or_not_at_all(story, owner, blue, film, api_of, viewer):
    api, url = api_of(owner), reverse("api-session", args=[story.pk])
    wrong = api.patch(url, {"participant": str(blue.pk), "condition": film.pk + 7}, format="json")
    assert wrong.status_code == 404
    story.refresh_from_db()
    assert story.participant is None
    answer = api.patch(url, {"participant": str(blue.pk), "condition": film.pk, "title": "T"}, format="json").json()
    assert (answer["participant"]["pseudonym"], answer["condition"]["name"], answer["title"]) == ("Blue", "film A", "T")
    assert api.patch(url, {"condition": None}, format="json").json()["condition"] is None
    assert api_of(viewer).patch(url, {"condition": film.pk}, format="json").status_code == 403


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ({"q": "blu"}, True), ({"q": "film a"}, True), ({"q": "pilot"}, True), ({"q": "=CMD"}, True),
        ({"q": "green"}, False), ({"condition": "none"}, False), ({"since": "2100-01-01"}, False),
        ({"until": "2000-01-01"}, False), ({"model": "999"}, False), ({"by": "999999"}, False),
    ],
)  # fmt: skip
def test_the_list_is_searched_and_narrowed(borne, owner, api_of, asked, is_found):
    rows = api_of(owner).get(reverse("api-sessions"), asked).json()["results"]
    assert bool(rows) is is_found


def test_the_list_is_narrowed_by_what_a_session_is(borne, owner, api_of):
    for name, value in (
        ("study", borne.study_id), ("participant", borne.participant_id), ("condition", borne.condition_id),
        ("model", borne.model_version_id), ("by", owner.pk), ("since", borne.created_at.date()),
    ):  # fmt: skip
        assert len(api_of(owner).get(reverse("api-sessions"), {name: str(value)}).json()["results"]) == 1, name


def test_nobody_searches_in_the_values_of_other_peoples_studies(borne, stranger, api_of):
    assert api_of(stranger).get(reverse("api-sessions"), {"q": "=cmd"}).json()["results"] == []


@pytest.mark.parametrize(("sort", "titles"), [("title", ["A", "B"]), ("oldest", ["B", "A"]), ("newest", ["A", "B"])])
def test_the_list_is_ordered_as_asked(study, owner, consent, api_of, sort, titles):
    for title in ("B", "A"):
        Session.objects.create(study=study, consent=consent, title=title, source="upload", every_ms=200)
    rows = api_of(owner).get(reverse("api-sessions"), {"sort": sort}).json()["results"]
    assert [row["title"] for row in rows] == titles


def test_an_order_that_does_not_exist_is_refused(owner, api_of):
    assert api_of(owner).get(reverse("api-sessions"), {"sort": "-password"}).status_code == 400


def test_values_are_shown_after_a_change(borne, owner, blue, api_of):
    set_values(participant=blue, user=owner, values={"track": "left"})
    assert api_of(owner).get(reverse("api-session", args=[borne.pk])).json()["variables"] == {"track": "left"}
