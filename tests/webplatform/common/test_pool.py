"""How many connections to PostgreSQL a process holds."""

from pathlib import Path

from webplatform.common.environment import database_from

URL = "postgres://raut:x@127.0.0.1/raut"


def test_a_web_process_shares_a_bounded_number_of_connections():
    config = database_from(URL, Path("/tmp"), 20)
    assert config["OPTIONS"]["pool"]["max_size"] == 20
    assert config["CONN_MAX_AGE"] == 0  # Django refuses to keep connections of a pool


def test_a_worker_keeps_one_for_each_thread():
    assert database_from(URL, Path("/tmp"))["CONN_MAX_AGE"] == 60
