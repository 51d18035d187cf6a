"""Foreign media gets no more memory than it is given, and the worker lives on."""

from __future__ import annotations

import resource

import numpy as np
import pytest

from webplatform.analysis.work import run_job
from webplatform.common.system.memory import memory_bound

LARGE = 512 * 1024**2


def test_what_wants_more_than_its_bound_fails_and_the_bound_ends_with_it():
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with memory_bound(64), pytest.raises(MemoryError):
        np.ones(LARGE, np.uint8)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert np.ones(LARGE, np.uint8).nbytes == LARGE


def test_no_bound_is_no_bound():
    with memory_bound(0):
        assert np.ones(LARGE, np.uint8).nbytes == LARGE


def test_a_video_that_takes_too_much_fails_with_a_sentence_and_the_next_one_is_read(submit, fake_engine, settings):
    settings.RAUT_DECODE_MEMORY_MB = 64
    greedy, modest = submit("a.mp4"), submit("b.mp4", again=True)
    fake_engine.on_step = lambda at: np.ones(LARGE, np.uint8)
    run_job(greedy.pk)
    greedy.refresh_from_db()
    assert (greedy.state, greedy.error_code) == ("failed", "too_large")
    assert "more memory" in greedy.error_message
    fake_engine.on_step = lambda at: None
    run_job(modest.pk)
    modest.refresh_from_db()
    assert modest.state == "done"
