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
    return sum(_tell(study, until) for study in Study.objects.all())


def soon_to_go(study: Study, until: datetime) -> dict[str, int]:
    """How many of what goes until then that the owners were not told of yet."""
    told = RetentionWarning.objects.filter(study=study).first()
    then = due_of(study, study.retention, until).shown_counts()
    if not study.retention.media_days:
        then.pop("videos")  # they go with their analysis, always
    before = due_of(study, study.retention, told.told_until).shown_counts() if told else {}
    return {name: n - before.get(name, 0) for name, n in then.items() if n > before.get(name, 0)}


def _tell(study: Study, until: datetime) -> int:
    going = soon_to_go(study, until)
    if not going:
        return 0
    told = 0
    for owner in owners_of(study):
        with override(settings.LANGUAGE_CODE):
            subject = _("Raut: something in “%(study)s” is deleted within a week") % {"study": study.name}
            send_mail(" ".join(subject.split()), _body(study, going), None, [owner.email])
        told += 1
    RetentionWarning.objects.update_or_create(study=study, defaults={"told_until": until})
    return told


def _body(study: Study, going: dict[str, int]) -> str:
    lines = [
        _("By the days that the study states, this is deleted within the next seven days:"),
        *(f"- {line}" for line in counted(going)),
        "",
        _("Download what you still need, or change the days:"),
        f"{settings.PUBLIC_URL}/studies/{study.pk}/retention/",
    ]
    return "\n".join(lines) + "\n"
