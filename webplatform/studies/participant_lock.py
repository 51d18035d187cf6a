"""One change of a participant after the other."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from webplatform.common.errors import NotFound
from webplatform.studies.models import Participant


def lock_participant(pk: UUID) -> None:
    """Nobody else changes anything of the participant until this transaction ends.

    Whatever touches a participant takes this lock first and the audit log's afterwards: in one order nobody waits for
    somebody who waits for them.

    Raises NotFound where the participant was erased meanwhile.
    """
    if not Participant.objects.select_for_update(of=("self",)).filter(pk=pk).values_list("pk").first():
        raise NotFound(_("There is no such participant any more."))
