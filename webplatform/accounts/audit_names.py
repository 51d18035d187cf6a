"""Current names for the objects in the audit log. The log itself keeps only ids, so names can be deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.apps import apps
from django.core.exceptions import ValidationError

from webplatform.accounts.models import AuditEvent, User

# By the kind in a target; by name, because the log lies below the apps that fill it.
KINDS = {
    "session": "history.Session",
    "study": "studies.Study",
    "participant": "studies.Participant",
    "model": "modelhub.ModelVersion",
    "token": "accounts.ApiToken",
    "user": "accounts.User",
    "webhook": "webhooks.Webhook",
}


def target_of(event: AuditEvent) -> str:
    """What an event was done to, as kind:id; the study where it names nothing else."""
    return event.target or (f"study:{event.study_id}" if event.study_id else "")


def names_of(events: Iterable[AuditEvent], reader: User) -> dict[str, str]:
    """What the reader may call the targets of the events, by target; without those that are gone or not theirs."""
    keys_by_kind: dict[str, set[str]] = defaultdict(set)
    for event in events:
        kind, _, key = target_of(event).partition(":")
        keys_by_kind[kind].add(key)
    return {
        f"{kind}:{key}": name
        for kind, label in KINDS.items()
        if kind in keys_by_kind
        for key, name in _names_by_key(label, keys_by_kind[kind], reader).items()
    }


def _names_by_key(label: str, keys: set[str], reader: User) -> dict[str, str]:
    model = apps.get_model(label)
    manager = getattr(model, "everything", model.objects)  # what lies in the bin is not gone
    reach = getattr(manager, "for_user", None)
    rows = reach(reader) if reach else manager.all()
    return {str(row.pk): str(row) for row in rows.filter(pk__in=_keys_for(model, keys))}


def _keys_for(model: type, keys: set[str]) -> list[object]:
    """The keys as the model takes them; what is none of its keys is left out."""
    numbers = []
    for key in keys:
        try:
            numbers.append(model._meta.pk.to_python(key))  # type: ignore[attr-defined]
        except ValidationError:
            continue
    return numbers
