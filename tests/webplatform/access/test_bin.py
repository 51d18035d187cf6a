"""A deleted session is nowhere but in the bin: every address that reads something is asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.webplatform.access import table
from tests.webplatform.access.rows import read_rows
from webplatform.history.bin import bin_session
from webplatform.history.models import Session

pytestmark = pytest.mark.django_db

READERS = [row for row in [*read_rows(table.PAGES), *read_rows(table.API)] if row.method == "GET"]
NAMED = ("{session}", "{again}", "{reading}")  # what is part of the deleted session
# The bin itself; what a withdrawal takes along, also out of the bin; the log, which tells of the deletion by an id.
STATED = ("/bin/", "/api/v1/bin/", "/consent/withdraw/", "/account/audit/", "/api/v1/audit/")
TITLE = "Zebra crossing at dusk"


@pytest.fixture
def deleted(world: dict[str, Any]):
    """The world's session with everything in it is in the bin, with what read its video again."""
    owner = world["users"]["owner"]
    with transaction.atomic():
        Session.objects.filter(pk__in=(world["session"], world["again"])).update(title=TITLE)
        assert bin_session(session=Session.objects.get(pk=world["session"]), user=owner)
        yield world
        transaction.set_rollback(True)


@pytest.fixture(params=["owner", "participant"])
def browser(request, deleted: dict[str, Any]) -> Client:
    """Who sees most: the study's owner, who deleted it, and the person whose link is open."""
    client = Client(raise_request_exception=False)
    if request.param == "owner":
        client.force_login(deleted["users"]["owner"])
    else:
        Session.everything.filter(title=TITLE).update(participant=deleted["participant"])
        client.get(f"/p/{deleted['key']}/")
    return client


def body_of(response: HttpResponse) -> str:
    if response.streaming and response.is_async:  # events of a job that waits: they have no end
        return ""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")


def test_no_address_shows_a_session_that_lies_in_the_bin(deleted, browser: Client):
    shown = []
    for row in READERS:
        response = browser.get(row.path(deleted))
        text = body_of(response)
        cache.clear()
        if any(name in row.address for name in NAMED):  # a 404 may repeat the address that was asked for
            if response.status_code == 200 or TITLE in text:
                shown.append(f"{row}: answers")
        elif _names(text, deleted) and not row.address.startswith(STATED):
            shown.append(f"{row}: names it")
    assert shown == [], "\n".join(shown)


def _names(text: str, world: dict[str, Any]) -> bool:
    return any(mark in text for mark in (TITLE, str(world["session"]), str(world["again"])))


def test_the_bin_shows_it_and_a_restored_one_is_everywhere_again(deleted):
    client = Client()
    client.force_login(deleted["users"]["owner"])
    assert TITLE in client.get("/bin/").content.decode()
    assert client.post(f"/bin/{deleted['session']}/restore/", follow=True).status_code == 200
    assert TITLE not in client.get("/bin/").content.decode()
    rows = [row for row in READERS if "{session}" in row.address and "overlay" not in row.address]  # which needs two
    answers = {str(row): client.get(row.path(deleted)).status_code for row in rows}
    assert set(answers.values()) == {200}, answers


def test_no_count_knows_of_what_lies_in_the_bin(deleted):
    client = Client()
    client.force_login(deleted["users"]["owner"])
    study = deleted["study"]
    listed = client.get(f"/api/v1/sessions/?study={study}").json()["results"]
    assert sorted(one["state"] for one in listed) == ["failed", "open"], "the sessions of the two jobs"
    sharing = client.get(f"/api/v1/studies/{study}/sharing/").json()
    assert sharing["sessions"] == 0
    totals = client.get("/").context["totals"]
    assert (totals.sessions, totals.faces) == (2, 0)
