"""`manage.py up` and `manage.py demo` as a person starts them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.databases import new_database

ROOT = Path(__file__).resolve().parents[2]


def environment(data_dir: Path) -> dict[str, str]:
    """Ours, without what would make the command use another database, another Redis or the tests' settings."""
    left_out = {"REDIS_URL", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return {**kept, "RAUT_DATA_DIR": str(data_dir), "RAUT_ENV_FILE": os.devnull}


def command(*words: str) -> list[str]:
    return [sys.executable, "manage.py", *words]


@contextmanager
def started(data_dir: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    process = subprocess.Popen(command(*words), cwd=ROOT, env=environment(data_dir), **pipes)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return line
    raise AssertionError(f"{text!r} was not said, but: {''.join(lines)}")


def processes_of(data_dir: Path) -> list[str]:
    """The command lines of all processes that were started for this folder."""
    wanted, found = f"RAUT_DATA_DIR={data_dir}".encode(), []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_text(encoding="utf-8").replace("\0", " "))
        except OSError:
            continue
    return found


@pytest.fixture
def data_dir(tmp_path: Path, django_db_blocker) -> Iterator[Path]:
    """Where `up` has been before. What it does on an empty folder, `demo` does in the same way."""
    with django_db_blocker.unblock(), new_database(tmp_path):
        yield tmp_path


def test_up_runs_everything_refuses_a_second_one_and_leaves_nothing_behind(data_dir: Path):
    with started(data_dir, "up", "--port", "0") as process:
        url = read_until(process, "Raut runs at").split()[3]
        assert httpx.get(f"{url}/livez", trust_env=False).status_code == httpx.codes.OK
        second = subprocess.run(
            command("up", "--port", "0"),
            cwd=ROOT,
            env=environment(data_dir),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (second.returncode, "[already_running]" in second.stderr) == (1, True)
        begun_s = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert time.monotonic() - begun_s < 10
        assert processes_of(data_dir) == []


def test_up_leaves_nothing_behind_when_it_is_killed(data_dir: Path):
    with started(data_dir, "up", "--port", "0") as process:
        read_until(process, "Raut runs at")
        process.kill()
        deadline_s = time.monotonic() + 20
        while processes_of(data_dir) and time.monotonic() < deadline_s:
            time.sleep(0.1)
        assert processes_of(data_dir) == []


def test_the_demonstration_analyses_a_real_face_from_upload_to_history(tmp_path: Path):
    words = command("demo", "--exit", "--json", "--port", "0")
    done = subprocess.run(words, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert set(result) == {
        "session",
        "url",
        "frames_sampled",
        "frames_scored",
        "tracks",
        "dominant",
        "seconds",
        "times_real_time",
    }
    assert result["frames_sampled"] == 120
    assert 80 <= result["frames_scored"] <= 105  # nobody is seen in 15 of the 120
    assert result["tracks"] >= 2
    assert result["dominant"] == "happy"
    assert processes_of(tmp_path) == []
