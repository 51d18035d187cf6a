"""Pages of rows by what stands at their edge (keyset pagination): constant cost, and nothing shifts them."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any  # values of any column

from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

KEY = "page_key_{}"


@dataclass(frozen=True, slots=True)
class KeysetPosition:
    """A row's position in an order: its keys as JSON values, and whether the page lies before it, not behind it."""

    keys: tuple[Any, ...]
    is_before: bool = False

    def as_text(self) -> str:
        """The cursor: opaque to whoever uses it."""
        text = json.dumps([self.is_before, *self.keys], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def from_text(cls, cursor: str) -> KeysetPosition:
        """Raises ValueError where it is no cursor."""
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        is_before, *keys = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(is_before, bool) or any(isinstance(key, list | dict) for key in keys):
            raise ValueError("No cursor.")
        return cls(tuple(keys), is_before)


class Keyset:
    """The rows of a queryset in its own order, rows without a value last, made unambiguous by the primary key."""

    def __init__(self, queryset: QuerySet[Model]) -> None:
        orders = [_order(term) for term in queryset.query.order_by or queryset.model._meta.ordering]
        own = _own_columns(queryset.model)
        names = [own.get(expression.name) if isinstance(expression, F) else None for expression, _ in orders]
        if queryset.model._meta.pk.attname not in names:
            orders, names = [*orders, (F("pk"), False)], [*names, queryset.model._meta.pk.attname]
        self._is_down = [is_down for _, is_down in orders]
        self._names = [name or KEY.format(number) for number, name in enumerate(names)]
        # A row's own columns are read already: only what lies behind a relation, or is worked out, is asked for beside.
        numbered = enumerate(zip(names, orders, strict=True))
        annotations = {KEY.format(number): expression for number, (name, (expression, _)) in numbered if name is None}
        self._rows = queryset.annotate(**annotations) if annotations else queryset

    def page(
        self, position: KeysetPosition | None, size: int
    ) -> tuple[list[Any], KeysetPosition | None, KeysetPosition | None]:
        """Up to `size` rows, the position that the page before ends at, and the one that the next begins behind."""
        is_before = position is not None and position.is_before
        rows = self._rows.order_by(*self._order_by(is_before))
        if position is not None:
            rows = rows.filter(self._beyond(self._read(position), is_before))
        page = list(rows[: size + 1])
        has_more, page = len(page) > size, page[:size]
        if is_before:
            page.reverse()
        before = page and (has_more if is_before else position is not None)
        after = page and (True if is_before else has_more)
        return (
            page,
            KeysetPosition(self._keys(page[0]), is_before=True) if before else None,
            KeysetPosition(self._keys(page[-1])) if after else None,
        )

    def _order_by(self, is_before: bool) -> list[OrderBy]:
        nulls = {"nulls_first": True} if is_before else {"nulls_last": True}
        terms = zip(self._names, self._is_down, strict=True)
        return [F(n).desc(**nulls) if down != is_before else F(n).asc(**nulls) for n, down in terms]

    def _keys(self, row: Model) -> tuple[Any, ...]:
        values = (getattr(row, name) for name in self._names)
        return tuple(value if isinstance(value, bool | int | float | None) else _text(value) for value in values)

    def _read(self, position: KeysetPosition) -> list[Any]:
        if len(position.keys) != len(self._names):
            raise ValueError("A cursor of another list.")
        known, meta = self._rows.query.annotations, self._rows.model._meta
        fields = (known[name].output_field if name in known else meta.get_field(name) for name in self._names)
        return [field.to_python(key) for field, key in zip(fields, position.keys, strict=True)]

    def _beyond(self, values: list[Any], is_before: bool) -> Q:
        """Rows whose first key is beyond the position's, or the same and the next one beyond, and so on."""
        beyond, same = Q(pk__in=[]), Q()
        for name, value, is_down in zip(self._names, values, self._is_down, strict=True):
            beyond |= same & _past(name, value, is_down != is_before, is_before)
            same &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
        return beyond


class Listed:
    """The same for what is no queryset: a position is a number of entries from the beginning."""

    def __init__(self, entries: Sequence[Any]) -> None:
        self._entries = entries

    def page(
        self, position: KeysetPosition | None, size: int
    ) -> tuple[list[Any], KeysetPosition | None, KeysetPosition | None]:
        """As `Keyset.page`; raises ValueError where it is no position in such a list."""
        offset = min(_number(position), len(self._entries)) if position else 0
        first, end = (max(0, offset - size), offset) if position and position.is_before else (offset, offset + size)
        page = list(self._entries[first:end])
        return (
            page,
            KeysetPosition((first,), is_before=True) if first else None,
            KeysetPosition((end,)) if end < len(self._entries) else None,
        )


def _number(position: KeysetPosition) -> int:
    (number,) = position.keys
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise ValueError("A cursor of another list.")
    return number


def _past(name: str, value: Any, is_down: bool, is_before: bool) -> Q:
    if value is None:  # the rows without a value are the last ones
        return Q(**{f"{name}__isnull": False}) if is_before else Q(pk__in=[])
    past = Q(**{f"{name}__{'lt' if is_down else 'gt'}": value})
    return past if is_before else past | Q(**{f"{name}__isnull": True})


def _own_columns(model: type[Model]) -> dict[str, str]:
    """What an order may call the columns of a row, each with the attribute that holds it."""
    plain = [field for field in model._meta.concrete_fields if not field.is_relation]
    return {name: field.attname for field in plain for name in (field.name, field.attname)} | {
        "pk": model._meta.pk.attname
    }


def _order(term: Any) -> tuple[Any, bool]:
    if isinstance(term, OrderBy):
        return term.expression, term.descending
    if isinstance(term, str):
        return F(term.removeprefix("-")), term.startswith("-")
    return term, False


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
