"""Telling the owners of studies by mail, before something goes."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from webplatform.common.outbound.mail import reaches_people
from webplatform.retention.models import RetentionWarning
from webplatform.retention.queries import TOLD_BEFORE, due_of, owners_of
from webplatform.retention.words import counted
from webplatform.studies.models import Study


def tell_owners(*, now: datetime | None = None) -> int:
    """The owners of every study in which something goes within a week know it, each thing once; returns the mails.

    Does nothing where mail is not configured: the pages say the same.
    """
    if not reaches_people():
        return 0
    until = (now or timezone.now()) + TOLD_BEFORE
    return sum(_mail_owners(study, until) for study in Study.objects.all())


def soon_to_go(study: Study, until: datetime) -> dict[str, int]:
    """How many of what goes until then that the owners were not told of yet."""
    last_warning = RetentionWarning.objects.filter(study=study).first()
    due = due_of(study, study.retention, until).shown_counts()
    if not study.retention.media_days:
        due.pop("videos")  # they go with their analysis, always
    due_before = due_of(study, study.retention, last_warning.told_until).shown_counts() if last_warning else {}
    return {name: n - due_before.get(name, 0) for name, n in due.items() if n > due_before.get(name, 0)}


def _mail_owners(study: Study, until: datetime) -> int:
    due = soon_to_go(study, until)
    if not due:
        return 0
    mails = 0
    for owner in owners_of(study):
        with override(settings.LANGUAGE_CODE):
            subject = _("Raut: something in “%(study)s” is deleted within a week") % {"study": study.name}
            send_mail(" ".join(subject.split()), _body(study, due), None, [owner.email])
        mails += 1
    RetentionWarning.objects.update_or_create(study=study, defaults={"told_until": until})
    return mails


def _body(study: Study, due: dict[str, int]) -> str:
    lines = [
        _("By the days that the study states, this is deleted within the next seven days:"),
        *(f"- {line}" for line in counted(due)),
        "",
        _("Download what you still need, or change the days:"),
        f"{settings.PUBLIC_URL}/studies/{study.pk}/retention/",
    ]
    return "\n".join(lines) + "\n"
