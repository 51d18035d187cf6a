"""What other researchers may have: whose sessions are in the file, whose are not, and what it does not tell."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient
from django.urls import reverse
from django.utils import timezone

from inference import EMOTIONS
from tests.webplatform.history.readings import face, frame
from webplatform.accounts.models import AuditEvent
from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.consent.services import give_consent, withdraw_consent
from webplatform.history import session_files
from webplatform.history.markers import add_marker
from webplatform.history.models import Correction, FaceEdit, Segment, Session
from webplatform.history.services import append_readings, close_session, open_session, use_model
from webplatform.history.sharing import Sharing, sharing_of
from webplatform.participation.participants import add_participant
from webplatform.participation.services import agree, withdraw
from webplatform.studies.models import Membership, Participant

EVERYTHING = list(ConsentScope.values)
UNSHARED = ["analyse", "keep_media", "train"]


@pytest.fixture
def participant_of(study, owner) -> Callable[..., Participant]:
    """`participant_of(pseudonym, scopes)`: somebody who agreed to these scopes by their link."""

    def take_part(pseudonym: str, scopes: list[str] = EVERYTHING) -> Participant:
        participant = add_participant(study=study, user=owner, pseudonym=pseudonym)
        agree(participant=participant, language="en", scopes=scopes, channel="link")
        return participant

    return take_part


@pytest.fixture
def recorded(study, owner, model_version) -> Callable[..., Session]:
    """`recorded(participant=… or consent=…, n=…)`: a finished session of the study with n readings of one face."""

    def record(
        participant: Participant | None = None, consent: ConsentRecord | None = None, n: int = 2, is_done: bool = True
    ) -> Session:
        consent = consent or participant.consents.first()
        session = open_session(
            study=study, user=owner, consent=consent, title="Mrs Kartini, 3 May", source="upload", every_ms=200
        )
        Session.objects.filter(pk=session.pk).update(participant=participant)
        use_model(session=session, version=model_version)
        append_readings(session=session, readings=[frame(200 * i, face(1, happy=0.8, sad=0.2)) for i in range(n)])
        if is_done:
            close_session(session=session, duration_ms=2000, is_partial=False)
        session.refresh_from_db()
        return session

    return record


def rows_of(study) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(session_files.shared_pieces(study)))))


class TestWhatIsInTheFile:
    def test_each_reading_names_its_person_and_session_by_numbers_of_this_file(self, study, participant_of, recorded):
        blue, red = participant_of("Blue"), participant_of("Red")
        for participant in (blue, blue, red):
            recorded(participant)
        rows = rows_of(study)
        assert list(rows[0])[:4] == ["participant", "session", "person", "t_ms"]
        sessions = {(row["participant"], row["session"]) for row in rows}
        assert {session for _person, session in sessions} == {"S1", "S2", "S3"}
        assert sorted([person for person, _session in sessions].count(person) for person in ("P1", "P2")) == [1, 2]
        assert rows[0] == {
            "participant": "P1", "session": "S1", "person": "", "t_ms": "0", "track": "1",
            "x": "10.0", "y": "20.0", "w": "30.0", "h": "40.0", **dict.fromkeys(EMOTIONS, "0.0"),
            "happy": "0.8", "sad": "0.2", "dominant": "happy", "reason": "", "model": "raut-test 1",
            "frame_width": "640", "frame_height": "480", "corrected": "",
        }  # fmt: skip
        assert rows[1]["t_ms"] == "200"

    def test_dropped_faces_and_excluded_stretches_stay_out_and_merged_faces_are_one_person(
        self, study, owner, model_version, participant_of, recorded
    ):
        session = recorded(participant_of("Blue"), is_done=False)
        frames = [frame(200 * i, *(face(n, happy=1.0) for n in (2, 3, 4))) for i in range(10, 60)]
        append_readings(session=session, readings=frames)
        close_session(session=session, duration_ms=12_000, is_partial=False)
        FaceEdit.objects.create(session=session, kind="merge", face="3", into="2")
        FaceEdit.objects.create(session=session, kind="name", face="2", text="Sari")
        FaceEdit.objects.create(session=session, kind="drop", face="4")
        Segment.objects.create(session=session, from_ms=2200, to_ms=2600, kind="excluded", reason="phone rang")
        track = session.tracks.get(number=2)
        Correction.objects.create(
            session=session, track=track, from_ms=2000, to_ms=2000, emotion="fear", created_by=owner
        )
        rows = rows_of(study)
        later = [row for row in rows if int(row["t_ms"]) >= 2000]
        assert {(row["track"], row["person"]) for row in later} == {("2", "1"), ("3", "1")}
        assert sorted({int(row["t_ms"]) for row in later})[:3] == [2000, 2600, 2800]
        assert [(row["t_ms"], row["track"]) for row in rows if row["corrected"]] == [("2000", "2")]
        assert "Sari" not in str(rows) and "phone" not in str(rows)

    def test_the_order_of_recording_is_not_told(self, study, participant_of, recorded):
        sessions = [recorded(participant_of(f"Person {n}"), n=n + 1) for n in range(6)]
        in_file = [row["session"] for row in rows_of(study)]
        lengths = [in_file.count(f"S{n + 1}") for n in range(6)]
        by_id = sorted(sessions, key=lambda session: session.pk.hex)
        assert lengths == [session.observations.count() for session in by_id]

    def test_an_accounts_upload_has_no_participant(self, study, owner, recorded):
        consent = give_consent(user=owner, language="en", channel="page", scopes=EVERYTHING)
        recorded(consent=consent)
        assert {(row["participant"], row["session"]) for row in rows_of(study)} == {("", "S1")}

    def test_nothing_in_it_leads_back(self, study, owner, participant_of, recorded, client_of):
        session = recorded(participant_of("Blue"))
        add_marker(session=session, user=owner, t_ms=0, text="cried here")
        answer = client_of(owner).get(reverse("history:shared", args=[study.pk]))
        told = (b"".join(answer.streaming_content).decode() + str(dict(answer.headers))).lower()
        person = session.participant
        ids = [session.pk, study.pk, person.pk, session.pk.hex, study.pk.hex, person.pk.hex]
        words = ["blue", "kartini", "3 may", "cried", study.name, owner.email, str(timezone.now().year), *map(str, ids)]
        assert [word for word in words if word.lower() in told] == []


class TestWhatStaysOut:
    def test_each_session_that_stays_has_its_reason(self, study, owner, model_version, participant_of, recorded):
        goes = recorded(participant_of("Goes"))
        recorded(participant_of("Never asked to share", UNSHARED))
        taken_back = participant_of("Taken back")
        recorded(taken_back)
        withdraw(participant=taken_back, channel="link", scopes=["share"])
        shares = participant_of("Shares")
        recorded(shares, is_done=False)
        Session.objects.filter(pk=recorded(shares, is_done=False).pk).update(state="failed")
        Session.objects.filter(pk=recorded(shares).pk).update(readings_removed_at=timezone.now())
        Session.objects.filter(pk=recorded(shares).pk).update(repeats=goes)
        stay = dict.fromkeys(("withdrawn", "not_allowed", "running", "failed", "readings_gone", "repeated"), 1)
        assert sharing_of(study) == Sharing(sessions=1, left_out=stay)
        assert {row["session"] for row in rows_of(study)} == {"S1"}
        assert len(rows_of(study)) == goes.observations.count()

    def test_a_session_rests_on_the_consent_that_held_when_it_was_recorded(self, study, participant_of, recorded):
        blue = participant_of("Blue", UNSHARED)
        recorded(blue)
        agree(participant=blue, language="en", scopes=EVERYTHING, channel="link")
        recorded(blue)
        assert sharing_of(study) == Sharing(sessions=1, left_out={"not_allowed": 1})

    def test_another_study_is_not_in_it(self, study, participant_of, recorded):
        session = recorded(participant_of("Blue"))
        other = type(study).objects.create(name="Other")
        Session.objects.filter(pk=session.pk).update(study=other)
        assert rows_of(study) == []
        assert len(rows_of(other)) == 2

    def test_the_counts_cost_four_queries_however_many_sessions_there_are(
        self, study, participant_of, recorded, django_assert_num_queries
    ):
        for name in ("Blue", "Red", "Green"):
            recorded(participant_of(name))
        with django_assert_num_queries(4):
            assert sharing_of(study).sessions == 3


class TestWithdrawal:
    def test_a_participant_takes_back_only_the_sharing(self, study, participant_of, recorded):
        blue, red = participant_of("Blue"), participant_of("Red")
        session = recorded(blue)
        recorded(red)
        withdraw(participant=blue, channel="link", scopes=["share"])
        assert {row["session"] for row in rows_of(study)} == {"S1"}
        assert sharing_of(study) == Sharing(sessions=1, left_out={"withdrawn": 1})
        assert session.observations.count() == 2

    def test_a_participant_unticks_it_and_ticks_it_again(self, study, participant_of, recorded):
        blue = participant_of("Blue")
        recorded(blue)
        agree(participant=blue, language="en", scopes=UNSHARED, channel="link")
        agree(participant=blue, language="en", scopes=EVERYTHING, channel="link")
        assert rows_of(study) == []

    def test_an_account_takes_back_only_the_sharing(self, study, owner, recorded):
        session = recorded(consent=give_consent(user=owner, language="en", channel="page", scopes=EVERYTHING))
        assert sharing_of(study).sessions == 1
        withdraw_consent(of=owner, scopes=["share"])
        assert rows_of(study) == []
        assert sharing_of(study) == Sharing(sessions=0, left_out={"withdrawn": 1})
        assert session.observations.count() == 2

    def test_whoever_withdraws_everything_is_gone(
        self, study, participant_of, recorded, django_capture_on_commit_callbacks
    ):
        blue = participant_of("Blue")
        recorded(blue)
        with django_capture_on_commit_callbacks(execute=True):
            withdraw(participant=blue, channel="link")
        assert sharing_of(study) == Sharing(sessions=0, left_out={})

    def test_a_withdrawal_reaches_a_download_that_runs(self, study, participant_of, recorded):
        for name in ("Blue", "Red"):
            recorded(participant_of(name))
        pieces = session_files.shared_pieces(study)
        begun = next(pieces) + next(pieces)
        for participant in study.participants.all():
            withdraw(participant=participant, channel="link", scopes=["share"])
        assert begun.count("S1") == 2
        assert "".join(pieces) == ""


class TestStreaming:
    def test_it_comes_page_by_page_with_every_reading_once(self, study, participant_of, recorded, monkeypatch):
        for name, n in (("Blue", 7), ("Red", 4)):
            recorded(participant_of(name), n=n)
        whole = "".join(session_files.shared_pieces(study))
        assert whole.count("\n") == 1 + 7 + 4
        for rows in (1, 3, 4):
            monkeypatch.setattr(session_files, "PAGE_ROWS", rows)
            pieces = list(session_files.shared_pieces(study))
            assert max(piece.count("\n") for piece in pieces) == rows
            assert "".join(pieces) == whole

    def test_a_piece_costs_one_query_for_its_page_and_nine_for_a_new_session(
        self, study, participant_of, recorded, monkeypatch, django_assert_num_queries
    ):
        monkeypatch.setattr(session_files, "PAGE_ROWS", 2)
        recorded(participant_of("Blue"), n=4)
        pieces = session_files.shared_pieces(study)
        for queries in (0, 10, 1):
            with django_assert_num_queries(queries):
                next(pieces)

    def test_an_asgi_server_streams_the_same_bytes(self, study, owner, participant_of, recorded):
        recorded(participant_of("Blue"))

        async def fetch():
            client = AsyncClient()
            await client.aforce_login(owner)
            answer = await client.get(reverse("history:shared", args=[study.pk]))
            return answer.is_async, b"".join([piece async for piece in answer.streaming_content])

        is_async, body = async_to_sync(fetch)()
        assert is_async
        assert body.decode() == "".join(session_files.shared_pieces(study))


class TestThePage:
    def test_it_tells_how_many_go_and_why_others_stay(self, study, owner, participant_of, recorded, client_of):
        recorded(participant_of("Blue"))
        recorded(participant_of("Red", UNSHARED))
        browser, address = client_of(owner), reverse("history:sharing", args=[study.pk])
        page = browser.get(address).content.decode()
        assert "1 session goes into the file." in page
        assert "1 · no consent to share" in page
        assert reverse("history:shared", args=[study.pk]) in page
        assert address in browser.get(reverse("results:study", args=[study.pk])).content.decode()

    def test_where_nobody_agreed_it_says_what_to_do(self, study, owner, participant_of, recorded, client_of):
        recorded(participant_of("Red", UNSHARED))
        page = client_of(owner).get(reverse("history:sharing", args=[study.pk])).content.decode()
        assert "No session of this study may be shared yet." in page
        assert "a participant on the page of their link" in page
        assert reverse("history:shared", args=[study.pk]) not in page

    def test_a_study_without_a_session_says_so(self, study, owner, client_of):
        page = client_of(owner).get(reverse("history:sharing", args=[study.pk])).content.decode()
        assert "Nothing was recorded in this study yet." in page

    def test_only_owners_see_the_way_to_it(self, study, viewer, client_of):
        page = client_of(viewer).get(reverse("results:study", args=[study.pk])).content.decode()
        assert reverse("history:sharing", args=[study.pk]) not in page


class TestTheDownload:
    ADDRESSES = ("history:shared", "api-shared-file")

    @pytest.mark.parametrize("name", ADDRESSES)
    @pytest.mark.parametrize("role", ["analyst", "viewer"])
    def test_who_does_not_own_the_study_gets_none_and_the_audit_tells_of_none(
        self, study, viewer, role, participant_of, recorded, api_of, client_of, name
    ):
        Membership.objects.filter(user=viewer).update(role=role)
        recorded(participant_of("Blue"))
        client = client_of(viewer) if name == "history:shared" else api_of(viewer)
        assert client.get(reverse(name, args=[study.pk])).status_code == 403
        assert not AuditEvent.objects.filter(action="study.shared").exists()

    def test_where_no_session_may_go_there_is_no_file(self, study, owner, participant_of, recorded, api_of, client_of):
        recorded(participant_of("Red", UNSHARED))
        refused = api_of(owner).get(reverse("api-shared-file", args=[study.pk]))
        assert (refused.status_code, refused.json()["details"]) == (409, {"left_out": {"not_allowed": 1}})
        assert client_of(owner).get(reverse("history:shared", args=[study.pk])).status_code == 409
        assert not AuditEvent.objects.filter(action="study.shared").exists()

    def test_the_audit_says_how_many_went_and_names_nobody(self, study, owner, participant_of, recorded, client_of):
        recorded(participant_of("Blue"))
        recorded(participant_of("Red", UNSHARED))
        client_of(owner).get(reverse("history:shared", args=[study.pk]))
        event = AuditEvent.objects.get(action="study.shared")
        assert (event.actor_id, event.study_id) == (owner.pk, study.pk)
        assert event.details == {"sessions": 1, "left_out": {"not_allowed": 1}}

    @pytest.mark.parametrize("accept", ["text/csv", "*/*", "application/json"])
    def test_by_rest_it_is_the_same_file_whatever_is_accepted(
        self, study, owner, participant_of, recorded, api_of, accept
    ):
        recorded(participant_of("Blue"))
        answer = api_of(owner).get(reverse("api-shared-file", args=[study.pk]), headers={"accept": accept})
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="shared-readings.csv"'
        assert b"".join(answer.streaming_content).decode() == "".join(session_files.shared_pieces(study))

    def test_by_rest_the_counts_come_apart(self, study, owner, viewer, stranger, participant_of, recorded, api_of):
        recorded(participant_of("Red", UNSHARED))
        address = reverse("api-sharing", args=[study.pk])
        assert api_of(owner).get(address).json() == {"sessions": 0, "left_out": {"not_allowed": 1}}
        assert api_of(viewer).get(address).status_code == 403
        assert api_of(stranger).get(address).status_code == 404
