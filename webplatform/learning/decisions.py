"""Checked data sets wait for a decision: make the data set, or cancel it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.accounts.permissions import require_admin
from webplatform.common.errors import Conflict
from webplatform.learning.models import Dataset


def make_checked(*, user: User, dataset: Dataset) -> None:
    """The checked data set is made, exactly as it was checked: runs and comparisons may use it.

    Raises:
        NotAllowed: the user is no admin.
        Conflict: it does not wait for a decision, or somebody in it took their consent back.
    """
    require_admin(user)
    waiting = Dataset.objects.filter(pk=dataset.pk, state=Dataset.State.CHECKED, withdrawn_at=None)
    if not waiting.update(state=Dataset.State.DONE):
        raise Conflict(_("This data set does not wait for a decision."))
