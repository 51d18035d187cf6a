from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from webplatform.operations import console, startup
from webplatform.operations.launch import Launch, plan_children
from webplatform.operations.startup import StartupProblem


def test_a_port_in_use_is_refused_with_a_way_out():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartupProblem, match=f"Port {port} .* in use.* --port 0") as caught:
            startup.require_port("127.0.0.1", port)
    assert caught.value.code == "port_in_use"


def test_a_free_port_can_be_used():
    startup.require_port("127.0.0.1", startup.free_port("127.0.0.1"))


def test_a_second_supervisor_on_one_folder_is_refused_by_name_of_the_first(tmp_path: Path):
    with (
        startup.sole_use_of(tmp_path),
        pytest.raises(StartupProblem, match=f"already runs .*process {os.getpid()}") as caught,
        startup.sole_use_of(tmp_path),
    ):
        pass
    assert caught.value.code == "already_running"


def test_the_folder_is_free_again_when_the_supervisor_has_ended(tmp_path: Path):
    with startup.sole_use_of(tmp_path):
        pass
    with startup.sole_use_of(tmp_path):
        pass


def test_missing_browser_libraries_are_named_with_the_command_that_brings_them(settings, tmp_path: Path):
    settings.STATICFILES_DIRS = [("vendor/uplot", tmp_path / "uplot" / "dist")]
    with pytest.raises(StartupProblem, match=r"uplot.*npm ci"):
        startup.require_browser_libraries()


def test_a_redis_that_does_not_answer_is_named():
    with pytest.raises(StartupProblem, match="Redis does not answer") as caught:
        startup.await_redis("redis://127.0.0.1:1/0", timeout_s=0)
    assert caught.value.code == "no_redis"


def test_a_web_server_that_has_ended_is_not_waited_for():
    with pytest.raises(StartupProblem, match="does not answer"):
        startup.await_web("http://127.0.0.1:1", is_alive=lambda: False)


def test_the_embedded_redis_listens_on_this_machine_only_and_wants_a_password(tmp_path: Path):
    children, url = plan_children(Launch(data_dir=tmp_path, host="127.0.0.1", port=8000))
    config = (tmp_path / "valkey" / "valkey.conf").read_text(encoding="utf-8")
    assert [child.name for child in children] == ["redis", "worker", "housekeeper", "trainer", "beat", "web"]
    assert "bind 127.0.0.1\n" in config
    assert url.split(":")[2].split("@")[0] in config
    assert (tmp_path / "valkey" / "valkey.conf").stat().st_mode & 0o077 == 0


def test_no_redis_is_started_when_one_is_named(tmp_path: Path):
    launch = Launch(data_dir=tmp_path, host="127.0.0.1", port=8000, redis_url="redis://10.0.0.1:6379/0")
    children, url = plan_children(launch)
    assert url == "redis://10.0.0.1:6379/0"
    assert "redis" not in [child.name for child in children]


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("raut.example.org", "http://raut.example.org:8000"),
    ],
)
def test_the_address_to_open_fits_where_the_server_listens(tmp_path: Path, host: str, url: str):
    assert Launch(data_dir=tmp_path, host=host, port=8000).url == url


@pytest.mark.parametrize(("said", "cores", "count"), [("", 1, "1"), ("", 2, "2"), ("", 32, "2"), ("3", 2, "3")])
def test_up_serves_requests_on_two_cores_unless_it_is_told(monkeypatch, said: str, cores: int, count: str):
    monkeypatch.setenv("WEB_CONCURRENCY", said)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    launch = console.launch_from(host="127.0.0.1", port=0, workers=1)
    assert {child.name: child.env for child in plan_children(launch)[0]}["web"]["WEB_CONCURRENCY"] == count
