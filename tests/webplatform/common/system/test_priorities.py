"""Webcams before videos, videos before training: on one machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from celery.signals import celeryd_init

import webplatform
from webplatform.common.system.priorities import set_process_priority

BEGIN = """
import os, sys
from webplatform.celery import app
from celery.signals import celeryd_init
celeryd_init.send(sender=sys.argv[1])
group = "/proc/self/autogroup"
print(os.getpriority(os.PRIO_PROCESS, 0), open(group).read().split()[-1] if os.path.exists(group) else "none")
"""


@pytest.mark.parametrize(("name", "level"), [("analysis", "5"), ("training", "10"), ("housekeeping", "0")])
def test_a_worker_gives_way_and_tells_its_session(name: str, level: str, tmp_path: Path):
    """In a session of its own, as the supervisor starts it; without that word the kernel ignores the level."""
    root = Path(webplatform.__file__).parents[1]
    command = [sys.executable, "-c", BEGIN, f"{name}@here"]
    env = {"RAUT_DATA_DIR": str(tmp_path), "RAUT_ENV_FILE": "/dev/null", "PYTHONPATH": str(root)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True, start_new_session=True)
    own, session = done.stdout.split()
    assert own == level
    assert session in {level, "none"}


def test_workers_hear_of_it_before_their_pool_begins():
    assert set_process_priority in [receiver() for _key, receiver in celeryd_init.receivers]
