"""The live socket with the real model behind it: frames, answers, rights, endings."""

import asyncio
import json
import struct
from datetime import timedelta

import cv2
import numpy as np
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError
from django.utils import timezone

from tests.shipped_texts import add_shipped_texts
from webplatform.accounts.logins import end_logins_of
from webplatform.accounts.tickets import issue_ticket
from webplatform.common.system.shutdown import KEY, Shutdown
from webplatform.consent.services import give_participant_consent, withdraw_consent
from webplatform.history.models import Marker, Observation, Session
from webplatform.live import camera_slots, consumers, recording, services
from webplatform.live.models import LiveConnection
from webplatform.live.stale_connections import close_stale_sessions
from webplatform.studies.models import Membership, Participant, Study
from webplatform.studies.services import close_study

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_session_from_start_to_stop(begin, jpegs, ask):
    socket, ready = await begin(title="Interview", fps=10)
    for seq, jpeg in enumerate(jpegs):
        await socket.frame(seq, seq * 100, jpeg)
        answer = await socket.hear()
        assert (answer["type"], answer["seq"], answer["t_ms"]) == ("result", seq, seq * 100)
        (face,) = answer["faces"]
        assert face["track"] == 1
        assert face["scores"] is None or abs(sum(face["scores"].values()) - 1) < 1e-3
    await socket.say(type="marker", t_ms=450, text="question 3 asked")
    assert (await socket.hear())["text"] == "question 3 asked"
    await socket.say(type="latency", round_trip_ms=[20, 30, 40], sent=10)
    await socket.say(type="stop")
    ended = await socket.hear_until("ended")
    assert ended["url"].endswith(f"{ready['session']}/")
    assert await socket.hear() == {"closed": 1000}
    await socket.leave()
    session = await ask(lambda: Session.objects.get(pk=ready["session"]))
    assert (session.title, session.state, session.source) == ("Interview", "closed", "webcam")
    assert (session.frames_sampled, session.duration_ms, session.is_partial) == (10, 1000, False)
    assert await ask(session.observations.count) == 10
    assert [m.t_ms for m in await ask(lambda: list(session.markers.all()))] == [450]
    statistics = session.live_statistics
    assert (statistics["sent"], statistics["answered"], statistics["dropped"]) == (10, 10, {})
    assert statistics["round_trip_ms"]["n"] == 3
    assert statistics["round_trip_ms"]["p50"] == pytest.approx(30, rel=0.05)
    assert not await ask(LiveConnection.objects.exists)


async def test_a_frame_without_a_face_says_so(begin, empty_jpeg):
    socket, _ = await begin()
    await socket.frame(0, 0, empty_jpeg)
    answer = await socket.hear()
    assert (answer["faces"], answer["reason"], answer["width"]) == ([], "no_face", 320)
    await socket.leave()


async def test_two_frames_of_one_moment_are_both_kept(begin, jpegs, ask):
    socket, ready = await begin()
    for seq in range(2):
        await socket.frame(seq, 40, jpegs[0])
        await socket.hear()
    await socket.say(type="stop")
    await socket.hear_until("ended")
    times = await ask(lambda: list(Observation.objects.filter(session=ready["session"]).values_list("t_ms", flat=True)))
    assert times == [40, 41]
    await socket.leave()


async def test_readings_reach_the_history_while_the_session_runs(begin, jpegs, ask):
    socket, ready = await begin()
    for seq, jpeg in enumerate(jpegs[:3]):
        await socket.frame(seq, seq * 100, jpeg)
        await socket.hear()
    rows = Observation.objects.filter(session=ready["session"])
    for _ in range(50):
        await asyncio.sleep(0.1)
        if await ask(rows.count) == 3:
            break
    assert await ask(rows.count) == 3
    await socket.leave()


