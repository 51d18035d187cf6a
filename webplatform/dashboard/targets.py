"""Whom an upload is of: the user's own study, another study, or a participant in one."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from webplatform.accounts.models import User
from webplatform.live.queries import studies_to_record_in
from webplatform.studies.models import Participant, Study

MOST = 500


def targets_of(user: User) -> list[tuple[Study, list[Participant]]]:
    """The studies in which the user may record, each with its participants; the personal one is left out."""
    studies = {study.pk: (study, []) for study in studies_to_record_in(user) if not study.is_personal}
    for participant in Participant.objects.filter(study__in=studies).order_by("pseudonym")[:MOST]:
        studies[participant.study_id][1].append(participant)
    return list(studies.values())


def target_named(user: User, name: str) -> dict[str, Study | Participant]:
    """What `analysis.services.submit_video` takes for "study=…", "participant=…" or nothing.

    Raises Http404 for one that the user cannot reach.
    """
    kind, _equals, number = name.partition("=")
    reachable = {"study": Study, "participant": Participant}
    if not name:
        return {}
    if kind not in reachable:
        raise Http404
    try:
        key = UUID(number)
    except ValueError:
        key = None
    return {kind: get_object_or_404(reachable[kind].objects.for_user(user), pk=key)}
