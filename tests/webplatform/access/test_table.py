"""The table of access against the running code: no address without a row, no row without one, every answer right."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from django.contrib import admin
from django.db import connection
from django.http import HttpResponse
from django.urls import Resolver404

from tests.api_document import api_document
from tests.webplatform.access import table
from tests.webplatform.access.rows import SIGN_IN, UNSAFE, Crowd, Row, read_admin, read_rows, route_of, routes

pytestmark = pytest.mark.django_db

ROWS = [*read_rows(table.PAGES), *read_rows(table.API)]
ADMIN = read_admin(table.ADMIN)
METHODS = ("GET", *UNSAFE)
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
REFUSALS = ("in", "401", "403", "404")


def answer(response: HttpResponse) -> str:
    """A response as the table writes it."""
    goes_to = response.get("Location", "") if response.status_code == 302 else ""
    return "in" if goes_to.startswith((SIGN_IN, "/admin/login/")) else str(response.status_code)


@pytest.mark.parametrize("row", [*ROWS, *ADMIN], ids=str)
def test_everybody_gets_the_answer_that_the_table_states(row: Row, crowd: Crowd):
    stated = {who: row.answers[table.PEOPLE.index(who)] for who in asked(row)}
    assert {who: answer(crowd.ask(who, row)) for who in stated} == stated


def asked(row: Row) -> Iterable[str]:
    """Everybody; on PostgreSQL, where everybody was asked on SQLite, the first who gets each answer with a query."""
    if connection.vendor == "sqlite":
        return table.PEOPLE
    first = {stated: who for who, stated in reversed(list(zip(table.PEOPLE, row.answers, strict=True)))}
    return [who for stated, who in first.items() if stated not in ("in", "401")] or list(first.values())


def test_every_address_has_a_row_and_every_row_an_address(world):
    rows, lost = set(), []
    for row in [*ROWS, *ADMIN]:
        try:
            rows.add(route_of(row, world))
        except Resolver404:
            lost.append(str(row))
    assert lost == []
    assert sorted(set(routes()) - rows - set(table.NOT_ASKED)) == []


def test_every_operation_of_the_api_has_a_row_and_every_row_an_operation(world):
    paths = api_document()["paths"]
    documented = {
        (method.upper(), path) for path, methods in paths.items() for method in methods if method != "parameters"
    }
    asked = {(row.method, "/" + _documented(route_of(row, world))) for row in ROWS if row.is_api}
    assert asked == documented


def _documented(route: str) -> str:
    """A route as the OpenAPI document writes it."""
    return "/".join("{" + part.partition(":")[2][:-1] + "}" if part[:1] == "<" else part for part in route.split("/"))


def test_a_method_without_a_row_is_refused_by_every_address_of_ours(world, crowd: Crowd):
    views, stated = routes(), {(row.method, route_of(row, world)) for row in ROWS}
    wrong = []
    answered = [row for row in ROWS if _insider(row)]
    for route, row in {route_of(row, world): row for row in answered}.items():
        if not views[route].__module__.startswith("webplatform."):
            continue
        for method in (method for method in METHODS if (method, route) not in stated):
            got = answer(crowd.ask(_insider(row), Row(method, row.address, (), None)))
            if got != "405":
                wrong.append(f"{method} {row.address}: {got}")
    assert wrong == []


def _insider(row: Row) -> str:
    """Somebody whom the address answers; empty where it answers nobody."""
    answers = zip(table.PEOPLE, row.answers, strict=True)
    return next((who for who, stated in answers if stated not in REFUSALS), "")


@pytest.mark.parametrize("row", [row for row in ROWS if row.method in UNSAFE], ids=str)
def test_a_form_of_another_site_changes_nothing(row: Row, crowd: Crowd):
    """With a login cookie and without the form's token: who may do it is refused, on pages and in the API."""
    for who, stated in zip(table.PEOPLE, row.answers, strict=True):
        if who != "nobody" and stated.isdigit() and int(stated) < 400:
            by_key = row.address.startswith("/api/v1/own/")  # a header, which no foreign form can send
            wanted = "404" if by_key else "403"
            assert answer(crowd.ask(who, row, by_cookie=True, is_strict=True)) == wanted, who


def test_every_answer_forbids_what_no_page_needs(crowd: Crowd):
    wrong = []
    for row in (row for row in [*ROWS, *ADMIN] if row.method == "GET" and _insider(row)):
        headers = crowd.ask(_insider(row), row).headers
        policy = headers.get("Content-Security-Policy", "")
        is_strict = "default-src 'none'" in policy and "unsafe" not in policy
        may_film = "camera=(self)" in headers["Permissions-Policy"]
        others = {name: headers.get(name) for name in HEADERS}
        if not is_strict or may_film != row.address.endswith("/live/") or others != HEADERS:
            wrong.append((str(row), policy, may_film, others))
    assert wrong == []


def test_every_model_in_the_admin_has_a_row():
    shown = {f"{model._meta.app_label}/{model._meta.model_name}" for model in admin.site._registry}
    assert {row.address.split("/admin/")[1].rsplit("/", 1)[0] for row in ADMIN if row.address.count("/") == 4} == shown


def test_every_row_says_something_of_everybody():
    assert [str(row) for row in [*ROWS, *ADMIN] if len(row.answers) != len(table.PEOPLE)] == []
