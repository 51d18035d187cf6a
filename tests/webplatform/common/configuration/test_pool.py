"""How many connections to PostgreSQL a process holds."""

import os
from pathlib import Path

import psycopg
import pytest
from django.db import ConnectionHandler
from django.db.backends.base.base import BaseDatabaseWrapper

from webplatform.common.configuration.environment import database_from

URL = "postgres://raut:x@127.0.0.1/raut"


def test_a_web_process_shares_a_bounded_number_of_connections():
    config = database_from(URL, Path("/tmp"), 20)
    assert config["OPTIONS"]["pool"]["max_size"] == 20
    assert config["CONN_MAX_AGE"] == 0  # Django refuses to keep connections of a pool


def test_a_worker_keeps_one_for_each_thread():
    assert database_from(URL, Path("/tmp"))["CONN_MAX_AGE"] == 60


@pytest.mark.postgres
def test_a_restart_of_the_server_costs_no_request_that_comes_after_it(django_db_setup, django_db_blocker):
    """Both connections of a pool die with the server; whoever asks next gets one that lives."""
    url = os.environ["DATABASE_URL"]
    handler = ConnectionHandler({"default": database_from(url, Path("/tmp"), 2)})
    first, second = (handler.create_connection("default") for _one in range(2))
    with django_db_blocker.unblock(), psycopg.connect(url, autocommit=True) as server:
        try:
            before = [_backend_of(first), _backend_of(second)]
            first.close(), second.close()  # back into the pool
            for pid in before:
                server.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            assert not {_backend_of(first), _backend_of(second)} & set(before)
        finally:
            first.close(), second.close()
            first.close_pool()


def _backend_of(connection: BaseDatabaseWrapper) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]
