"""Turn off a webhook after days of failures."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.audit import record_event
from webplatform.common.database.commits import after_commit
from webplatform.webhooks.models import Webhook


def turn_off_failing(webhooks: QuerySet[Webhook]) -> int:
    """Those that failed for RAUT_WEBHOOK_OFF_DAYS in a row are off, and their owners told; returns how many."""
    since = timezone.now() - timedelta(days=settings.RAUT_WEBHOOK_OFF_DAYS)
    ended = 0
    for webhook in webhooks.filter(off="", failing_since__lt=since):
        ended += Webhook.objects.filter(pk=webhook.pk, off="").update(off=Webhook.Off.FAILING)
        record_event("webhook.failing", study_id=webhook.study_id, target=f"webhook:{webhook.pk}")
        after_commit(mail_owner, webhook.pk)
    return ended


def mail_owner(webhook_id: UUID) -> None:
    """Mail the owner of the webhook that it is off, and where to turn it on again."""
    webhook = Webhook.objects.select_related("user").get(pk=webhook_id)
    page = settings.PUBLIC_URL + reverse("webhooks:webhook", args=[webhook.pk])
    subject = _("The webhook “%(name)s” was turned off") % {"name": webhook.name}
    text = _(
        "Nothing could be delivered to it for %(days)d days, so nothing is sent to it any more. "
        "What was not delivered, and a button to turn it on again, are here:"
    ) % {"days": settings.RAUT_WEBHOOK_OFF_DAYS}
    send_mail(" ".join(f"Raut: {subject}".split()), f"{text}\n\n{page}\n", None, [webhook.user.email])
