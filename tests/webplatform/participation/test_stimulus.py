"""Films that a study shows: added, refused, played by whoever may, seen once, gone with their study."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.clips import blank, write_clip
from webplatform.analysis.orphan_files import find_orphan_files
from webplatform.common.errors import Conflict, Invalid, KeyGone, NotAllowed, QuotaExceeded
from webplatform.consent.notices import notice_of
from webplatform.exporting.content import Content
from webplatform.exporting.formats import report
from webplatform.exporting.options import Options
from webplatform.exporting.tables import session_cells, session_columns
from webplatform.history.models import Session
from webplatform.history.queries import sessions_of
from webplatform.history.session_files import csv_pieces
from webplatform.live.services import LiveIdentity, SessionRequest, begin
from webplatform.modelhub.services import register_bundle
from webplatform.participation.participant_auth import KEPT_AS
from webplatform.participation.services import agree
from webplatform.participation.stimuli import add_stimulus, change_showing, films_for, remove_stimulus
from webplatform.results.queries import lines_of
from webplatform.results.tables import table_of
from webplatform.retention.erasing import erase_study_data
from webplatform.studies.conditions import add_condition
from webplatform.studies.films import open_film
from webplatform.studies.models import ParticipantLink, Stimulus, Study
from webplatform.vault.keys import kept_keys

SECONDS = 25  # frames


@pytest.fixture(scope="module")
def film_bytes(tmp_path_factory):
    return write_clip(tmp_path_factory.mktemp("film") / "cat.mp4", blank(2 * SECONDS)).read_bytes()


@pytest.fixture
def add(study, owner, film_bytes):
    """`add(title, …)`: a film of the study."""

    def add_now(title="Cat", content=None, name="cat.mp4", **options):
        upload = SimpleUploadedFile(name, content or film_bytes)
        return add_stimulus(study=study, user=owner, upload=upload, title=title, **options)

    return add_now


def _sealed_keys():
    return [key.name for key in kept_keys()]


def test_a_film_lies_sealed_under_a_key_of_its_own(add, film_bytes):
    film = add()
    assert film.duration_ms == 2000
    stored = (film.folder / film.stored_name).read_bytes()
    assert film_bytes[:200] not in stored
    assert open_film(film).read() == film_bytes
    assert _sealed_keys() == [film.key_name]


def test_a_film_lies_in_the_object_store_where_there_is_one(
    object_store, add, film_bytes, owner, django_capture_on_commit_callbacks
):
    film = add()
    assert object_store.names(object_store.bucket) == [f"lab/media/stimuli/{film.pk}/{film.stored_name}"]
    with open_film(film) as opened:
        assert opened.read() == film_bytes
    assert not film.folder.exists()
    with django_capture_on_commit_callbacks(execute=True):
        remove_stimulus(stimulus=film, user=owner)
    assert object_store.names(object_store.bucket) == []


@pytest.mark.parametrize(
    ("codec", "ending", "word"), [("mpeg4", "mp4", "do not play"), ("mjpeg", "avi", "do not play")]
)
def test_what_browsers_do_not_play_is_refused_with_the_reason(add, tmp_path, codec, ending, word):
    clip = write_clip(tmp_path / f"x.{ending}", blank(10), codec=codec)
    with pytest.raises(Invalid, match=word):
        add(content=clip.read_bytes(), name=clip.name)
    assert not Stimulus.objects.exists()
    assert _sealed_keys() == []


def test_what_is_damaged_is_refused_and_nothing_is_left(add):
    with pytest.raises(Invalid, match="damaged"):
        add(content=b"\x00\x00\x00\x18ftypmp42" + bytes(64))
    assert not Stimulus.objects.exists()


def test_a_film_that_is_longer_than_a_session_may_be_is_refused(add, settings, tmp_path):
    settings.RAUT_LIVE_MAX_MINUTES = 1
    clip = write_clip(tmp_path / "long.mp4", blank(62), fps=1)
    with pytest.raises(Invalid, match="too long"):
        add(content=clip.read_bytes())


def test_films_count_towards_the_owners_room(add, settings):
    settings.RAUT_STORAGE_QUOTA_MB = 1
    add()
    Stimulus.objects.update(size_bytes=2**20)
    with pytest.raises(QuotaExceeded):
        add("Dog")


def test_a_title_is_taken_once_and_the_second_file_leaves_no_key(add):
    film = add()
    with pytest.raises(Conflict):
        add()
    assert _sealed_keys() == [film.key_name]
    assert [one.name for one in film.folder.parent.iterdir()] == [str(film.pk)]


def test_only_an_owner_changes_films(add, study, viewer, film_bytes):
    film = add()
    for forbidden in (
        lambda: add_stimulus(study=study, user=viewer, upload=SimpleUploadedFile("cat.mp4", film_bytes)),
        lambda: remove_stimulus(stimulus=film, user=viewer),
        lambda: change_showing(study=study, user=viewer, order="random", shows_scores=True),
    ):
        with pytest.raises(NotAllowed):
            forbidden()


def test_a_condition_of_another_study_is_refused(add, owner):
    other = Study.objects.create(name="Other")
    other.memberships.create(user=owner, role="owner")
    with pytest.raises(Invalid):
        add(condition=add_condition(study=other, user=owner, name="B"))


def test_a_removed_film_cannot_be_opened_any_more(add, owner, django_capture_on_commit_callbacks):
    film = add()
    with django_capture_on_commit_callbacks(execute=True):
        remove_stimulus(stimulus=Stimulus.objects.get(), user=owner)
    assert not film.folder.exists()
    assert _sealed_keys() == []
    with pytest.raises(FileNotFoundError):
        open_film(film)


def test_films_go_with_their_study_the_key_first(add, study, django_capture_on_commit_callbacks):
    film = add()
    kept = (film.folder / film.stored_name).read_bytes()
    with django_capture_on_commit_callbacks(execute=True):
        erase_study_data(study)
    assert not film.folder.exists()
    film.folder.mkdir(parents=True)
    (film.folder / film.stored_name).write_bytes(kept)  # a backup's copy
    with pytest.raises(KeyGone):
        open_film(film)


def test_what_no_study_shows_is_an_orphan_and_what_one_shows_is_not(add, monkeypatch):
    film = add()
    monkeypatch.setattr("webplatform.analysis.orphan_files.ORPHAN_AFTER_S", -1)
    assert find_orphan_files() == []
    Stimulus.objects.all().delete()
    assert {entry.name for entry in find_orphan_files()} == {str(film.pk), film.key_name}


def test_the_notice_says_that_films_are_shown_and_the_second_one_changes_nothing(add, study):
    before = notice_of(study, "en").digest
    add()
    first = notice_of(study, "en")
    assert "What you are shown" in first.body
    assert first.digest != before
    add("Dog")
    assert notice_of(study, "en").digest == first.digest


def test_a_random_order_is_the_participants_own_and_stays(add, study, owner, participant):
    films = [add(f"Film {number}") for number in range(6)]
    assert films_for(participant) == films
    change_showing(study=study, user=owner, order="random", shows_scores=False)
    participant.study.refresh_from_db()
    drawn = films_for(participant)
    assert drawn == films_for(participant)
    assert set(drawn) == set(films)
    with pytest.raises(Invalid):
        change_showing(study=study, user=owner, order="backwards", shows_scores=False)


def test_a_film_that_was_seen_is_not_shown_again_but_one_that_broke_off_is(add, participant, recorded):
    cat, dog = add(), add("Dog")
    consent = agree(participant=participant, language="en", scopes=["analyse"], channel="link")
    session = recorded(consent)
    Session.objects.filter(pk=session.pk).update(stimulus=cat, is_partial=True)
    assert films_for(participant) == [cat, dog]
    Session.objects.filter(pk=session.pk).update(is_partial=False)
    assert films_for(participant) == [dog]


def test_the_session_bears_the_films_condition_and_its_title(add, owner, study, participant, bundle_path):
    register_bundle(path=bundle_path, activate=True)
    condition = add_condition(study=study, user=owner, name="funny")
    film = add(condition=condition)
    agree(participant=participant, language="en", scopes=["analyse"], channel="link")
    session = begin(identity=LiveIdentity(owner, participant), request=SessionRequest(stimulus_id=str(film.pk))).session
    assert (session.stimulus, session.condition, session.stimulus_position) == (film, condition, 1)
    assert session.title.startswith("Blue · Cat · ")
    for wrong in ("x", str(participant.pk)):
        with pytest.raises(NotAllowed):
            begin(identity=LiveIdentity(owner, participant), request=SessionRequest(stimulus_id=wrong))


def test_every_file_and_page_of_a_session_names_its_film_and_at_which_place_it_was_shown(
    add, owner, participant, recorded, client_of, api_of
):
    film = add()
    session = recorded(agree(participant=participant, language="en", scopes=["analyse"], channel="link"))
    Session.objects.filter(pk=session.pk).update(stimulus=film, stimulus_position=2)
    session = sessions_of(owner).get()
    told = api_of(owner).get(f"/api/v1/sessions/{session.pk}/").json()["stimulus"]
    assert told == {"id": str(film.pk), "title": "Cat", "position": 2}
    assert "film “Cat”, shown as number 2" in client_of(owner).get(f"/sessions/{session.pk}/").content.decode()
    rows = list(csv.DictReader(io.StringIO("".join(csv_pieces(session)))))
    assert [(row["stimulus"], row["stimulus_position"]) for row in rows] == [("Cat", "2")]
    content = Content((session,), Options(), lambda _n: None)
    cells = dict(zip([one.name for one in session_columns(content)], session_cells(content, session), strict=True))
    assert (cells["stimulus"], cells["stimulus_position"]) == ("Cat", 2)
    assert ("Film", "Cat (shown as number 2)") in report.particulars(session)
    columns, lines = table_of("sessions", {}, lines_of(session.study, {"left_sessions": {}}))
    line = dict(zip(columns, next(lines), strict=True))
    assert (line["stimulus"], line["stimulus_position"]) == ("Cat", 2)


def test_a_film_is_played_in_pieces_only_while_the_link_is_valid(add, visitor, participant, film_bytes):
    film = add()
    answer = visitor.get(f"/p/films/{film.pk}/", headers={"Range": "bytes=10-19"})
    assert answer.status_code == 206
    assert b"".join(answer.streaming_content) == film_bytes[10:20]
    assert Client().get(f"/p/films/{film.pk}/").status_code == 404
    link = ParticipantLink.objects.get(pk=visitor.session[KEPT_AS])
    ParticipantLink.objects.filter(pk=link.pk).update(revoked_at=link.created_at)
    assert visitor.get(f"/p/films/{film.pk}/").status_code == 404


def test_another_studys_film_is_not_played(visitor, owner, film_bytes):
    other = Study.objects.create(name="Other")
    other.memberships.create(user=owner, role="owner")
    film = add_stimulus(study=other, user=owner, upload=SimpleUploadedFile("cat.mp4", film_bytes))
    assert visitor.get(f"/p/films/{film.pk}/").status_code == 404


def test_whoever_agrees_goes_straight_to_the_camera_and_is_asked_for_no_video_that_none_keeps(
    add, visitor, participant
):
    add()
    study = participant.study
    study.capture_mode = "readings"
    study.save()
    page = visitor.get("/p/").content.decode()
    assert 'value="keep_media"' not in page
    assert visitor.post("/p/consent/", {"scope": "analyse"})["Location"] == "/p/live/"
    page = visitor.get("/p/live/").content.decode()
    assert "Start the film" in page
    assert 'id="faces"' not in page
    Study.objects.update(shows_scores=True)
    assert 'id="faces"' in visitor.get("/p/live/").content.decode()


def test_the_thank_you_says_what_was_kept_and_until_when(add, visitor, participant, recorded):
    film = add()
    visitor.post("/p/consent/", {"scope": "analyse"})
    assert "Nothing was kept of you." in visitor.get("/p/thanks/").content.decode()
    session = recorded(participant.consents.get())
    Session.objects.filter(pk=session.pk).update(stimulus=film)
    page = visitor.get("/p/thanks/").content.decode()
    assert "Cat" in page
    assert "kept until" in page
    assert visitor.get("/p/live/")["Location"] == "/p/thanks/"


def test_the_page_says_why_a_file_is_refused(client_of, owner, study):
    page = client_of(owner).post(f"/studies/{study.pk}/films/", {"file": SimpleUploadedFile("a.txt", b"hello")})
    assert page.status_code == 400
    assert "is not a video" in page.content.decode()
    assert client_of(owner).post(f"/studies/{study.pk}/films/").status_code == 400
