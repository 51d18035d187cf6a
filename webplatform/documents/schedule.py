"""The public retention schedule: what is kept, for how long, and how it is deleted."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webplatform.celery import app
from webplatform.documents.document import Document, Section
from webplatform.documents.facts import limits_of, responsible
from webplatform.documents.temporary_data import passing_facts
from webplatform.participation.requests import ANSWER_WITHIN
from webplatform.studies.models import Study
from webplatform.studies.participants import MAX_LINK_DAYS
from webplatform.studies.services import StudyStatement


def retention_schedule() -> Document:
    """What anybody may read before they are recorded here: the running settings, and no study's name."""
    return Document(
        title=_("What is kept, and for how long"),
        lead=_(
            "This page is written from the settings that run on this server: what it says is what the server does. "
            "The server passes nothing on to anybody else, except events to addresses that members of a study chose "
            "(webhooks)."
        ),
        sections=(
            Section(_("Who answers for it"), facts=responsible()),
            Section(_("The ceiling"), text=(_ceiling(),)),
            Section(_("A new study, unless its owner chooses otherwise"), facts=limits_of(_new_study())),
            _studies(),
            Section(_("What is kept for a short time only"), facts=passing_facts()),
            Section(_("How it ends"), text=tuple(_endings())),
            Section(_("What you can ask for"), text=tuple(_rights())),
        ),
    )


def _ceiling() -> str:
    text = _("No study keeps anything longer than %(n)d days after a session has ended, whatever its owner states.")
    return text % {"n": settings.RAUT_RETENTION_MAX_DAYS}


def _studies() -> Section:
    policies = [study.retention for study in Study.objects.all()]
    if not policies:
        return Section(_("The studies on this server"), text=(_("There is no study yet."),))
    count = ngettext("There is %(n)d study.", "There are %(n)d studies.", len(policies)) % {"n": len(policies)}
    spans = (
        (_("Video"), [policy.media_days for policy in policies]),
        (_("Readings and corrections"), [policy.observation_days for policy in policies]),
        (_("Session and markers"), [policy.rest_days for policy in policies]),
        (_("What is deleted earlier, in the bin"), [policy.bin_days for policy in policies]),
    )
    facts = tuple((term, _span(min(n), max(n))) for term, n in spans)
    return Section(_("The studies on this server"), text=(count,), facts=facts)


def _new_study() -> Study:
    return Study(capture_mode=StudyStatement(name="", purpose="", setting="", contact="").capture_mode)


def _span(least: int, most: int) -> str:
    if least == most:
        return _("%(n)d days") % {"n": most}
    return _("%(least)d to %(most)d days") % {"least": least, "most": most}


def _endings() -> list[str]:
    endings = [
        _("Whoever withdraws their consent ends what runs on it within two seconds; what rested on it is deleted."),
        _("A video's encryption key is erased first. Copies of the video in backups cannot be read from then on."),
        _("Frames of a webcam are never stored."),
        _("A deleted session lies in the bin for its study's days; erasure and withdrawal are immediate."),
    ]
    if beat := app.conf.beat_schedule.get("purge"):
        hours = max(1, round(float(beat["schedule"]) / 3600))
        endings.insert(
            0,
            ngettext(
                "The server looks every hour for what is over its time.",
                "The server looks every %(n)d hours for what is over its time.",
                hours,
            )
            % {"n": hours},
        )
    return endings


def _rights() -> list[str]:
    answer = _(
        "See what is held, take a copy, correct, withdraw, or have everything erased: by your participant's link, "
        "without an account, or on your account's pages. A request is answered within %(hours)d hours."
    )
    link = _("A participant's link lasts at most %(n)d days; the study gives you a new one.")
    return [answer % {"hours": ANSWER_WITHIN.total_seconds() // 3600}, link % {"n": MAX_LINK_DAYS}]
