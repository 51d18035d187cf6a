"""The clock, the grid and the packets that may stay undecoded."""

from fractions import Fraction

import pytest

from inference.sampling import FrameClock, SampleGrid, SkipPlan

MS = Fraction(1, 1000)


def test_the_clock_starts_at_the_first_frame():
    clock = FrameClock(MS, 40)
    assert [clock.read(pts) for pts in (5000, 5040, 5100)] == [0, 40, 100]


def test_the_clock_counts_in_the_streams_own_units():
    clock = FrameClock(Fraction(1, 90000), 40)
    assert [clock.read(pts) for pts in (900, 3903, 6906)] == [0, 33, 67]


def test_a_missing_timestamp_continues_at_the_usual_interval():
    clock = FrameClock(MS, 40)
    assert [clock.read(pts) for pts in (None, None, None)] == [0, 40, 80]
    clock = FrameClock(MS, 40)
    assert [clock.read(pts) for pts in (0, 33, None, 100)] == [0, 33, 73, 100]
    clock = FrameClock(MS, 40)
    assert [clock.read(pts) for pts in (None, None, 500, 533)] == [0, 40, 80, 113]


def test_a_late_frame_does_not_turn_the_clock_back():
    clock = FrameClock(MS, 40)
    assert [clock.read(pts) for pts in (0, 100, 60, 140)] == [0, 100, 100, 140]


def test_a_joined_recording_goes_on_from_the_last_frame():
    clock = FrameClock(MS, 40)
    assert [clock.read(pts) for pts in (10_000, 15_000, 0, 40)] == [0, 5000, 5040, 5080]
    assert clock.is_rebased


def test_the_grid_takes_the_first_frame_of_each_cell():
    grid = SampleGrid(200)
    times = [0, 33, 67, 190, 210, 399, 400, 950, 990, 1000]
    assert [t_ms for t_ms in times if grid.is_due(t_ms)] == [0, 210, 400, 950, 1000]


def test_a_grid_without_width_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        SampleGrid(0)


def test_only_the_earliest_packet_of_a_cell_must_be_decoded():
    plan = SkipPlan(200)
    for t_ms in (0, 160, 80, 40, 120, 200):
        plan.note(t_ms)
    assert [plan.may_skip(t_ms) for t_ms in (0, 160, 80, 200)] == [False, True, True, False]


def test_a_packet_that_the_plan_does_not_know_is_decoded():
    assert not SkipPlan(200).may_skip(40)


def test_only_packets_that_bring_no_frame_count_as_left_out():
    plan = SkipPlan(200)
    for pts in (40, 80, 120):
        plan.offer(pts)
    assert plan.settle(80) == (1, 40)
    assert plan.settle(None) == (1, 120)
    assert plan.settle(None) == (0, None)


def test_the_plan_forgets_what_is_long_past():
    plan = SkipPlan(1)
    for t_ms in range(10_000):
        plan.note(t_ms)
    assert len(plan._earliest) < 100
