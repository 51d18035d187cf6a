"""The places within a study: which there are for whom, and which one a page is."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from webplatform.studies.models import Study
from webplatform.studies.roles import Act, may


@dataclass(frozen=True, slots=True)
class StudyArea:
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


AREAS: tuple[tuple[Promise, tuple[StudyArea, ...]], ...] = (
    (
        _("Results"),
        (
            StudyArea("results", _("Results"), "results:study"),
            StudyArea("watch", _("Week by week"), "history:watch"),
            StudyArea("export", _("Export"), "exporting:new"),
            StudyArea("sharing", _("For other researchers"), "history:sharing", owners=True),
        ),
    ),
    (
        _("People"),
        (
            StudyArea("people", _("Participants"), "participation:study"),
            StudyArea("members", _("Members"), "studies:members", shared=True),
        ),
    ),
    (
        _("Conditions"),
        (
            StudyArea("design", _("Conditions and variables"), "studies:design"),
            StudyArea("stimuli", _("Films"), "participation:stimuli"),
        ),
    ),
    (
        _("Settings"),
        (
            StudyArea("change", _("Purpose and setting"), "studies:change", owners=True),
            StudyArea("retention", _("Retention"), "retention:policy"),
            StudyArea("webhooks", _("Webhooks"), "webhooks:of-study", owners=True),
        ),
    ),
    (
        _("Consent and law"),
        (
            StudyArea("record", _("Record of processing"), "documents:record", owners=True),
            StudyArea("assessment", _("Impact assessment"), "documents:assessment", owners=True),
            StudyArea("audit", _("Audit log"), "accounts:audit", owners=True),
        ),
    ),
)


def areas_for(study: Study, role: str | None) -> list[tuple[Promise, list[StudyArea]]]:
    """The study's areas with the places that somebody of this role may open; areas without any are not told."""
    is_owner = may(Act.OWN, role)
    areas = []
    for name, places in AREAS:
        open_places = [p for p in places if (is_owner or not p.owners) and not (p.shared and study.is_personal)]
        if open_places:
            areas.append((name, open_places))
    return areas
