"""Which part of a frame must be looked at again."""

from __future__ import annotations

import numpy as np
import pytest

from inference.changes import ChangeWatch
from inference.cuts import Sketch
from inference.types import Box

SIZE = (1280, 720)  # a cell is 20 x 20 px


def grey(*patches: tuple[int, int, int, float]) -> Sketch:
    """A sketch of grey 100 with square patches: left and top cell, side in cells, grey."""
    sketch = np.full((36, 64), 100, np.float32)
    for left, top, side, level in patches:
        sketch[top : top + side, left : left + side] = level
    return sketch


@pytest.fixture
def watch() -> ChangeWatch:
    watch = ChangeWatch()
    watch.note_search(grey())
    return watch


def test_the_first_time_everything_is_new() -> None:
    assert ChangeWatch().take(grey(), (), SIZE) == Box(0, 0, 1280, 720)


def test_where_nothing_changed_nothing_need_be_looked_at(watch: ChangeWatch) -> None:
    assert watch.take(grey(), (), SIZE) is None


def test_grain_is_no_change(watch: ChangeWatch) -> None:
    grain = np.random.default_rng(1).normal(0, 1.2, (36, 64)).astype(np.float32)

    assert watch.take(grey() + grain, (), SIZE) is None


def test_what_changed_comes_with_three_cells_around_it(watch: ChangeWatch) -> None:
    assert watch.take(grey((30, 10, 2, 140)), (), SIZE) == Box(540, 140, 160, 160)


def test_one_box_holds_all_that_changed_and_ends_with_the_frame(watch: ChangeWatch) -> None:
    assert watch.take(grey((0, 0, 1, 140), (62, 34, 2, 60)), (), SIZE) == Box(0, 0, 1280, 720)


def test_a_known_face_is_no_news(watch: ChangeWatch) -> None:
    assert watch.take(grey((30, 10, 2, 140)), [Box(600, 200, 40, 40)], SIZE) is None


def test_a_known_face_past_the_edge_hides_nothing_else(watch: ChangeWatch) -> None:
    changed = watch.take(grey((63, 10, 1, 140)), [Box(-500, 100, 450, 450)], SIZE)

    assert changed is not None


def test_what_was_looked_at_is_known_from_then_on(watch: ChangeWatch) -> None:
    assert watch.take(grey((30, 10, 2, 140)), (), SIZE) is not None
    assert watch.take(grey((30, 10, 2, 140)), (), SIZE) is None


def test_slow_changes_add_up(watch: ChangeWatch) -> None:
    shown = [watch.take(grey((30, 10, 2, 100 + 2 * step)), (), SIZE) is not None for step in range(5)]

    assert shown == [False, False, False, False, True]
