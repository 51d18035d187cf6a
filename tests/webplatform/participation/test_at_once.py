"""Many people at one participant, and many admins at one model, at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection

from tests.webplatform.access.world import ship_texts
from webplatform.common.database import deadlocks
from webplatform.common.errors import AppError
from webplatform.consent.models import ConsentRecord
from webplatform.participation.links import create_link
from webplatform.participation.participants import add_participant
from webplatform.participation.services import agree, submit_request, withdraw
from webplatform.retention.services import erase_participant
from webplatform.studies.models import Participant


@pytest.mark.django_db(transaction=True)
def test_mixed_requests_on_one_participant_do_not_undo_each_other(study, owner):
    ship_texts()
    blue = add_participant(study=study, user=owner, pseudonym="Blue")
    give = partial(agree, participant=blue, language="en", scopes=["analyse"], channel="link")
    works = [
        give,
        partial(withdraw, participant=blue, channel="link"),
        partial(submit_request, participant=blue, kind="copy"),
    ]
    works += [partial(create_link, participant=blue, user=owner)]
    with ThreadPoolExecutor(12) as threads:
        found = list(threads.map(_try, works * 12))
    assert [error for error in found if error is not None] == []
    assert ConsentRecord.objects.filter(participant=blue, withdrawn_at=None).count() <= 1
    with ThreadPoolExecutor(8) as threads:
        erase = partial(erase_participant, participant=blue, by=owner)
        found = list(threads.map(_try, [erase, *works] * 4))
    assert [error for error in found if isinstance(error, OperationalError)] == []
    assert not Participant.objects.filter(pk=blue.pk).exists()


def _try(work) -> Exception | None:
    try:
        work()
    except AppError:
        return None
    except Exception as error:
        return error
    finally:
        connection.close()
    return None


class Undone(Exception):
    sqlstate = "40P01"


def test_a_request_that_a_deadlock_undid_is_done_again(rf, monkeypatch):
    monkeypatch.setattr(deadlocks, "FIRST_WAIT_S", 0)
    monkeypatch.setattr(deadlocks, "connection", SimpleNamespace(in_atomic_block=False))
    told = []

    def view(request):
        told.append(1)
        if len(told) < 3:
            raise OperationalError("deadlock detected") from Undone()
        return "done"

    assert deadlocks.retried(view)(rf.post("/")) == "done"
    assert len(told) == 3


def test_any_other_error_of_the_database_is_told_at_once(rf):
    told = []

    def view(request):
        told.append(1)
        raise OperationalError("disk is full")

    with pytest.raises(OperationalError):
        deadlocks.retried(view)(rf.post("/"))
    assert len(told) == 1
