"""The socket of jobs: who may listen, what is told at first, and what afterwards."""

import json
import socket as socketlib

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import AnonymousUser

from webplatform.accounts.logins import end_logins_of
from webplatform.analysis import progress
from webplatform.analysis.consumers import JobsConsumer
from webplatform.analysis.models import AnalysisJob
from webplatform.analysis.progress import publish_job
from webplatform.studies.models import Membership

pytestmark = pytest.mark.django_db(transaction=True)


class Socket(ApplicationCommunicator):
    """The client's end. (Channels' own testing package needs the server Daphne.)"""

    async def connect(self):
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output()
        return answer["type"] == "websocket.accept", answer.get("code")

    async def receive_json(self):
        return json.loads((await self.receive_output())["text"])

    async def send(self, **frame):
        await self.send_input({"type": "websocket.receive", **frame})

    async def disconnect(self):
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait()


def socket_of(user):
    scope = {"type": "websocket", "path": "/ws/jobs/", "headers": [], "user": user}
    return Socket(JobsConsumer.as_asgi(), scope)


@sync_to_async
def change(**fields):
    AnalysisJob.objects.update(**fields)
    publish_job(AnalysisJob.objects.get().pk)


async def test_nobody_listens_without_signing_in():
    is_connected, code = await socket_of(AnonymousUser()).connect()
    assert (is_connected, code) == (False, 4401)


async def test_the_first_message_is_the_state_of_things(owner, submit):
    job = await sync_to_async(submit)()
    socket = socket_of(owner)
    assert (await socket.connect())[0]
    first = await socket.receive_json()
    assert (first["type"], [one["id"] for one in first["jobs"]]) == ("snapshot", [str(job.pk)])
    await socket.disconnect()


async def test_each_change_is_pushed_to_the_studys_members(owner, submit):
    await sync_to_async(submit)()
    socket = socket_of(owner)
    await socket.connect()
    await socket.receive_json()
    await change(progress=0.5, state="running")
    told = await socket.receive_json()
    assert (told["type"], told["job"]["status"], told["job"]["progress"]) == ("job", "running", 0.5)
    await socket.disconnect()


async def test_a_stranger_is_told_nothing(owner, stranger, submit):
    await sync_to_async(submit)()
    socket = socket_of(stranger)
    await socket.connect()
    assert (await socket.receive_json())["jobs"] == []
    await change(progress=0.5)
    assert await socket.receive_nothing()
    await socket.disconnect()


async def test_who_joins_the_study_later_is_told_and_who_was_removed_is_not(viewer, submit):
    job = await sync_to_async(submit)()
    socket = socket_of(viewer)
    await socket.connect()
    assert (await socket.receive_json())["jobs"] == []
    role = await Membership.objects.acreate(study_id=job.session.study_id, user=viewer, role=Membership.Role.VIEWER)
    await change(progress=0.25)
    assert (await socket.receive_json())["job"]["progress"] == 0.25
    await role.adelete()
    await change(progress=0.5)
    assert await socket.receive_nothing()
    await socket.disconnect()


async def test_what_a_client_sends_is_ignored(owner):
    socket = socket_of(owner)
    await socket.connect()
    await socket.receive_json()
    await socket.send(text="{ not json")
    await socket.send(bytes=b"\x00\xff")
    assert await socket.receive_nothing()
    await socket.disconnect()


async def test_signing_out_everywhere_lets_every_page_show_again_who_it_is(owner, stranger):
    socket, other = socket_of(owner), socket_of(stranger)
    for one in (socket, other):
        await one.connect()
        await one.receive_json()
    await sync_to_async(end_logins_of)(owner)
    assert (await socket.receive_output()) == {"type": "websocket.close", "code": 1012}
    assert await other.receive_nothing()


def layer_at(port: int) -> dict:
    config = {"hosts": [f"redis://127.0.0.1:{port}/0"]}
    return {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": config}}


def test_a_redis_that_is_away_does_not_stop_the_work(submit, settings, caplog):
    settings.CHANNEL_LAYERS = layer_at(1)
    publish_job(submit().pk)
    assert "Nobody was told" in caplog.text


def test_a_redis_that_never_answers_does_not_stop_the_work(submit, settings, caplog, monkeypatch):
    monkeypatch.setattr(progress, "SEND_WITHIN_S", 0.1)
    job = submit()
    with socketlib.create_server(("127.0.0.1", 0)) as silent:
        settings.CHANNEL_LAYERS = layer_at(silent.getsockname()[1])
        publish_job(job.pk)
    assert "Redis does not answer" in caplog.text
