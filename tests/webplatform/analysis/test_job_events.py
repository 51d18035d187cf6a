"""Progress by token: server-sent events and the socket, until the job ends or nobody may listen any more."""

import json

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient

from tests.webplatform.analysis.test_consumers import Socket, change
from webplatform.accounts.handshakes import ProofOrOrigin, Proven
from webplatform.accounts.models import ApiToken, User
from webplatform.accounts.services import create_token
from webplatform.accounts.tickets import issue_ticket
from webplatform.analysis import streams
from webplatform.analysis.consumers import JobsConsumer
from webplatform.analysis.models import AnalysisJob
from webplatform.analysis.streams import Streams, job_events
from webplatform.history.models import Session

pytestmark = pytest.mark.django_db(transaction=True)


async def events(stream):
    """What is said, in order: (event, data), comments left out."""
    async for piece in stream:
        kind, _, data = piece.decode().partition("\n")
        if kind.startswith("event: "):
            yield kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))


async def test_a_stream_tells_each_change_and_ends_with_the_job(owner, submit, token_of):
    job, token = await sync_to_async(submit)(), await sync_to_async(token_of)(owner)
    headers = {"Authorization": f"Token {token}", "Accept": "text/event-stream"}
    answer = await AsyncClient().get(f"/api/v1/jobs/{job.pk}/events/", headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/event-stream")
    said = events(answer.streaming_content)
    assert (await anext(said))[1]["status"] == "queued"
    await change(state="running", progress=0.5)
    assert (await anext(said))[1]["progress"] == 0.5
    await change(state="done", progress=1.0)
    assert (await anext(said))[1]["status"] == "done"
    assert await anext(said) == ("end", {"reason": "done"})
    assert [one async for one in said] == []
    assert Streams.open == 0


async def test_strangers_and_those_beyond_the_limit_get_no_stream(owner, stranger, submit, token_of, settings):
    job = await sync_to_async(submit)()
    for user, wanted in ((None, 401), (stranger, 404), (owner, 429)):
        settings.RAUT_EVENT_STREAMS = 0
        headers = {"Authorization": f"Token {await sync_to_async(token_of)(user)}"} if user else {}
        answer = await AsyncClient().get(f"/api/v1/jobs/{job.pk}/events/", headers=headers)
        assert answer.status_code == wanted


@pytest.mark.parametrize(("model", "reason"), [(ApiToken, "not_allowed"), (User, "not_allowed"), (Session, "gone")])
async def test_a_stream_ends_without_its_right_or_its_job(owner, submit, model, reason):
    job = await sync_to_async(submit)()
    token, _key = await sync_to_async(create_token)(user=owner, name="t")
    said = events(job_events(job.pk, Proven(owner, token.pk), look_every_s=0.05))
    assert (await anext(said))[0] == "job"
    if model is User:
        await sync_to_async(User.objects.update)(is_active=False)
    else:
        await sync_to_async(model.objects.all().delete)()
    assert [one async for one in said] == [("end", {"reason": reason})]


async def test_a_stream_beats_and_goes_on_without_redis(owner, submit, monkeypatch):
    job = await sync_to_async(submit)()

    def away():
        raise ConnectionRefusedError

    monkeypatch.setattr(streams, "get_channel_layer", away)
    stream = job_events(job.pk, Proven(owner, None), look_every_s=0.05)
    assert [await anext(stream) for _n in range(3)][2] == b": heartbeat\n\n"
    await sync_to_async(AnalysisJob.objects.update)(state="cancelled")
    assert [one async for one in events(stream)][-1] == ("end", {"reason": "cancelled"})


def handshake(*headers, user=None):
    app = ProofOrOrigin(with_user(JobsConsumer.as_asgi(), user))
    scope = {"type": "websocket", "path": "/ws/jobs/", "headers": list(headers), "subprotocols": []}
    return Socket(app, scope)


def with_user(app, user):
    """As the login's middleware does it: cookies make a user."""
    from django.contrib.auth.models import AnonymousUser

    async def inner(scope, receive, send):
        has_cookie = any(name == b"cookie" for name, _ in scope["headers"])
        await app({**scope, "user": user if has_cookie and user else AnonymousUser()}, receive, send)

    return inner


async def test_a_program_listens_with_its_token_and_without_an_origin(owner, submit, monkeypatch):
    monkeypatch.setattr("webplatform.analysis.consumers.LOOK_EVERY_S", 0.05)
    job = await sync_to_async(submit)()
    token, key = await sync_to_async(create_token)(user=owner, name="t", scopes=["read"])
    socket = handshake((b"authorization", f"Token {key}".encode()))
    assert (await socket.connect())[0]
    assert [one["id"] for one in (await socket.receive_json())["jobs"]] == [str(job.pk)]
    await sync_to_async(token.delete)()
    assert (await socket.receive_output(5))["code"] == 4401


async def test_what_proves_nothing_opens_nothing_whatever_cookies_come_along(owner):
    live_only = await sync_to_async(create_token)(user=owner, name="t", scopes=["live"])
    ticket = await sync_to_async(issue_ticket)(user=owner, token=live_only[0])
    cookie, origin = (b"cookie", b"sessionid=x"), (b"origin", b"https://evil.example")
    for proof in (b"Token forged", b"Token " + live_only[1].encode(), b"Ticket x", b"Ticket " + ticket.encode()):
        assert (await handshake((b"authorization", proof), cookie, user=owner).connect())[0] is False
    assert (await handshake(cookie, origin, user=owner).connect())[0] is False  # another site's page
    assert (await handshake(cookie, user=owner).connect())[0] is False  # a browser always says its origin