@pytest.mark.parametrize("error", [InterfaceError("the connection is closed"), RuntimeError("nobody foresaw this")])
async def test_readings_are_stored_whatever_went_wrong_the_first_time(begin, jpegs, ask, monkeypatch, error):
    """A database that was restarted says so in several ways; one of them ended the storing for good, in silence."""
    keep, failures = services.keep, [error]
    monkeypatch.setattr(consumers, "KEEP_EVERY_S", 0.05)
    monkeypatch.setattr(recording, "STORE_EVERY_S", 0.0)
    monkeypatch.setattr(services, "keep", lambda what: keep(what) if not failures else _raise(failures.pop()))
    socket, ready = await begin()
    await socket.frame(0, 0, jpegs[0])
    await socket.hear()
    rows = Observation.objects.filter(session=ready["session"])
    async with asyncio.timeout(5):
        while not await ask(rows.exists):
            await asyncio.sleep(0.05)
    await socket.leave()


def _raise(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("picture", "reason"), [(b"no picture", "undecodable"), (b"", "undecodable"), (b"\xff" * (2**21 + 1), "too_large")]
)
async def test_a_picture_that_cannot_be_read_is_answered_with_the_reason(begin, jpegs, picture, reason):
    socket, _ = await begin()
    await socket.frame(0, 0, picture)
    assert (await socket.hear())["reason"] == reason
    await socket.frame(1, 100, jpegs[0])
    assert (await socket.hear())["faces"]
    await socket.leave()


async def test_more_frames_than_allowed_are_answered_with_rate(begin, jpegs, settings):
    settings.RAUT_LIVE_MAX_FPS = 2
    socket, _ = await begin(fps=2)
    for seq in range(6):
        await socket.frame(seq, seq, jpegs[0])
    answers = [await socket.hear() for _ in range(6)]
    assert sorted(answer["seq"] for answer in answers) == list(range(6))
    assert sum(answer.get("reason") == "rate" for answer in answers) >= 4
    await socket.leave()


async def test_every_frame_gets_one_answer_when_too_many_are_in_flight(begin, jpegs):
    socket, _ = await begin(fps=30)
    for seq in range(6):
        await socket.frame(seq, seq * 10, jpegs[0])
    answers = [await socket.hear() for _ in range(6)]
    assert sorted(answer["seq"] for answer in answers) == list(range(6))
    assert {answer.get("reason") for answer in answers} <= {None, "busy"}
    await socket.leave()


async def test_two_sessions_share_no_track_and_no_smoother(begin, jpegs):
    (one, _), (other, _) = await begin(), await begin()
    for seq in range(3):
        await asyncio.gather(one.frame(seq, seq * 100, jpegs[seq]), other.frame(seq, seq * 100, jpegs[9 - seq]))
        first, second = await one.hear(), await other.hear()
        assert first["faces"][0]["track"] == second["faces"][0]["track"] == 1
        assert first["faces"][0]["box"] != second["faces"][0]["box"]
    await one.leave()
    await other.leave()


# -- who may ----------------------------------------------------------------------------------------------------------
async def refusal_of(socket, **message):
    await socket.open()
    await socket.say(**{"type": "start", "version": 1, **message})
    said = []
    while "closed" not in (heard := await socket.hear()):
        said.append(heard)
    await socket.leave()
    return heard["closed"], said


async def test_nobody_is_accepted_without_a_login_or_a_ticket(socket_of):
    assert await socket_of(AnonymousUser()).open() == {"type": "websocket.close", "code": 4401}


async def test_a_ticket_stands_for_a_login(socket_of, owner, consent, model, api_of, ask):
    ticket = (await ask(lambda: api_of(owner).post("/api/v1/live/tickets/"))).json()
    assert (ticket["socket"], ticket["expires_in_s"]) == ("/ws/live/", 60)
    socket = socket_of(AnonymousUser())
    socket.scope["headers"] = [(b"authorization", f"Ticket {ticket['ticket']}".encode())]
    assert (await socket.open())["type"] == "websocket.accept"
    await socket.say(type="start", version=1)
    assert (await socket.hear())["type"] == "ready"
    await socket.leave()


async def test_a_script_offers_its_ticket_as_the_name_of_a_protocol(socket_of, owner, consent, model):
    socket = socket_of(AnonymousUser())
    offered = f"raut.ticket.{issue_ticket(user=owner)}"
    socket.scope["subprotocols"] = ["chat", offered]
    assert (await socket.open())["subprotocol"] == offered
    await socket.say(type="start", version=1)
    assert (await socket.hear())["type"] == "ready"
    await socket.leave()


