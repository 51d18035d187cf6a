"""The options of an export, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webplatform.common.errors import Invalid

MOST_FACES = 50


class Blur(TextChoices):
    """Which faces a video hides."""

    NONE = "none", gettext_lazy("no face")
    OTHERS = "others", gettext_lazy("every face that is not chosen")
    CHOSEN = "chosen", gettext_lazy("the chosen faces")
    ALL = "all", gettext_lazy("every face")


@dataclass(frozen=True, slots=True)
class Options:
    """What was chosen.

    Args:
        faces: numbers of tracks; empty: all. Only for one session, as numbers mean something in their session alone.
        blur: which faces a video hides.
        decimal_comma: CSV with semicolons between cells and a comma in numbers.
    """

    faces: tuple[int, ...] = ()
    blur: str = Blur.NONE
    decimal_comma: bool = False

    def stored(self) -> dict[str, Any]:
        """As the job's row keeps it."""
        return {"faces": list(self.faces), "blur": str(self.blur), "decimal_comma": self.decimal_comma}

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Options:
        """What a job's row keeps."""
        return cls(
            tuple(stored.get("faces", ())), stored.get("blur", Blur.NONE), bool(stored.get("decimal_comma", False))
        )


def checked_options(*, faces: Iterable[int] = (), blur: str = Blur.NONE, decimal_comma: bool = False) -> Options:
    """The options as they were meant.

    Raises:
        Invalid: there is no such way to blur, it needs chosen faces, or there are too many of them.
    """
    chosen = tuple(sorted(set(faces)))
    if blur not in Blur.values:
        raise Invalid(_("This is not one of the choices."), field="blur")
    if blur in (Blur.OTHERS, Blur.CHOSEN) and not chosen:
        raise Invalid(_("Choose the faces that this is about."), field="faces")
    if len(chosen) > MOST_FACES:
        raise Invalid(_("Choose at most %(n)d faces.") % {"n": MOST_FACES}, field="faces")
    return Options(chosen, blur, decimal_comma)
