"""Data that is kept for a short time so that work can continue after an interruption; where events are sent."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webplatform.accounts.idempotency_keys import KEPT_FOR
from webplatform.learning.work import DECIDE_WITHIN
from webplatform.studies.models import Membership, Study
from webplatform.webhooks.models import Webhook
from webplatform.webhooks.outbox import GIVE_UP_AFTER


def passing_facts() -> tuple[tuple[str, str], ...]:
    """How long what is only passing stays, by the limits that are applied."""
    uploads = _("encrypted; %(n)d hours after the last part came")
    answers = _("%(n)d hours, encrypted with the program's own key; earlier where what they are about is deleted")
    deliveries = _(
        "%(n)d days: ids, states and times, never scores or names; earlier where their session is deleted. "
        "Nothing is tried for longer than %(hours)d hours"
    )
    checked = _("%(n)d hours, then they are deleted")
    fetched = _("encrypted, as uploads; the address until it has ended, its host and state %(n)d hours longer")
    addresses = ((_("Videos from addresses"), fetched % {"n": settings.RAUT_UPLOAD_HOURS}),)
    return (
        *(addresses if settings.RAUT_FETCH_HOSTS else ()),
        (_("Uploads that stopped half way"), uploads % {"n": settings.RAUT_UPLOAD_HOURS}),
        (_("Answers to programs that may ask twice (Idempotency-Key)"), answers % {"n": _hours(KEPT_FOR)}),
        (
            _("Events for other programs (webhooks)"),
            deliveries % {"n": settings.RAUT_WEBHOOK_KEEP_DAYS, "hours": _hours(GIVE_UP_AFTER)},
        ),
        (_("Data sets that were checked and not made"), checked % {"n": _hours(DECIDE_WITHIN)}),
    )


def others_of(study: Study) -> str:
    """Receivers of the study's events outside of the platform: its webhooks, and those of its members' accounts."""
    members = Membership.objects.filter(study=study).values("user")
    n = Webhook.objects.filter(Q(study=study) | Q(study=None, user__in=members), off="").count()
    if not n:
        return _("none: the platform sends nothing to anybody else, and pages load nothing from other hosts")
    return ngettext(
        "%(n)d address that the study's members chose (webhook) is told of events: ids, states and times, never "
        "scores or names. Pages load nothing from other hosts",
        "%(n)d addresses that the study's members chose (webhooks) are told of events: ids, states and times, never "
        "scores or names. Pages load nothing from other hosts",
        n,
    ) % {"n": n}


def _hours(span: timedelta) -> int:
    return round(span.total_seconds() / 3600)
