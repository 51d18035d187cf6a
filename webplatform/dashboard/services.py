"""Saving views of the list of sessions, and taking them away."""

from __future__ import annotations

from django.db import transaction
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid
from webplatform.common.input.text import shown_text
from webplatform.dashboard.models import SavedView
from webplatform.history.selection import Selection
from webplatform.history.session_inputs import selection_of

MOST = 30
MAX_NAME = 60


@transaction.atomic
def save_view(*, user: User, name: str, query: str) -> SavedView:
    """The user has a view of this name, of what the query asks for; one of the same name is replaced.

    Raises:
        Invalid: the name is blank or too long.
        Conflict: there are as many as there may be.
    """
    name = shown_text(name)
    if not name or len(name) > MAX_NAME:
        raise Invalid(_("A name has from 1 to %(most)d characters.") % {"most": MAX_NAME}, field="name")
    views = SavedView.objects.for_user(user)
    if views.exclude(name=name).count() >= MOST:
        raise Conflict(_("There are at most %(most)d saved views.") % {"most": MOST})
    saved, _is_new = SavedView.objects.update_or_create(user=user, name=name, defaults={"query": tidy_query(query)})
    return saved


def remove_view(*, view: SavedView) -> None:
    """The view is gone; sessions are not concerned."""
    view.delete()


def tidy_query(query: str) -> str:
    """The query with the filters that mean something, and nothing else."""
    return query_of(selection_of(QueryDict(query).dict()))


def query_of(selection: Selection) -> str:
    """The part of an address that asks for these sessions."""
    usual = Selection()
    filters = {name: getattr(selection, name) for name in Selection.__dataclass_fields__}
    return urlencode({name: str(value) for name, value in filters.items() if value != getattr(usual, name) and value})
