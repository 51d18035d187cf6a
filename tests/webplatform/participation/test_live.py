"""A participant joins a live session by their link; one click ends it within two seconds and leaves nothing."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser

from tests.webplatform.live.conftest import Socket, jpegs, model
from webplatform.consent.models import ConsentRecord
from webplatform.history.models import Observation, Session
from webplatform.participation.consumers import ParticipantConsumer
from webplatform.participation.links import revoke_link
from webplatform.participation.participant_auth import KEPT_AS
from webplatform.participation.services import agree, withdraw
from webplatform.studies.models import ParticipantLink

__all__ = ["jpegs", "model"]
LINK = ConsentRecord.Channel.LINK


@pytest.fixture
def sit_down(key, model):
    """`await sit_down()`: the socket of the participant's browser, and what the server said to `start`."""

    async def start(**session):
        kept = session or {KEPT_AS: await sync_to_async(lambda: ParticipantLink.objects.get().pk)()}
        scope = {"type": "websocket", "path": "/", "headers": [], "user": AnonymousUser(), "session": kept}
        socket = Socket(ParticipantConsumer.as_asgi(), scope)
        await socket.open()
        await socket.say(type="start", version=1)
        return socket, await socket.hear()

    return start


async def test_it_ends_within_two_seconds_of_the_withdrawal_and_nothing_is_left(sit_down, participant, owner, jpegs):
    await sync_to_async(agree)(participant=participant, language="en", scopes=["analyse"], channel=LINK)
    socket, ready = await sit_down()
    session = await sync_to_async(Session.objects.select_related("consent").get)(pk=ready["session"])
    assert (session.participant_id, session.created_by_id) == (participant.pk, owner.pk)
    assert session.consent.participant_id == participant.pk
    await socket.frame(0, 0, jpegs[0])
    await socket.hear()
    started_s = asyncio.get_running_loop().time()
    await sync_to_async(withdraw)(participant=participant, channel=LINK)
    assert (await socket.hear())["message"] == "The consent was withdrawn."
    assert (await socket.hear())["closed"] == 4410
    assert asyncio.get_running_loop().time() - started_s < 2
    await socket.leave()
    assert not await sync_to_async(Session.objects.exists)()
    assert not await sync_to_async(Observation.objects.exists)()


@pytest.mark.parametrize("shows", [False, True])
async def test_a_participants_browser_hears_scores_only_where_the_study_says_so(
    sit_down, participant, study, jpegs, shows
):
    study.shows_scores = shows
    await sync_to_async(study.save)()
    await sync_to_async(agree)(participant=participant, language="en", scopes=["analyse"], channel=LINK)
    socket, _ready = await sit_down()
    await socket.frame(0, 0, jpegs[0])
    faces = (await socket.hear())["faces"]
    assert faces, "a face is in the picture"
    assert [(bool(face["scores"]), bool(face["dominant"] or face["reason"])) for face in faces] == [(shows, shows)]
    await socket.say(type="stop")
    await socket.hear_until("ended")
    await socket.leave()
    scored = await sync_to_async(Observation.objects.filter(angry__isnull=False).count)()
    assert scored == 1, "what is not told is kept all the same"


async def test_consent_comes_first(sit_down):
    socket, answer = await sit_down()
    await socket.leave()
    assert (answer["type"], answer["code"]) == ("closing", 4410)


async def test_a_link_of_somebody_unknown_opens_nothing(sit_down, participant):
    socket, answer = await sit_down(**{KEPT_AS: 999_999})
    await socket.leave()
    assert (answer["type"], answer["code"]) == ("closing", 4401)


async def test_a_revoked_link_opens_nothing(sit_down, participant, owner):
    await sync_to_async(agree)(participant=participant, language="en", scopes=["analyse"], channel=LINK)
    await sync_to_async(lambda: revoke_link(link=ParticipantLink.objects.get(), user=owner))()
    socket, answer = await sit_down()
    await socket.leave()
    assert (answer["type"], answer["code"]) == ("closing", 4401)


async def test_revoking_the_link_ends_the_session_and_keeps_what_was_recorded(sit_down, participant, owner, jpegs):
    await sync_to_async(agree)(participant=participant, language="en", scopes=["analyse"], channel=LINK)
    socket, _ready = await sit_down()
    await socket.frame(0, 0, jpegs[0])
    await socket.hear()
    await sync_to_async(lambda: revoke_link(link=ParticipantLink.objects.get(), user=owner))()
    await socket.hear_until("closing")
    assert (await socket.hear())["closed"] == 4403
    await socket.leave()
    assert (await sync_to_async(Session.objects.get)()).state == "closed"
