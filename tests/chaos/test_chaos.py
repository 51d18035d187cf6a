"""The short form of `python -m tests.chaos`: the same load, with some of the faults that cost most before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from tests.chaos.faults import Fault, deck, plan_faults
from tests.chaos.run import Figures, run_chaos

SEED = 7
FAULTS = [
    Fault("kill", "worker", 2, 0),
    Fault("clock ahead four years", "", 1, 2),
    Fault("restart", "redis", 1, 1),
    Fault("kill", "web", 1, 0),
    Fault("freeze", "worker", 2, 6),
    Fault("full disk", "", 1, 3),
    Fault("clock back an hour", "", 1, 2),
    Fault("end", "worker", 2, 2),
]
OF_POSTGRES = [Fault("crash", "postgres", 1, 0.5), Fault("freeze", "postgres", 1, 3)]


@pytest.fixture(autouse=True)
def _own_media_folder() -> Iterator[None]:
    """The run keeps its files where its platform does."""
    yield


@pytest.fixture
def chaos(tmp_path: Path, django_db_blocker) -> Figures:
    """What happened, on the database that the tests run on."""
    database = "postgres" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
    plan = [*FAULTS, *(OF_POSTGRES if database == "postgres" else [])]
    with django_db_blocker.unblock():
        return run_chaos(seed=SEED, database=database, folder=tmp_path, plan=plan)


@pytest.mark.timeout(600)
def test_faults_lose_nothing_double_nothing_and_leave_nothing_behind(chaos: Figures):
    assert chaos.problems == []
    assert chaos.counts["sessions that equal the undisturbed run"] >= 8
    assert chaos.counts["live readings answered"] > 50
    assert chaos.counts["purges that stopped under a wrong clock"] == 1


def test_a_seed_plans_the_same_faults_and_every_kind_before_one_comes_again():
    kinds = len(deck("postgres"))
    first, second = (list(islice(plan_faults(11, "postgres"), 2 * kinds)) for _again in range(2))
    assert first == second != list(islice(plan_faults(12, "postgres"), 2 * kinds))
    assert len({(fault.kind, fault.target) for fault in first[:kinds]}) == kinds
