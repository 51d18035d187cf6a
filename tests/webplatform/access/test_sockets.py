"""Who may connect to each WebSocket, and who may start something there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import AnonymousUser

from tests.webplatform.access.world import ship_texts
from webplatform.accounts.tickets import issue_ticket
from webplatform.consent.services import give_participant_consent
from webplatform.modelhub.services import ensure_active_model
from webplatform.participation.links import create_link
from webplatform.participation.participant_auth import KEPT_AS
from webplatform.participation.participants import add_participant
from webplatform.studies.models import Membership
from webplatform.urls import websocket_urlpatterns

# What everybody gets: `open`, or the code that the socket is closed with. A new socket needs one line.
CONNECT = {
    #                        owner   analyst viewer  stranger nobody  participant
    "ws/jobs/":              ("open", "open", "open", "open", "4401", "4401"),
    "ws/live/":              ("open", "open", "open", "open", "4401", "4401"),
    "ws/live/participant/":  ("4401", "4401", "4401", "4401", "4401", "open"),
}  # fmt: skip
# And what they hear when they ask to start a session in the study.
START = {
    "ws/live/":              ("ready", "ready", "4403", "4403", "4401", "4401"),
    "ws/live/participant/":  ("4401", "4401", "4401", "4401", "4401", "ready"),
}  # fmt: skip
PEOPLE = ("owner", "analyst", "viewer", "stranger", "nobody", "participant")


@pytest.fixture
def scopes(transactional_db, owner, viewer, stranger, study, consent_of, django_user_model) -> dict[str, dict]:
    """What each person's browser brings along."""
    ship_texts()
    analyst = django_user_model.objects.create_user("analyst@example.org")
    Membership.objects.create(study=study, user=analyst, role=Membership.Role.ANALYST)
    people = {"owner": owner, "analyst": analyst, "viewer": viewer, "stranger": stranger, "nobody": AnonymousUser()}
    for user in (owner, analyst, viewer, stranger):
        consent_of(user)
    blue = add_participant(study=study, user=owner, pseudonym="Blue")
    give_participant_consent(participant=blue, language="en", channel="link", scopes=["analyse"])
    link, _key = create_link(participant=blue, user=owner)
    ensure_active_model()
    found = {name: {"user": user, "session": {}} for name, user in people.items()}
    return found | {"participant": {"user": AnonymousUser(), "session": {KEPT_AS: link.pk}}}


def connect(address: str, scope: dict[str, Any]) -> ApplicationCommunicator:
    route = next(one for one in websocket_urlpatterns if str(one.pattern) == address)
    return ApplicationCommunicator(route.callback, {"type": "websocket", "path": f"/{address}", "headers": [], **scope})


async def opening(socket: ApplicationCommunicator) -> str:
    await socket.send_input({"type": "websocket.connect"})
    answer = await socket.receive_output(10)
    return "open" if answer["type"] == "websocket.accept" else str(answer["code"])


async def leave(socket: ApplicationCommunicator) -> None:
    await socket.send_input({"type": "websocket.disconnect", "code": 1001})
    await socket.wait(10)


def test_every_socket_has_a_row():
    assert {str(one.pattern) for one in websocket_urlpatterns} == set(CONNECT)


@pytest.mark.parametrize("address", CONNECT)
async def test_everybody_may_connect_where_the_table_says(address, scopes):
    for who, wanted in zip(PEOPLE, CONNECT[address], strict=True):
        socket = connect(address, scopes[who])
        assert (who, await opening(socket)) == (who, wanted)
        await leave(socket)


@pytest.mark.parametrize("address", START)
async def test_everybody_may_start_where_the_table_says(address, scopes, study):
    for who, wanted in zip(PEOPLE, START[address], strict=True):
        socket = connect(address, scopes[who])
        if (answer := await opening(socket)) != "open":
            assert (who, answer) == (who, wanted)
            continue
        asked = {"type": "start", "version": 1, **({"study": str(study.pk)} if address == "ws/live/" else {})}
        await socket.send_input({"type": "websocket.receive", "text": json.dumps(asked)})
        assert (who, await heard(socket)) == (who, wanted)
        await leave(socket)


async def heard(socket: ApplicationCommunicator) -> str:
    """`ready`, or the code of the end."""
    while True:
        answer = await socket.receive_output(30)
        if answer["type"] == "websocket.close":
            return str(answer["code"])
        if json.loads(answer["text"])["type"] == "ready":
            return "ready"


async def test_a_ticket_in_the_address_opens_nothing(scopes, owner):
    ticket = await sync_to_async(issue_ticket)(user=owner)
    scope = {**scopes["nobody"], "query_string": f"ticket={ticket}".encode()}
    socket = connect("ws/live/", scope)
    assert await opening(socket) == "4401"
