"""A wrapped key, as both key stores return it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One wrapped key.

    Args:
        name: by which it is asked for.
        group: of those that were set aside; empty: it opens its files.
        wrapped: as a key's file holds it.
        changed_s: when it was written or set aside, seconds since 1970.
    """

    name: str
    group: str
    wrapped: bytes
    changed_s: float