async def test_a_forged_ticket_opens_nothing(socket_of, owner, consent, model):
    socket = socket_of(AnonymousUser())
    socket.scope["headers"] = [(b"authorization", f"Ticket {issue_ticket(user=owner)[:-1]}x".encode())]
    assert await socket.open() == {"type": "websocket.close", "code": 4401}


async def test_the_socket_speaks_the_language_of_the_page(socket_of, owner, model):
    socket = socket_of(owner)
    socket.scope["headers"] = [(b"accept-language", b"id")]
    _, said = await refusal_of(socket)
    assert said[0]["message"] == "Silakan baca dan setujui teks persetujuan terlebih dahulu."


async def test_consent_comes_first(socket_of, owner, model):
    assert (await refusal_of(socket_of(owner)))[0] == 4410


async def test_a_viewer_may_not_record(socket_of, viewer, study, consent_of, model, ask):
    await ask(lambda: consent_of(viewer))
    assert (await refusal_of(socket_of(viewer), study=str(study.pk)))[0] == 4403


async def test_a_stranger_learns_nothing_of_a_study(socket_of, stranger, study, consent_of, model, ask):
    await ask(lambda: consent_of(stranger))
    known = await refusal_of(socket_of(stranger), study=str(study.pk))
    unknown = await refusal_of(socket_of(stranger), study="3f0e4bb8-5d0c-4d53-9a2a-0f6a1f5f4b11")
    assert known == unknown


async def end_of(socket):
    ended = await socket.hear_until("ended", timeout=5)
    closing = await socket.hear_until("closing")
    code = (await socket.hear())["closed"]
    await socket.leave()
    return ended, closing, code


async def test_withdrawn_consent_closes_the_socket_and_removes_what_was_recorded(begin, jpegs, owner, ask):
    socket, ready = await begin()
    await socket.frame(0, 0, jpegs[0])
    await socket.hear()
    await ask(lambda: withdraw_consent(of=owner))
    started = asyncio.get_running_loop().time()
    closing = await socket.hear()
    assert (closing["type"], closing["message"]) == ("closing", "The consent was withdrawn.")
    assert (await socket.hear())["closed"] == 4410
    assert asyncio.get_running_loop().time() - started < 2
    await socket.leave()
    assert not await ask(lambda: Session.objects.filter(pk=ready["session"]).exists())
    assert not await ask(lambda: Observation.objects.exists())


async def test_withdrawing_by_rest_stops_a_session_as_the_page_does(begin, jpegs, owner, ask, api_of):
    socket, ready = await begin()
    await socket.frame(0, 0, jpegs[0])
    await socket.hear()
    answer = await ask(lambda: api_of(owner).post("/api/v1/consent/withdraw/"))
    assert (answer.status_code, answer.json()["changed"]) == (200, 1)
    assert (await socket.hear())["message"] == "The consent was withdrawn."
    assert (await socket.hear())["closed"] == 4410
    await socket.leave()
    assert not await ask(lambda: Session.objects.filter(pk=ready["session"]).exists())


async def test_a_disabled_account_closes_the_socket(begin, jpegs, owner, ask):
    socket, _ = await begin()
    await socket.frame(0, 0, jpegs[0])
    owner.is_active = False
    await ask(owner.save)
    assert (await end_of(socket))[2] == 4401


async def test_signing_out_everywhere_closes_the_socket_and_keeps_what_was_recorded(begin, jpegs, owner, ask):
    socket, ready = await begin()
    await socket.frame(0, 0, jpegs[0])
    await socket.hear()
    started_s = asyncio.get_running_loop().time()
    await ask(lambda: end_logins_of(owner))
    assert (await end_of(socket))[2] == 4401
    assert asyncio.get_running_loop().time() - started_s < 2
    assert (await ask(lambda: Session.objects.get(pk=ready["session"]))).state == "closed"


async def test_a_lost_membership_closes_the_socket(begin, jpegs, study, owner, ask):
    socket, _ = await begin(study=str(study.pk))
    await socket.frame(0, 0, jpegs[0])
    await ask(lambda: Membership.objects.filter(study=study, user=owner).update(role="viewer"))
    assert (await end_of(socket))[2] == 4403


