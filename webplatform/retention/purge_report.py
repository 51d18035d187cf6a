"""Receipts of a purge, written as things go: whatever kills it, what went before is counted."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from webplatform.accounts.audit import record_event
from webplatform.retention.models import Receipt
from webplatform.studies.models import Study


class PurgeReport:
    """Counts what one purge removes, in a receipt per study and one for what belongs to none.

    Args:
        now: when the purge began.
    """

    def __init__(self, now: datetime) -> None:
        self.total: Counter[str] = Counter()
        self._now = now
        self._receipts: dict[UUID | None, UUID] = {}

    def add(self, study: Study | None, **counts: int) -> None:
        """So many more of each went; call it in the transaction in which they go."""
        removed = {name: n for name, n in counts.items() if n}
        if not removed:
            return
        key = study.pk if study else None
        receipt, _is_new = Receipt.objects.get_or_create(
            pk=self._receipts.setdefault(key, uuid4()),
            defaults={
                "kind": Receipt.Kind.PURGE,
                "study_id": key,
                "policy": study.retention.days() if study else {},
                "begun_at": self._now,
            },
        )
        receipt.counts = dict(Counter(receipt.counts) + Counter(removed))
        receipt.save(update_fields=["counts"])
        self.total.update(removed)

    @transaction.atomic
    def finish(self, moment: datetime) -> None:
        """The receipts are complete, and the audit log names them."""
        for receipt in Receipt.objects.filter(pk__in=self._receipts.values(), finished_at=None):
            receipt.finished_at = moment
            receipt.save(update_fields=["finished_at"])
            record_event(
                "retention.purged", study_id=receipt.study_id, target=f"receipt:{receipt.pk}", **receipt.counts
            )
