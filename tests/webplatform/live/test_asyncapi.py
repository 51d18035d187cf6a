"""docs/asyncapi.yml against real sockets: every message that is told of comes, and looks as it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import pytest
from asgiref.sync import sync_to_async

from tests.api_document import parsed
from tests.clips import face_picture
from tests.webplatform.analysis.conftest import sent, submit  # noqa: F401  (fixtures)
from tests.webplatform.analysis.test_consumers import change
from tests.webplatform.analysis.test_consumers import socket_of as jobs_socket_of
from webplatform.live.protocol import Close

pytestmark = pytest.mark.django_db(transaction=True)
DOCUMENT = parsed(Path("docs/asyncapi.yml").read_text(encoding="utf-8"))
MESSAGES = DOCUMENT["components"]["messages"]


def names(operation: str) -> set[str]:
    return {one["$ref"].rsplit("/", 1)[1] for one in DOCUMENT["operations"][operation]["messages"]}


def check(message: dict[str, Any]) -> str:
    """The message is as the document says; returns its type."""
    from jsonschema import Draft202012Validator  # loading its formats takes a second

    schema = {**MESSAGES[message["type"]]["payload"], "components": DOCUMENT["components"]}
    Draft202012Validator(schema).validate(message)
    return message["type"]


async def test_the_live_socket_speaks_as_the_document_says(owner, consent, model, socket_of):
    heard = set()
    socket = socket_of(owner)
    await socket.open()
    examples = [name for name in MESSAGES if "examples" in MESSAGES[name]]
    assert {*examples, "frame", "resume"} == names("sendLive")
    for name in sorted(examples, key=lambda one: (one != "start", one == "stop")):
        await socket.say(**MESSAGES[name]["examples"][0]["payload"])
        if name == "start":
            heard.add(check(await socket.hear(30)))
            await socket.frame(1, 0, cv2.imencode(".jpg", face_picture())[1].tobytes())
            heard.add(check(await socket.hear(30)))
            await socket.frame(2, 100, b"no picture")
            heard.add(check(await socket.hear()))
            await socket.say(type="marker", t_ms=100, text=" ")
            heard.add(check(await socket.hear()))
    while "closed" not in (message := await socket.hear(30)):
        heard.add(check(message))
    refused = socket_of(owner)
    await refused.open()
    await refused.say(type="stop")
    heard.add(check(await refused.hear()))
    assert heard == names("receiveLive")
    assert set(MESSAGES["closing"]["payload"]["properties"]["code"]["enum"]) == {int(code) for code in Close}


async def test_the_socket_of_jobs_speaks_as_the_document_says(owner, submit):  # noqa: F811
    await sync_to_async(submit)()
    socket = jobs_socket_of(owner)
    await socket.connect()
    heard = {check(await socket.receive_json())}
    await change(state="running")
    heard.add(check(await socket.receive_json()))
    assert heard == names("receiveJobs")
    await socket.disconnect()
