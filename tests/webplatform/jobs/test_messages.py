"""Messages to the workers while Redis does not answer."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from redis import RedisError
from redis import TimeoutError as RedisTimeout

from webplatform.analysis import tasks as analysis
from webplatform.common.redis.circuit_breaker import redis_hangs
from webplatform.exporting import tasks as exporting
from webplatform.jobs.messages import send_message
from webplatform.results import tasks as results
from webplatform.retention import tasks as retention

SENDERS = [
    analysis.send_analysis,
    analysis.send_copy,
    exporting.send_export_job,
    results.send_figures,
    results.send_curve,
    retention.send_export,
]


@pytest.fixture(autouse=True)
def mended():
    yield
    redis_hangs.close()


def failing(error: Exception) -> SimpleNamespace:
    def delay(*_words: object) -> None:
        raise error

    return SimpleNamespace(delay=delay)


def test_what_is_refused_is_sent_later_and_asked_again_at_once():
    assert not send_message(failing(RedisError("refused")), 1, about="It")
    assert not redis_hangs.is_open


@pytest.mark.parametrize("send", SENDERS, ids=lambda send: send.__name__)
def test_nobody_waits_for_a_redis_that_hung_a_moment_ago(send):
    assert not send_message(failing(RedisTimeout("timed out")), 1, about="It")
    assert send(uuid4()) is False  # no database and no Redis is asked
