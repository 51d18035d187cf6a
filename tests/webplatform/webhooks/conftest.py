"""A receiver, a webhook that leads to it, and events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from tests.webplatform.analysis.conftest import (  # noqa: F401  (fixtures)
    FakeEngine,
    fake_engine,
    sent,
    submit,
    upload_of,
)
from tests.webplatform.webhooks.receiver import Receiver, receiving
from webplatform.webhooks import tasks
from webplatform.webhooks.models import Event, Webhook
from webplatform.webhooks.services import add_webhook


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    """A receiver on this machine, which the settings let webhooks be sent to."""
    settings.RAUT_WEBHOOK_HTTP = settings.RAUT_WEBHOOK_PRIVATE = True
    with receiving() as running:
        yield running


@pytest.fixture
def hook_of(receiver, owner) -> Callable[..., tuple[Webhook, str]]:
    """`hook_of(study, events)`: a webhook of the owner to the receiver, and its secret."""

    def make(study=None, events=tuple(Event.values), url=None):
        meant = [event for event in events if study is None or event != Event.RUN_FINISHED]
        return add_webhook(user=owner, name="tool", url=url or receiver.url, events=meant, study=study)

    return make


@pytest.fixture(autouse=True)
def woken(monkeypatch) -> list[str]:
    """How often the housekeeper was woken; nothing is really sent to Redis."""
    times: list[str] = []
    monkeypatch.setattr(tasks, "deliver", SimpleNamespace(delay=lambda: times.append("woken")))
    return times
