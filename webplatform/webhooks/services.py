"""What a request may do with webhooks: make, change, turn off, give a new secret, test, send again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User
from webplatform.common.database.commits import after_commit
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.common.input.text import shown_text
from webplatform.studies.models import Study
from webplatform.studies.permissions import require_owner
from webplatform.webhooks.models import TEST, Delivery, Event, Webhook
from webplatform.webhooks.outbox import GIVE_UP_AFTER, new_delivery
from webplatform.webhooks.signing import new_secret, seal_secret
from webplatform.webhooks.targets import target_of
from webplatform.webhooks.tasks import send_deliveries

MOST = 20
MOST_WAITING = 20
MAX_NAME = 80


@transaction.atomic
def add_webhook(
    *, user: User, name: str, url: str, events: Sequence[str], study: Study | None = None
) -> tuple[Webhook, str]:
    """Make a webhook for these events; return it with its secret, which is never shown again.

    Raises:
        NotAllowed: the user does not own the study.
        Invalid: the address may not be sent to, there is no such event, or the name is empty.
        Conflict: the study, or the account, has as many webhooks as it may have.
    """
    if study is not None:
        require_owner(study, user)
    existing = Webhook.objects.filter(study=study) if study else Webhook.objects.filter(study=None, user=user)
    if existing.count() >= MOST:
        raise Conflict(_("There are %(n)d webhooks already. Delete one first.") % {"n": MOST})
    secret = new_secret()
    webhook = Webhook.objects.create(
        user=user,
        study=study,
        name=_checked_name(name),
        url=_checked_url(url),
        events=_checked_events(events, study),
        sealed_secret=seal_secret(secret),
    )
    _record("made", webhook, user, events=webhook.events)
    return webhook, secret


@transaction.atomic
def change_webhook(*, webhook: Webhook, user: User, **changes: Any) -> Webhook:
    """The webhook has this `name`, `url` or `events`, and is on or off (`is_on`); what is not named stays.

    Raises:
        NotAllowed: it is somebody else's, and the user does not own its study.
        Invalid: as for a new one.
    """
    _require_hold(webhook, user)
    checks = {"name": _checked_name, "url": _checked_url, "events": lambda sent: _checked_events(sent, webhook.study)}
    new = {name: checks[name](value) for name, value in changes.items() if name in checks}
    if "is_on" in changes and changes["is_on"] != webhook.is_on:
        new |= {"off": "" if changes["is_on"] else Webhook.Off.BY_OWNER}
        new |= {"failing_since": None, "unreachable_times": 0, "paused_until": None}
    changed = sorted(name for name, value in new.items() if getattr(webhook, name) != value)
    for name, value in new.items():
        setattr(webhook, name, value)
    if changed:
        webhook.save(update_fields=list(new))
        _record("changed", webhook, user, changed=changed)
        after_commit(send_deliveries)
    return webhook


@transaction.atomic
def rotate_secret(*, webhook: Webhook, user: User) -> str:
    """The webhook signs with a new secret, which is returned, and for a day with the earlier one, too.

    Raises NotAllowed as `change_webhook` does.
    """
    _require_hold(webhook, user)
    secret = new_secret()
    webhook.earlier_secret, webhook.sealed_secret = webhook.sealed_secret, seal_secret(secret)
    webhook.rotated_at = timezone.now()
    webhook.save(update_fields=["earlier_secret", "sealed_secret", "rotated_at"])
    _record("rotated", webhook, user)
    return secret


@transaction.atomic
def delete_webhook(*, webhook: Webhook, user: User) -> None:
    """The webhook is gone, with all that was to be sent to it and what is known of what was.

    Raises NotAllowed as `change_webhook` does.
    """
    _require_hold(webhook, user)
    _record("deleted", webhook, user)
    webhook.delete()


@transaction.atomic
def send_test(*, webhook: Webhook, user: User) -> Delivery:
    """An event that says nothing waits to be sent, also where the webhook is off; it is tried once.

    Raises:
        NotAllowed: as `change_webhook` does.
        Conflict: too many tests and replays wait already.
    """
    _require_hold(webhook, user)
    _refuse_many(webhook)
    delivery = new_delivery(webhook, TEST, {"study": webhook.study_id and str(webhook.study_id)})
    delivery.save(force_insert=True)
    after_commit(send_deliveries)
    return delivery


@transaction.atomic
def replay(*, delivery: Delivery, user: User) -> Delivery:
    """What was delivered, or given up, waits again: the same event with its id, as a delivery of its own.

    Raises:
        NotAllowed: as `change_webhook` does.
        Conflict: it still waits itself, its webhook is off, or too many wait already.
    """
    _require_hold(delivery.webhook, user)
    if not delivery.is_over:
        raise Conflict(_("This event still waits to be delivered."))
    if not delivery.webhook.is_on:
        raise Conflict(_("The webhook is off. Turn it on first."))
    _refuse_many(delivery.webhook)
    now = timezone.now()
    times = {"created_at": now, "next_at": now, "give_up_at": now + GIVE_UP_AFTER}
    again = Delivery.objects.create(
        id=uuid4(),
        webhook=delivery.webhook,
        event=delivery.event,
        session_id=delivery.session_id,
        payload=delivery.payload,
        replays=delivery,
        **times,
    )
    after_commit(send_deliveries)
    return again


def _require_hold(webhook: Webhook, user: User) -> None:
    if webhook.study is not None:
        require_owner(webhook.study, user)
    elif webhook.user_id != user.pk:
        raise NotAllowed(_("This webhook is somebody else's."))


def _refuse_many(webhook: Webhook) -> None:
    waiting = webhook.deliveries.filter(state=Delivery.State.WAITING, finished_at=None)
    if waiting.count() >= MOST_WAITING:
        raise Conflict(_("%(n)d events wait to be delivered already.") % {"n": MOST_WAITING})


def _checked_name(name: str) -> str:
    clean = shown_text(name).strip()[:MAX_NAME]
    if not clean:
        raise Invalid(_("Give it a name."), field="name")
    return clean


def _checked_url(url: str) -> str:
    target_of(url.strip())
    return url.strip()


def _checked_events(events: Sequence[str], study: Study | None) -> list[str]:
    known_events = [str(event) for event in Event.known_to(study)]
    if not events or set(events) - set(known_events):
        raise Invalid(_("Choose at least one of: %(events)s.") % {"events": ", ".join(known_events)}, field="events")
    return [event for event in known_events if event in events]


def _record(verb: str, webhook: Webhook, user: User, **details: Any) -> None:
    target = f"webhook:{webhook.pk}"
    record_event(f"webhook.{verb}", actor=user, study_id=webhook.study_id, target=target, **details)
