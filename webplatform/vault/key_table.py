"""Wrapped keys as rows, for machines that share a database and no file system.

They change with the transaction that they are part of: what is erased and its key go together, or neither.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from webplatform.vault.key_entries import KeyEntry
from webplatform.vault.models import FileKey


class KeyTable:
    """Keys in the database."""

    def read(self, name: str) -> bytes:
        """Raises FileNotFoundError."""
        wrapped = FileKey.objects.filter(name=name, group="").values_list("wrapped", flat=True).first()
        if wrapped is None:
            raise FileNotFoundError(name)
        return bytes(wrapped)

    def write(self, entry: KeyEntry) -> None:
        """It is there, in place of any other of this name."""
        changed_at = datetime.fromtimestamp(entry.changed_s, tz=UTC)
        values = {"group": entry.group, "wrapped": entry.wrapped, "changed_at": changed_at}
        FileKey.objects.update_or_create(name=entry.name, defaults=values)

    def destroy(self, name: str) -> bool:
        """It is gone; False where there was none."""
        return bool(FileKey.objects.filter(name=name, group="").delete()[0])

    def forget(self, entry: KeyEntry) -> None:
        """It is gone, whether it waits or not."""
        FileKey.objects.filter(name=entry.name, group=entry.group).delete()

    def set_aside(self, name: str, group: str) -> bool:
        """It waits in the group; False where there was none."""
        return bool(FileKey.objects.filter(name=name, group="").update(group=group, changed_at=timezone.now()))

    @transaction.atomic
    def destroy_waiting(self, before_s: float, group: str) -> int:
        """Those of the group, or of any, that wait since before this time are gone; returns how many."""
        waiting = FileKey.objects.filter(group=group) if group else FileKey.objects.exclude(group="")
        due = waiting
        if before_s < float("inf"):
            due = waiting.filter(changed_at__lt=datetime.fromtimestamp(before_s, tz=UTC))
        removed = due.delete()[0]
        # Set aside under a clock that was wrong: it waits from now on.
        late = datetime.fromtimestamp(time.time() + 3600, tz=UTC)
        waiting.filter(changed_at__gt=late).update(changed_at=timezone.now())
        return removed

    def bring_back(self, name: str) -> bool:
        """One that waited opens its files again; False where none of this name waits."""
        return bool(FileKey.objects.filter(name=name).exclude(group="").update(group="", changed_at=timezone.now()))

    def ages(self) -> Iterator[tuple[str, float]]:
        """Names of those that open files, and when each was written, seconds since 1970."""
        rows = FileKey.objects.filter(group="").order_by("pk").values_list("name", "changed_at")
        return ((name, changed_at.timestamp()) for name, changed_at in rows.iterator())

    def halves(self) -> Iterator[tuple[str, float]]:
        """There are none: a row is written whole or not at all."""
        return iter(())

    def entries(self) -> Iterator[KeyEntry]:
        """All of them, those that wait too."""
        for key in FileKey.objects.order_by("pk").iterator():
            yield KeyEntry(key.name, key.group, bytes(key.wrapped), key.changed_at.timestamp())
