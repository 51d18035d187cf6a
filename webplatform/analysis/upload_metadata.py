"""The fields that a program sends with a file, for every kind of upload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any  # what a serializer has read

from django.db.models import Model

from webplatform.accounts.models import User
from webplatform.common.database.rows import require_row
from webplatform.studies.models import Condition, Participant, Study
from webplatform.studies.place import Place


def submission_arguments(user: User, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `submit_video` and `accept_video` beside the file; raises NotFound as `place_of`."""
    return {"title": fields["title"], "again": fields["again"], "place": place_of(user, fields)}


def place_of(user: User, fields: Mapping[str, Any]) -> Place:
    """Where the recording belongs; raises NotFound where the user reaches no such study, participant or condition."""
    return Place(
        study=_reached(Study, user, fields["study"]),
        participant=_reached(Participant, user, fields["participant"]),
        condition=_reached(Condition, user, fields["condition"]),
        external_id=fields["external_id"],
        metadata=fields["metadata"],
    )


def _reached(model: type[Model], user: User, key: object) -> Any:  # one of the model's
    return require_row(model.objects.for_user(user), pk=key) if key else None
