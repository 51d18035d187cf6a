"""The page of one session."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from inference import Reason
from tests.webplatform.history.readings import face, frame
from webplatform.accounts.models import User
from webplatform.analysis.models import MediaFile
from webplatform.consent.models import ConsentRecord
from webplatform.dashboard.report import accounting_of, faces_of, page_data
from webplatform.history.models import Session
from webplatform.history.services import append_readings, close_session, open_session, use_model
from webplatform.history.words import moment
from webplatform.modelhub.models import ModelVersion
from webplatform.studies.models import Study


@pytest.fixture
def story(study: Study, owner: User, consent: ConsentRecord, model_version: ModelVersion) -> Session:
    """Six of 36 frames were looked at: face 1 is happy, happy, sad, unsure; then blurred beside face 2; then nobody."""
    session = open_session(
        study=study, user=owner, consent=consent, title="Morning walk", source=Session.Source.UPLOAD, every_ms=200
    )
    use_model(session=session, version=model_version)
    readings = [
        frame(0, face(1, happy=0.8, sad=0.2), decoded=1),
        frame(200, face(1, happy=0.6, sad=0.4), decoded=7),
        frame(400, face(1, happy=0.1, sad=0.9), decoded=13),
        frame(600, face(1, Reason.LOW_CONFIDENCE, happy=0.5, sad=0.5), decoded=19),
        frame(800, face(1, Reason.BLURRED), face(2, Reason.TOO_SMALL), decoded=25),
        frame(1000, decoded=31),
    ]
    append_readings(session=session, readings=readings)
    return close_session(session=session, duration_ms=1200, is_partial=False, frames_decoded=36)


def page(client: Client, session: Session) -> str:
    return client.get(f"/sessions/{session.pk}/").content.decode()


def numbers_of(html: str) -> dict[str, int]:
    """The rows of the two tables that account for frames and faces."""
    part = html[html.index('id="accounting"') :]
    rows = re.findall(r'<th scope="row">([^<]+)</th><td>([\d,]+)</td>', part)
    return {name: int(count.replace(",", "")) for name, count in rows}


def test_members_of_the_study_open_the_session(client_of, owner, viewer, story):
    assert client_of(owner).get(f"/sessions/{story.pk}/").status_code == 200
    assert client_of(viewer).get(f"/sessions/{story.pk}/").status_code == 200


def test_a_stranger_cannot_tell_that_the_session_exists(client_of, stranger, story):
    assert client_of(stranger).get(f"/sessions/{story.pk}/").status_code == 404
    assert client_of(stranger).post(f"/sessions/{story.pk}/", {"title": "Mine"}).status_code == 404


def test_an_anonymous_visitor_is_sent_to_the_login(client, story):
    answer = client.get(f"/sessions/{story.pk}/")
    assert answer["Location"] == f"/account/login/?next=/sessions/{story.pk}/"


def test_the_page_takes_nineteen_queries_however_many_faces_there_are(
    client_of, owner, session_of, django_assert_num_queries
):
    crowd = session_of("Crowd", faces=40)
    client = client_of(owner)
    page(client, crowd)
    # 6 of the page, its user 2, readings, models; whose it may become 4, its study's conditions; what was said of it:
    # segments, changes of faces, the tracks that they are of, participants
    with django_assert_num_queries(19):
        page(client, crowd)


def test_the_frames_add_up(client_of, owner, story):
    numbers = numbers_of(page(client_of(owner), story))
    assert numbers["Frames in the video"] == 36
    assert numbers["Frames looked at"] == 6
    assert numbers["passed over (one is taken every 200 ms)"] == 30
    assert numbers["with no face"] == 1
    assert numbers["with faces, none of them scored"] == 1
    assert numbers["with a scored face"] == 4


def test_the_faces_add_up(story):
    accounting = accounting_of(story)
    reasons = {reason.name: reason.count for reason in accounting.reasons}
    assert (accounting.found, accounting.scored, accounting.sure, accounting.not_sure) == (6, 4, 3, 1)
    assert reasons == {"blurred": 1, "too small": 1}
    assert accounting.unscored == sum(reasons.values())


def test_a_face_is_summed_up_in_percent(story):
    first, second = faces_of(story)
    lines = {line.key: (line.share, line.mean) for line in first.lines}
    assert lines["happy"] == (50.0, 50.0)
    assert lines["sad"] == (25.0, 50.0)
    assert lines["angry"] == (0.0, 0.0)
    assert first.not_sure_share == 25.0
    assert first.mostly.emotion == "happy"
    assert (second.lines, second.mostly) == ([], None)


def test_the_longest_stretches_lead_to_their_moments(client_of, owner, story):
    html = page(client_of(owner), story)
    assert re.search(r'href="#t=0" data-seek="0" data-until="400".*?happy.*?0:00\.0 – 0:00\.4.*?0\.4 s', html)
    assert re.search(r'href="#t=400" data-seek="400" data-until="600".*?sad', html)


def test_a_face_that_was_never_scored_says_why(client_of, owner, story):
    assert "could not be scored. too small: 1." in page(client_of(owner), story)


def test_only_the_faces_seen_longest_are_open(client_of, owner, session_of):
    html = page(client_of(owner), session_of("Crowd", faces=9))
    assert len(re.findall(r'<details class="card face"[^>]*>', html)) == 9
    assert len(re.findall(r'<details class="card face"[^>]* open>', html)) == 3


def test_the_scripts_start_from_what_the_session_is(story):
    data = page_data(story)
    assert (data["durationMs"], data["stepMs"], data["everyMs"], data["frame"]) == (1200, 200, 200, [640, 480])
    assert [emotion["key"] for emotion in data["emotions"]][3] == "happy"
    assert data["media"] is None


def test_a_video_that_is_kept_can_be_played(client_of, owner, story):
    MediaFile.objects.create(session=story, original_name="walk.mp4", content_type="video/mp4", size_bytes=1)
    assert f'src="/sessions/{story.pk}/media/"' in page(client_of(owner), story)


def test_a_video_that_is_not_kept_leaves_its_readings(client_of, owner, story):
    html = page(client_of(owner), story)
    assert "<video" not in html
    assert "The video is not kept on the server any more." in html


def test_a_session_without_a_face_is_explained_as_a_result(client_of, owner, study, consent):
    session = open_session(study=study, user=owner, consent=consent, title="Wall", source="upload", every_ms=200)
    append_readings(session=session, readings=[frame(0), frame(200)])
    close_session(session=session, duration_ms=400, is_partial=False)
    html = page(client_of(owner), session)
    assert "2 frames were looked at, and there was no face in any of them." in html
    assert 'id="toolbar"' not in html


def test_a_video_that_ends_early_is_said_to(client_of, owner, story):
    assert 'id="partial"' not in page(client_of(owner), story)
    Session.objects.filter(pk=story.pk).update(is_partial=True)
    assert "The video ends early" in page(client_of(owner), story)


def test_a_running_analysis_shows_its_progress_and_offers_to_cancel(client_of, owner, session_of):
    session = session_of("Long", state="running", progress=0.42, faces_found=3)
    html = page(client_of(owner), session)
    assert "42 % · 3 faces" in html
    assert f"/jobs/{session.job.pk}/cancel/" in html
    assert "download-csv" not in html


def test_a_failed_analysis_tells_why_and_offers_to_try_again(client_of, owner, session_of):
    session = session_of("Broken", state="failed", error_message="The file ends too early.")
    html = page(client_of(owner), session)
    assert "The file ends too early." in html
    assert f"/jobs/{session.job.pk}/retry/" in html


def test_a_viewer_is_offered_nothing_that_a_viewer_may_not_do(client_of, viewer, session_of):
    done, failed = session_of("Done"), session_of("Broken", state="failed")
    running = session_of("Long", state="running")
    client = client_of(viewer)
    assert "download-csv" in page(client, done)
    assert 'id="rename"' not in page(client, done)
    assert f"/sessions/{done.pk}/delete/" not in page(client, done)
    assert f"/jobs/{failed.job.pk}/retry/" not in page(client, failed)
    assert f"/jobs/{running.job.pk}/cancel/" not in page(client, running)


def test_a_title_is_changed_without_scripts(client_of, owner, story):
    answer = client_of(owner).post(f"/sessions/{story.pk}/", {"title": "  Evening   walk "})
    story.refresh_from_db()
    assert (answer.status_code, story.title) == (302, "Evening walk")


def test_a_blank_title_and_a_viewers_title_are_refused(client_of, owner, viewer, story):
    assert client_of(owner).post(f"/sessions/{story.pk}/", {"title": " "}).status_code == 400
    assert client_of(viewer).post(f"/sessions/{story.pk}/", {"title": "Mine"}).status_code == 403
    story.refresh_from_db()
    assert story.title == "Morning walk"


@pytest.mark.parametrize(
    ("t_ms", "text"),
    [(0, "0:00.0"), (7_440, "0:07.4"), (59_960, "1:00.0"), (750_000, "12:30.0"), (3_723_000, "1:02:03.0")],
)
def test_a_moment_is_read_as_players_show_it(t_ms: int, text: str):
    assert moment(t_ms) == text


def test_a_title_cannot_smuggle_markup_into_the_page(client_of: Callable[[User], Client], owner, session_of):
    html = page(client_of(owner), session_of("</script><b>bold"))
    assert "<b>bold" not in html


class TestManyFaces:
    @pytest.fixture
    def crowd(self, study: Study, owner: User, consent: ConsentRecord, model_version: ModelVersion) -> Session:
        """Forty-five people, one after the other, each for seven seconds."""
        session = open_session(
            study=study, user=owner, consent=consent, title="Crowd", source=Session.Source.UPLOAD, every_ms=1000
        )
        use_model(session=session, version=model_version)
        readings = [frame(1000 * n, face(n // 7 + 1, happy=0.9, sad=0.1), decoded=n + 1) for n in range(315)]
        append_readings(session=session, readings=readings)
        return close_session(session=session, duration_ms=315_000, is_partial=False)

    def test_fifteen_are_shown_at_a_time(self, crowd, client_of, owner):
        shown = {}
        for asked in ("", "?faces=2", "?faces=3", "?faces=99", "?faces=x", f"?faces={10**30}"):
            html = client_of(owner).get(f"/sessions/{crowd.pk}/{asked}").content.decode()
            shown[asked] = [int(number) for number in re.findall(r'data-face="(\d+)"', html)]
            assert re.findall(r'data-person="(\d+)"', html) == [str(number) for number in shown[asked]]
        assert shown[""] == shown["?faces=x"] == shown[f"?faces={10**30}"] == list(range(1, 16))
        assert shown["?faces=2"] == list(range(16, 31))
        assert shown["?faces=3"] == shown["?faces=99"] == list(range(31, 46))

    def test_somebody_of_another_page_can_be_chosen_to_merge_with(self, crowd, client_of, owner):
        html = page(client_of(owner), crowd)
        assert '<option value="45">' in html
        sent = {"face": "1", "into": "45", "kind": "merge"}
        client_of(owner).post(f"/sessions/{crowd.pk}/faces/", sent)
        assert 'data-person="1"' not in page(client_of(owner), crowd)

    def test_hundreds_of_faces_weigh_no_more_than_fifteen(self, crowd, client_of, owner):
        assert len(page(client_of(owner), crowd)) < 200_000
