"""One row of a table, for code that answers no request itself."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from webplatform.common.errors import NotFound

M = TypeVar("M", bound=Model)


def require_row(rows: QuerySet[M], **lookup: Any) -> M:  # what Django's get() takes
    """The one row that the lookup finds among these.

    Raises NotFound where there is none.
    """
    try:
        return rows.get(**lookup)
    except rows.model.DoesNotExist as error:
        raise NotFound from error
