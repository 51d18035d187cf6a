"""How lists are cut into pages in the REST API."""

from rest_framework.pagination import CursorPagination, PageNumberPagination


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
