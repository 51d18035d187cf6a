"""Counts of what goes and what went, in the reader's language."""

from __future__ import annotations

from django.utils.translation import ngettext

from webplatform.retention.models import Receipt

GONE = {
    "sessions_without_readings": lambda n: ngettext(
        "the readings of %(n)d session", "the readings of %(n)d sessions", n
    ),
    "binned": lambda n: ngettext("%(n)d session from the bin", "%(n)d sessions from the bin", n),
    "logins": lambda n: ngettext("%(n)d expired login", "%(n)d expired logins", n),
    "exports": lambda n: ngettext("%(n)d copy for download", "%(n)d copies for download", n),
    "leftovers": lambda n: ngettext("%(n)d half upload or lost file", "%(n)d half uploads or lost files", n),
    "consents": lambda n: ngettext("%(n)d consent record", "%(n)d consent records", n),
    "links": lambda n: ngettext("%(n)d link", "%(n)d links", n),
    "requests": lambda n: ngettext("%(n)d request", "%(n)d requests", n),
    "tokens": lambda n: ngettext("%(n)d token", "%(n)d tokens", n),
    "studies": lambda n: ngettext("%(n)d study", "%(n)d studies", n),
}
BOTH = {
    "videos": lambda n: ngettext("%(n)d video", "%(n)d videos", n),
    "participants": lambda n: ngettext("%(n)d participant", "%(n)d participants", n),
}


def counted(counts: dict[str, int]) -> list[str]:
    """What goes, in words."""
    words = BOTH | {
        "readings": GONE["sessions_without_readings"],
        "binned": GONE["binned"],
        "sessions": lambda n: ngettext("%(n)d whole session", "%(n)d whole sessions", n),
    }
    return [words[name](n) % {"n": n} for name, n in counts.items() if n and name in words]


def receipt_lines(receipt: Receipt) -> list[str]:
    """What went, in words."""
    words = (
        GONE
        | BOTH
        | {
            "readings": lambda n: ngettext("%(n)d reading", "%(n)d readings", n),
            "sessions": lambda n: ngettext("%(n)d session", "%(n)d sessions", n),
        }
    )
    return [words[name](n) % {"n": n} for name, n in sorted(receipt.counts.items()) if n and name in words]
