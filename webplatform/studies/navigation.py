"""The places within a study: which there are for whom, and which one a page is."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from webplatform.studies.models import Membership, Study


@dataclass(frozen=True, slots=True)
class Place:
    """One page of a study.

    Attributes:
        key: what a page calls it.
        name: what the link says.
        view: the address's name.
        owners: whether it is for owners only.
        shared: whether it is only in studies that several people can be in.
    """

    key: str
    name: Promise
    view: str
    owners: bool = False
    shared: bool = False

    def address(self, study: Study) -> str:
        """Where it is."""
        if self.key in ("audit", "export"):
            return f"{reverse(self.view)}?study={study.pk}"
        return reverse(self.view, args=[study.pk])


AREAS: tuple[tuple[Promise, tuple[Place, ...]], ...] = (
    (
        _("Results"),
        (
            Place("results", _("Results"), "results:study"),
            Place("watch", _("Week by week"), "dashboard:watch"),
            Place("export", _("Export"), "exporting:new"),
            Place("sharing", _("For other researchers"), "dashboard:sharing", owners=True),
        ),
    ),
    (
        _("People"),
        (
            Place("people", _("Participants"), "participation:study"),
            Place("members", _("Members"), "studies:members", shared=True),
        ),
    ),
    (
        _("Conditions"),
        (
            Place("design", _("Conditions and variables"), "studies:design"),
            Place("stimuli", _("Films"), "participation:stimuli"),
        ),
    ),
    (
        _("Settings"),
        (
            Place("change", _("Purpose and setting"), "studies:change", owners=True),
            Place("retention", _("Retention"), "retention:policy"),
            Place("webhooks", _("Webhooks"), "webhooks:of-study", owners=True),
        ),
    ),
    (
        _("Consent and law"),
        (
            Place("record", _("Record of processing"), "documents:record", owners=True),
            Place("assessment", _("Impact assessment"), "documents:assessment", owners=True),
            Place("audit", _("Audit log"), "accounts:audit", owners=True),
        ),
    ),
)


def areas_for(study: Study, role: str | None) -> list[tuple[Promise, list[Place]]]:
    """The study's areas with the places that somebody of this role may open; areas without any are not told."""
    is_owner = role == Membership.Role.OWNER
    found = []
    for name, places in AREAS:
        open_places = [p for p in places if (is_owner or not p.owners) and not (p.shared and study.is_personal)]
        if open_places:
            found.append((name, open_places))
    return found
