"""Which sessions of a study may go to other researchers, and why the others stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.consent.queries import effective_scopes, standing_of_scope
from webplatform.history.models import Session
from webplatform.studies.models import Study


class StaysBack(TextChoices):
    """Why a session goes to nobody; the first reason that holds counts."""

    WITHDRAWN = "withdrawn", _("the consent to share was withdrawn")
    NOT_ALLOWED = "not_allowed", _("no consent to share")
    RUNNING = "running", _("still running, or waiting to be read")
    FAILED = "failed", _("failed")
    GONE = "readings_gone", _("the readings were deleted because their time was over")
    REPEATED = "repeated", _("the same video read again with another model")


@dataclass(frozen=True, slots=True)
class Sharing:
    """What other researchers may have of a study now.

    Args:
        sessions: how many sessions may go.
        left_out: how many stay, by `StaysBack`; only reasons that hold for some.
    """

    sessions: int
    left_out: dict[str, int]


def sharing_of(study: Study) -> Sharing:
    """How many of the study's sessions may go, and why the others stay."""
    covering, withdrawn = standing_of_scope(_consents_of(study), ConsentScope.SHARE)
    kinds = (
        Session.objects.filter(study=study)
        .order_by()
        .values("consent_id", "state", is_gone=Q(readings_removed_at__isnull=False), is_again=Q(repeats__isnull=False))
        .annotate(n=Count("pk"))
    )
    counted: Counter[str] = Counter()
    for kind in kinds:
        if kind["consent_id"] not in covering:
            why = StaysBack.WITHDRAWN if kind["consent_id"] in withdrawn else StaysBack.NOT_ALLOWED
        else:
            why = _own_reason(kind["state"], is_gone=kind["is_gone"], is_again=kind["is_again"])
        counted[why] += kind["n"]
    left_out = {str(why): counted[why] for why in StaysBack if counted[why]}
    return Sharing(sessions=counted[""], left_out=left_out)


def sessions_to_share(study: Study) -> Iterator[Session]:
    """Each session that may go, one after the other; its consent is looked at when its turn comes.

    They come in the order of their random ids, which says nothing of when and in which order people were recorded.
    """
    ready = _readable(study).select_related("model_version", "consent").order_by("pk")
    session = ready.first()
    while session is not None:
        if ConsentScope.SHARE in effective_scopes(session.consent):
            yield session
        session = ready.filter(pk__gt=session.pk).first()


def _consents_of(study: Study) -> QuerySet[ConsentRecord]:
    return ConsentRecord.objects.filter(pk__in=Session.objects.filter(study=study).order_by().values("consent_id"))


def _readable(study: Study) -> QuerySet[Session]:
    """Finished, with its readings; a recording counts once, as the model read it that was there first."""
    return Session.objects.filter(
        study=study, state=Session.State.CLOSED, readings_removed_at__isnull=True, repeats__isnull=True
    )


def _own_reason(state: str, *, is_gone: bool, is_again: bool) -> str:
    """Why a session stays whose consent lets it go; empty: it goes."""
    if state == Session.State.OPEN:
        return StaysBack.RUNNING
    if state == Session.State.FAILED:
        return StaysBack.FAILED
    if is_gone:
        return StaysBack.GONE
    return StaysBack.REPEATED if is_again else ""
