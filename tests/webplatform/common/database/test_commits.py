"""What follows a commit never makes it look failed, and a Redis that hangs holds nobody up for long."""

import socket
import time

import pytest
from django.db import transaction
from redis.exceptions import ConnectionError as Refused
from redis.exceptions import TimeoutError as Hung

from webplatform.common.database.commits import after_commit
from webplatform.common.redis.cache import ForgivingRedisCache
from webplatform.common.redis.circuit_breaker import Breaker, redis_hangs
from webplatform.settings import ROOT


@pytest.mark.django_db(transaction=True)
def test_what_fails_after_a_commit_is_logged_and_the_next_one_is_done(caplog):
    done = []
    with transaction.atomic():
        after_commit(_fail, "first")
        after_commit(done.append, "second")
    assert done == ["second"]
    assert "Error calling _fail" in caplog.text


def _fail(which: str) -> None:
    raise ValueError(which)


def test_nobody_leaves_this_to_django_alone():
    """Its own `robust` reads a name that a partial has not, and fails in its turn."""
    users = [path for path in (ROOT / "webplatform").rglob("*.py") if "on_commit(" in path.read_text(encoding="utf-8")]
    assert [path.name for path in users] == ["commits.py"]


def test_what_hangs_is_not_asked_again_for_a_while_and_what_refuses_is():
    breaker = Breaker(0.2)
    breaker.note(Refused("refused"))
    assert not breaker.is_open
    try:
        raise OSError("outer") from Hung("Timeout reading from socket")
    except OSError as error:
        breaker.note(error)
    assert breaker.is_open
    breaker.close()
    assert not breaker.is_open


def test_a_redis_that_hangs_is_waited_for_once(hanging_server):
    cache = ForgivingRedisCache(f"redis://127.0.0.1:{hanging_server}/0", {})
    began_s = time.monotonic()
    try:
        assert [cache.get("a", 7) for _ in range(10)] == [7] * 10
        assert cache.add("a", 1) is True
        assert cache.incr("a") == 0
        assert time.monotonic() - began_s < 4
    finally:
        redis_hangs.close()


@pytest.fixture
def hanging_server():
    """A port that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(50)
        yield server.getsockname()[1]
