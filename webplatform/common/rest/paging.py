"""How lists are cut into pages in the REST API: by cursor, in an order that the caller may choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any  # rows of any model, and OpenAPI's open dictionaries

from django.core.exceptions import ValidationError
from django.db import DataError, models
from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from webplatform.common.http.deprecation import PAGE_NUMBERS, note_deprecated
from webplatform.common.rest.keyset import Keyset, KeysetPosition, Listed

ORDERABLE = (
    models.DateField, models.IntegerField, models.FloatField, models.CharField, models.BooleanField, models.UUIDField
)  # fmt: skip
Document = dict[str, Any]


class Pages(PageNumberPagination):
    """Pages by cursor for every list: what is added or removed in between shifts none of them.

    The order is the list's own, or by one of its members with `ordering`. `page` is answered as before, and deprecated.
    """

    takes_numbers = True
    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100
    cursor_query_param = "cursor"
    ordering_query_param = "ordering"

    def paginate_queryset(self, queryset: QuerySet[Model], request: Request, view: Any = None) -> list[Any]:
        """The rows of the page that is asked for."""
        queryset = _ordered(queryset, request.query_params.get(self.ordering_query_param), view)
        if self.takes_numbers and self.page_query_param in request.query_params:
            note_deprecated(request, PAGE_NUMBERS)
            return super().paginate_queryset(queryset, request, view)
        rows = self._cut(Keyset(queryset), request)
        is_single_page = self.before is None and self.after is None and self.cursor is None
        self.total = len(rows) if is_single_page else queryset.count()
        return rows

    def _cut(self, rows: Keyset | Listed, request: Request) -> list[Any]:
        self.request, self.page, size = request, None, self.get_page_size(request) or self.page_size
        self.cursor = request.query_params.get(self.cursor_query_param)
        try:
            position = KeysetPosition.from_text(self.cursor) if self.cursor is not None else None
            page, self.before, self.after = rows.page(position, size)
        except (ValueError, TypeError, OverflowError, ValidationError, DataError) as error:
            if self.cursor is None:
                raise
            raise NotFound("This cursor is not valid.") from error
        return page

    def get_paginated_response(self, data: Any) -> Response:
        if self.page is not None:
            return super().get_paginated_response(data)
        links = {"next": self._link(self.after), "previous": self._link(self.before)}
        return Response({"count": self.total, **links, "results": data})

    def _link(self, position: KeysetPosition | None) -> str | None:
        if position is None:
            return None
        url = remove_query_param(self.request.build_absolute_uri(), self.cursor_query_param)
        return replace_query_param(url, self.cursor_query_param, position.as_text())

    def get_paginated_response_schema(self, schema: Document) -> Document:
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {"count": {"type": "integer"}, "next": link, "previous": dict(link), "results": schema}
        return {"type": "object", "required": list(properties), "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[Document]:
        page_size = {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        parameters = [
            _parameter(self.cursor_query_param, "Where a page begins: taken from `next` or `previous`.", _TEXT),
            _parameter(self.page_size_query_param, "How many rows a page has at most.", page_size),
        ]
        if self.takes_numbers:
            number = {"type": "integer", "minimum": 1}
            old = _parameter(self.page_query_param, "A page's number. Use `cursor`.", number)
            parameters.append(old | {"deprecated": True})
        if orders := self._orders(view):
            text = "The member that orders the list; with `-`, downwards."
            parameters.append(_parameter(self.ordering_query_param, text, {"type": "string", "enum": orders}))
        return parameters

    def _orders(self, view: Any) -> list[str]:
        return [order for name in _orders_of(view, view.get_queryset().model) for order in (name, f"-{name}")]


class ListPages(Pages):
    """Pages of what is seldom long, such as a session's markers: most of these lists are one page."""

    takes_numbers = False
    page_size = 100
    max_page_size = 1000


class ComputedPages(ListPages):
    """Pages of what is no rows but worked out when it is asked for; it has the order that it is made in."""

    def paginate_queryset(self, queryset: Sequence[Any], request: Request, view: Any = None) -> list[Any]:
        self.total = len(queryset)
        return self._cut(Listed(queryset), request)

    def _orders(self, view: Any) -> list[str]:
        return []


class Cursor(CursorPagination):
    """Cursor pages for long series: constant cost at any depth. The view names the ordering."""

    page_size = 1000
    page_size_query_param = "page_size"
    max_page_size = 5000

    def paginate_queryset(self, queryset: QuerySet[Model], request: Request, view: object = None) -> list[Any] | None:
        """A page; a cursor that holds no position in this series is none."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, TypeError, OverflowError, ValidationError, DataError) as error:
            if self.cursor_query_param in request.query_params:
                raise NotFound(self.invalid_cursor_message) from error
            raise

    def get_paginated_response_schema(self, schema: Document) -> Document:
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {"next": link, "previous": dict(link), "results": schema}
        return {"type": "object", "required": list(properties), "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[Document]:
        size = {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return [
            _parameter(self.cursor_query_param, "Where a page begins: taken from `next` or `previous`.", _TEXT),
            _parameter(self.page_size_query_param, "How many rows a page has at most.", size),
        ]


_TEXT: Document = {"type": "string"}


def _parameter(name: str, text: str, schema: Document) -> Document:
    return {"name": name, "in": "query", "required": False, "description": text, "schema": schema}


def _ordered(queryset: QuerySet[Model], ordering: str | None, view: Any) -> QuerySet[Model]:
    if ordering is None:
        return queryset
    column = _orders_of(view, queryset.model).get(ordering.removeprefix("-"))
    if column is None:
        raise serializers.ValidationError({"ordering": ["The list has no such order."]})
    order = models.F(column)
    return queryset.order_by(order.desc(nulls_last=True) if ordering.startswith("-") else order.asc(nulls_last=True))


def _orders_of(view: Any, model: type[Model]) -> dict[str, str]:
    """The members by which a list may be ordered, each with its column: those that are one of the row's own."""
    columns = {field.attname: field for field in model._meta.concrete_fields} | {
        field.name: field for field in model._meta.concrete_fields if not field.is_relation
    }
    sources = {name: field.source or name for name, field in view.get_serializer_class()().fields.items()}
    return {name: source for name, source in sources.items() if isinstance(columns.get(source), ORDERABLE)}