@pytest.fixture
def one_place(settings):
    settings.RAUT_LIVE_MAX_SOCKETS = camera_slots.taken() + 1  # a socket of an earlier test may not have ended yet


async def test_one_camera_too_many_is_sent_to_another_process(begin, socket_of, owner, one_place):
    """A proxy tries the next process after a 503; a client that it reaches tries again."""
    first, _ = await begin()
    second = socket_of(owner, extensions={"websocket.http.response": {}})
    refused = await second.open()
    assert (refused["type"], refused["status"]) == ("websocket.http.response.start", 503)
    assert dict(refused["headers"])[b"retry-after"] == b"1"
    await first.leave()
    third, _ = await begin()
    await third.leave()


async def test_a_script_that_sees_no_status_is_told_that_there_is_no_room(begin, socket_of, owner, one_place):
    first, _ = await begin()
    code, said = await refusal_of(socket_of(owner, query_string=b"explain=1"))
    assert (code, said[0]["type"]) == (4429, "closing")
    await first.leave()


async def test_a_socket_whose_process_ends_stores_what_it_answered_before_it_sends_the_client_elsewhere(
    socket_of, owner, consent, model, jpegs, ask
):
    shutdown = Shutdown()
    socket = socket_of(owner, **{KEY: shutdown})
    await socket.open()
    await socket.say(type="start", version=1)
    ready = await socket.hear()
    for seq in range(3):
        await socket.frame(seq, seq * 100, jpegs[seq])
    await socket.hear()  # the first one is answered, so all have come in
    assert shutdown.announce()
    assert [(await socket.hear())["seq"] for _ in range(2)] == [1, 2]
    assert await socket.hear() == {"closed": 1012}
    rows = Observation.objects.filter(session=ready["session"])
    assert await ask(lambda: list(rows.values_list("t_ms", flat=True))) == [0, 100, 200]
    assert await ask(lambda: Session.objects.get(pk=ready["session"]).state) == Session.State.OPEN
    await socket.leave()


async def test_a_study_that_the_law_forbids_records_nothing_and_stops(begin, socket_of, study, owner, jpegs, ask):
    socket, _ = await begin(study=str(study.pk))
    await socket.frame(0, 0, jpegs[0])
    await ask(lambda: Study.objects.filter(pk=study.pk).update(setting=Study.Setting.WORKPLACE))
    assert (await end_of(socket))[2] == 4403
    assert (await refusal_of(socket_of(owner), study=str(study.pk)))[0] == 4403


async def test_a_closed_study_closes_its_sockets_and_opens_none(begin, socket_of, study, owner, jpegs, ask):
    socket, ready = await begin(study=str(study.pk))
    await socket.frame(0, 0, jpegs[0])
    await ask(lambda: close_study(study=study, user=owner))
    assert (await end_of(socket))[2] == 4403
    assert await ask(lambda: Session.objects.get(pk=ready["session"]).state) == "closed"  # what was recorded stays
    assert (await refusal_of(socket_of(owner), study=str(study.pk)))[0] == 4403


async def test_a_participant_is_recorded_on_their_own_consent(begin, socket_of, owner, study, ask):
    await ask(add_shipped_texts)  # a transactional test before this one has emptied every table
    participant = await ask(lambda: Participant.objects.create(study=study, pseudonym="P01"))
    assert (await refusal_of(socket_of(owner), participant=str(participant.pk)))[0] == 4410
    agreed = {"participant": participant, "language": "en", "channel": "page", "scopes": ["analyse"]}
    notice = await ask(lambda: give_participant_consent(**agreed))
    socket, ready = await begin(participant=str(participant.pk))
    session = await ask(lambda: Session.objects.get(pk=ready["session"]))
    assert (session.participant_id, session.study_id, session.consent_id) == (participant.pk, study.pk, notice.pk)
    await socket.leave()


