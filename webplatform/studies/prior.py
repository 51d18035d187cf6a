"""How frequent a study expects each expression to be."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

import inference
from webplatform.common.errors import Invalid

DIGITS = 6


def checked_prior(shares: Sequence[float]) -> list[float]:
    """The shares to store, one for each expression, summing to 1; none of them: as the model assumes.

    Raises:
        Invalid: they cannot be used.
    """
    if not shares:
        return []
    try:
        return [round(share, DIGITS) for share in inference.check_prior(shares)]
    except inference.BadPrior as error:
        message = _("Seven shares are needed, one for each expression, each at least 0.1 %%, together 100 %%.") % ()
        raise Invalid(message, field="prior") from error


def read_percentages(text: str) -> list[float]:
    """Shares, summing to 1, of percentages that a person wrote, parted by spaces, semicolons or commas.

    Raises:
        Invalid: they are no such numbers.
    """
    words = text.replace(";", " ").replace(", ", " ").replace("%", " ").split()
    if len(words) == 1:
        words = text.split(",")
    try:
        shares = [float(word.rstrip(",").replace(",", ".")) / 100 for word in words]
    except ValueError:
        shares = [0.0]
    return checked_prior(shares or [0.0])
