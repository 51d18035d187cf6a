"""Who may receive which event: checked when it happens, and again when it is sent."""

from __future__ import annotations

from uuid import UUID

from webplatform.studies.models import Membership
from webplatform.webhooks.models import Delivery, Webhook


def may_hear(webhook: Webhook, study_id: UUID | None) -> bool:
    """Whether the webhook's owner may receive it: active, in the study, and an owner for a study's webhook."""
    if not webhook.user.is_active:
        return False
    if webhook.study_id is not None:
        return Membership.objects.owners().filter(study=webhook.study_id, user=webhook.user_id).exists()
    return study_id is None or Membership.objects.filter(user=webhook.user_id, study=study_id).exists()


def may_still_hear(delivery: Delivery) -> bool:
    """The same, now that it is sent."""
    study = delivery.payload.get("study")
    return may_hear(delivery.webhook, UUID(study) if study else None)


def owners_of(study_id: UUID) -> list[int]:
    """The accounts that own a study."""
    owners = Membership.objects.owners().filter(study=study_id, user__is_active=True)
    return list(owners.values_list("user_id", flat=True))
