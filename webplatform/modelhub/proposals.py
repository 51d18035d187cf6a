"""Promotions that a second admin must agree to."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, NotAllowed
from webplatform.modelhub.models import ModelVersion, Promotion, PromotionProposal
from webplatform.modelhub.services import promote_version, require_promotable


def propose_promotion(
    *, version: ModelVersion, by: User, reason: str, evidence: dict[str, Any] | None
) -> PromotionProposal:
    """The wish waits for a second admin; one that the gate would refuse is refused at once.

    Raises:
        Invalid, Conflict: as `promote_version`; or another proposal of this version is open.
    """
    require_promotable(version=version, reason=reason, evidence=evidence)
    try:
        with transaction.atomic():
            proposal = PromotionProposal.objects.create(version=version, by=by, reason=reason.strip()[:500])
            record_event("model.proposed", actor=by, target=f"model:{version.pk}")
    except IntegrityError as error:
        raise Conflict(_("This model was proposed already; a second admin must decide.")) from error
    return proposal


@transaction.atomic
def confirm_promotion(*, proposal: PromotionProposal, by: User, evidence: dict[str, Any] | None) -> Promotion:
    """The proposed version is active; the gate is asked again.

    Raises:
        NotAllowed: it is one's own proposal.
        Conflict: it was decided already, or as `promote_version`.
    """
    if proposal.by_id == by.pk:
        raise NotAllowed(_("A second admin must agree: nobody confirms their own proposal."))
    _decide(proposal, by, is_confirmed=True)
    first = proposal.by
    reason = proposal.reason
    return promote_version(version=proposal.version, by=first, reason=reason, evidence=evidence, confirmed_by=by)


@transaction.atomic
def decline_promotion(*, proposal: PromotionProposal, by: User) -> None:
    """Close the proposal without any other change; its author may do so, too.

    Raises:
        Conflict: it was decided already.
    """
    _decide(proposal, by, is_confirmed=False)
    record_event("model.declined", actor=by, target=f"model:{proposal.version_id}")


def _decide(proposal: PromotionProposal, by: User, *, is_confirmed: bool) -> None:
    opened = PromotionProposal.objects.filter(pk=proposal.pk, decided_at=None)
    if not opened.update(decided_at=timezone.now(), decided_by=by, is_confirmed=is_confirmed):
        raise Conflict(_("This proposal was decided already."))