# -- losing and regaining the connection ------------------------------------------------------------------------------
async def test_a_lost_connection_goes_on_in_the_same_session(begin, socket_of, owner, jpegs, ask):
    socket, ready = await begin()
    await socket.frame(0, 0, jpegs[0])
    await socket.hear()
    await socket.leave()
    again = socket_of(owner)
    await again.open()
    await again.say(type="resume", version=1, token=ready["token"])
    resumed = await again.hear()
    assert (resumed["type"], resumed["session"]) == ("ready", ready["session"])
    await again.frame(0, 5000, jpegs[1])
    (face,) = (await again.hear())["faces"]
    assert face["track"] == 1  # still in the same place
    await again.say(type="stop")
    ended = await again.hear_until("ended")
    assert (ended["statistics"]["answered"], ended["statistics"]["resumed"]) == (2, 1)
    times = await ask(lambda: list(Observation.objects.order_by("t_ms").values_list("t_ms", flat=True)))
    assert times == [0, 5000]  # the gap stays a gap
    await again.leave()


async def test_somebody_elsewhere_after_a_lost_connection_is_somebody_new(begin, socket_of, owner, jpegs):
    socket, ready = await begin()
    await socket.frame(0, 0, jpegs[0])
    await socket.hear()
    await socket.leave()
    again = socket_of(owner)
    await again.open()
    await again.say(type="resume", version=1, token=ready["token"])
    await again.hear()
    await again.frame(0, 5000, jpegs[9])  # at the other end of the picture
    assert [face["track"] for face in (await again.hear())["faces"]] == [2]
    await again.leave()


async def test_a_face_keeps_its_number_through_a_pause_of_a_minute(begin, jpegs):
    socket, _ = await begin()
    await socket.frame(0, 0, jpegs[0])
    await socket.hear()
    await socket.say(type="pause")
    await socket.say(type="continue")
    await socket.frame(1, 60_000, jpegs[1])
    assert [face["track"] for face in (await socket.hear_until("result"))["faces"]] == [1]
    await socket.leave()


async def test_the_last_socket_that_takes_a_session_up_holds_it(begin, socket_of, owner, jpegs, ask):
    socket, ready = await begin()
    await socket.frame(0, 0, jpegs[0])
    await socket.hear()
    again = socket_of(owner)
    await again.open()
    await again.say(type="resume", version=1, token=ready["token"])
    assert (await again.hear())["type"] == "ready"
    assert (await socket.hear_until("closing", timeout=5))["code"] == 4409
    assert await socket.hear() == {"closed": 4409}
    await socket.leave()
    await again.say(type="stop")
    await again.hear_until("ended")
    await again.leave()
    assert await ask(lambda: Session.objects.filter(state="open").count()) == 0


async def test_somebody_elses_token_resumes_nothing(begin, socket_of, stranger, consent_of, ask):
    socket, ready = await begin()
    await ask(lambda: consent_of(stranger))
    code, _ = await refusal_of(socket_of(stranger), type="resume", token=ready["token"])
    assert code == 4403
    await socket.leave()


async def test_a_session_that_was_silent_for_too_long_is_closed_by_its_last_frame(begin, jpegs, socket_of, owner, ask):
    socket, ready = await begin(fps=10)
    for seq in range(3):
        await socket.frame(seq, seq * 100, jpegs[seq])
        await socket.hear()
    await socket.leave()
    assert await ask(close_stale_sessions) == 0  # it may still come back
    long_ago = timezone.now() - timedelta(seconds=50)
    await ask(lambda: LiveConnection.objects.update(heard_at=long_ago))
    assert (await refusal_of(socket_of(owner), type="resume", token=ready["token"]))[0] == 4404
    assert await ask(close_stale_sessions) == 1
    session = await ask(lambda: Session.objects.get(pk=ready["session"]))
    assert (session.state, session.is_partial, session.duration_ms) == ("closed", True, 300)
    assert await ask(close_stale_sessions) == 0


async def test_a_session_without_a_frame_leaves_nothing(begin, ask):
    socket, _ = await begin()
    await socket.say(type="stop")
    assert (await socket.hear_until("ended"))["session"] is None
    await socket.leave()
    assert not await ask(Session.objects.exists)


async def test_an_erased_session_ends_its_socket(begin, jpegs, ask):
    socket, ready = await begin()
    await socket.frame(0, 0, jpegs[0])
    await socket.hear()
    await ask(lambda: Session.objects.get(pk=ready["session"]).delete())
    assert (await socket.hear_until("closing", timeout=5))["code"] == 4409
    await socket.leave()


