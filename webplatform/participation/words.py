"""The words with which the scripts of participants' pages speak, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _


def film_words() -> dict[str, str]:
    """The words of the page that shows films meanwhile, beside those of the live page."""
    return {
        "filmPlace": _("{now} of {end}"),
        "filmBroken": _("The film cannot be played. What was recorded until then is kept."),
        "oneFilmLeft": _("One more film is left."),
        "filmsLeft": _("{n} films are left."),
    }
