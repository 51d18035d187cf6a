"""No page of one session may read a whole table: it would get slower with every other session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from webplatform.history.erasing import erase_session, remove_some_readings
from webplatform.history.models import Observation, Session, SessionSeconds, Track
from webplatform.results.curves import keep_curves

GROWING = tuple(model._meta.db_table for model in (Observation, Track, SessionSeconds))
PAGES = (
    "/",
    "/api/v1/sessions/",
    "/sessions/{pk}/",
    "/api/v1/sessions/{pk}/",
    "/api/v1/sessions/{pk}/timeline/",
    "/api/v1/sessions/{pk}/timeline/?from_ms=200&to_ms=800&bucket_ms=200",
    "/api/v1/sessions/{pk}/timeline/?bucket_ms=200&track=1",
    "/studies/{study}/",
)


@pytest.fixture(autouse=True)
def _no_scan_where_an_index_would_do(db):
    """PostgreSQL scans a table of ten rows unless it is told that this is dear."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")


def scans(seen: CaptureQueriesContext) -> list[str]:
    """The queries that would read one of the growing tables whole."""
    mine = [one["sql"] for one in seen.captured_queries if any(f'"{table}"' in one["sql"] for table in GROWING)]
    mine = [sql for sql in mine if sql.startswith(("SELECT", "DELETE"))]
    assert mine
    return [sql for sql in mine if _is_scan(sql)]


def _is_scan(sql: str) -> bool:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
            return any(table in GROWING for table in _scanned(cursor.fetchone()[0][0]["Plan"]))
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        lines = [line for *_places, line in cursor.fetchall()]
    aliases = {word.strip('"') for table in GROWING for word in _aliases(sql, table)}
    return any(line.startswith("SCAN ") and line.split()[1] in aliases for line in lines)


def _scanned(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for child in plan.get("Plans", ()):
        yield from _scanned(child)


def _aliases(sql: str, table: str) -> list[str]:
    """The names under which the query speaks of the table."""
    after = [part.split() for part in sql.split(f'"{table}" ')[1:]]
    return [table, *(words[0] for words in after if words and words[0].rstrip(",)").isalnum())]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_reads_only_its_own_readings(address, story, owner):
    browser = Client()
    browser.force_login(owner)
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(address.format(pk=story.pk, study=story.study_id)).status_code == 200
    touched = [one for one in seen.captured_queries if any(f'"{table}"' in one["sql"] for table in GROWING)]
    assert not touched or scans(seen) == []


def test_adding_up_a_study_reads_only_its_readings(story):
    with CaptureQueriesContext(connection) as seen:
        keep_curves(story.study)
    assert scans(seen) == []


def test_removing_a_session_reads_only_its_readings(story):
    with CaptureQueriesContext(connection) as seen:
        remove_some_readings(session=story, most=5)
        erase_session(session=story)
    assert scans(seen) == []
    assert not Session.everything.exists()


def test_a_query_without_an_index_is_found(story):
    with CaptureQueriesContext(connection) as seen:
        list(Observation.objects.filter(w__gt=0).order_by())
    assert len(scans(seen)) == 1
