"""How lists are cut into pages in the REST API."""

from typing import Any  # rows of any model

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.request import Request


class Pages(PageNumberPagination):
    """Numbered pages for lists a person reads."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100


class Cursor(CursorPagination):
    """Cursor pages for long series: constant cost at any depth. The view names the ordering."""

    page_size = 1000
    page_size_query_param = "page_size"
    max_page_size = 5000

    def paginate_queryset(self, queryset: QuerySet[Model], request: Request, view: object = None) -> list[Any] | None:
        """A page; a cursor that holds no place of this series is none."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, TypeError, OverflowError, ValidationError, DataError) as error:
            if self.cursor_query_param in request.query_params:
                raise NotFound(self.invalid_cursor_message) from error
            raise