# -- what does not belong ---------------------------------------------------------------------------------------------
HEADER = struct.Struct(">BBxxII")


@pytest.mark.parametrize(
    "said",
    [
        {"text": "no json"},
        {"text": "[1]"},
        {"text": '{"type": 7}'},
        {"text": '{"type": "dance"}'},
        {"text": "[" * 20_000},
        {"text": json.dumps({"type": "marker", "t_ms": "soon", "text": "x"})},
        {"text": json.dumps({"type": "marker", "t_ms": -1, "text": "x"})},
        {"text": json.dumps({"type": "marker", "t_ms": 1e309, "text": "x"})},
        {"text": json.dumps({"type": "latency", "round_trip_ms": "fast"})},
        {"text": json.dumps({"type": "latency", "round_trip_ms": [True]})},
        {"text": json.dumps({"type": "start", "version": 1})},
        {"bytes": b""},
        {"bytes": b"\x01"},
        {"bytes": HEADER.pack(9, 1, 1, 0)},
        {"bytes": HEADER.pack(1, 7, 1, 0)},
    ],
    ids=str,
)
async def test_what_is_not_of_the_protocol_ends_the_socket_with_a_word(begin, said):
    socket, _ = await begin()
    await socket.send_input({"type": "websocket.receive", **said})
    assert (await socket.hear())["code"] == 4400
    assert await socket.hear() == {"closed": 4400}
    await socket.leave()


async def test_frames_before_the_start_and_out_of_order_end_the_socket(begin, socket_of, owner, jpegs):
    early = socket_of(owner)
    await early.open()
    await early.frame(0, 0, jpegs[0])
    assert (await early.hear())["code"] == 4400
    await early.leave()
    socket, _ = await begin()
    await socket.frame(5, 0, b"x")
    await socket.hear()
    await socket.frame(5, 100, b"x")
    assert (await socket.hear())["code"] == 4400
    await socket.leave()


async def test_another_version_is_refused(socket_of, owner, consent, model):
    assert (await refusal_of(socket_of(owner), version=2))[0] == 4400


async def test_a_marker_without_words_is_refused_and_the_session_goes_on(begin, jpegs, ask):
    socket, _ = await begin()
    await socket.say(type="marker", t_ms=5, text="  ")
    assert (await socket.hear())["type"] == "error"
    await socket.frame(0, 0, jpegs[0])
    assert (await socket.hear())["faces"]
    await socket.leave()
    assert not await ask(Marker.objects.exists)


async def test_no_frame_is_ever_written_to_disk(begin, jpegs, folder_of_everything, settings, tmp_path):
    socket, _ = await begin()
    before = {file for root in (folder_of_everything, tmp_path) for file in root.rglob("*")}
    for seq, jpeg in enumerate(jpegs):
        await socket.frame(seq, seq * 100, jpeg)
        await socket.hear()
        after = {file for root in (folder_of_everything, tmp_path) for file in root.rglob("*") if file.is_file()}
        assert {file for file in after - before if ".sqlite3" not in file.name} == set()
    await socket.say(type="stop")
    await socket.hear_until("ended")
    await socket.leave()
    marks = (b"\xff\xd8\xff\xe0", jpegs[0][200:260])
    for file in folder_of_everything.rglob("*"):
        if file.is_file():
            assert not any(mark in file.read_bytes() for mark in marks), file


@pytest.mark.parametrize("ending", [".bmp", ".tiff", ".jp2"])
async def test_jpeg_png_and_webp_only_are_decoded_in_the_web_process(begin, ending, empty_jpeg):
    picture = cv2.imdecode(np.frombuffer(empty_jpeg, np.uint8), cv2.IMREAD_COLOR)
    socket, _ = await begin()
    for seq, kind in enumerate((".jpg", ".png", ".webp", ending)):
        await socket.frame(seq, seq * 100, cv2.imencode(kind, picture)[1].tobytes())
        assert (await socket.hear())["reason"] == ("undecodable" if kind == ending else "no_face")
    await socket.leave()
