"""A study's results from hand-made sessions: who counts, in which group, and who was left out."""

from __future__ import annotations

import numpy as np
import pytest

from webplatform.results.bins import Moment, folded
from webplatform.results.choices import Choice, choice_from
from webplatform.results.composing import results_of
from webplatform.results.material import Material, Recorded, Why

CONDITIONS = {"1": "film A", "2": "film B"}
PEOPLE = {"p1": "P01", "p2": "P02", "p3": "P03"}


def scores(happy: float) -> tuple[float, ...]:
    return (0.0, 0.0, 0.0, happy, 0.0, 0.0, 1 - happy)


def shown(*happy: float | None, sure: bool = True):
    """Four readings a second, each second with one score of happy; None: nobody is there."""
    verdicts = [None if h is None or not sure else ("happy" if h >= 0.5 else "neutral") for h in happy]
    return folded(
        Moment(1000 * second + 250 * part, scores(h), verdicts[second])
        for second, h in enumerate(happy)
        if h is not None
        for part in range(4)
    )


def recorded(key: str, participant: str, condition: str, *happy: float | None, **fields) -> Recorded:
    return Recorded(key, participant, condition, duration_ms=1000 * len(happy), bins=shown(*happy), **fields)


def composed(*sessions: Recorded, **choice) -> dict:
    return results_of(Material(sessions, CONDITIONS, PEOPLE), Choice(**choice))


def group(found: dict, key: str) -> dict:
    return next(one for one in found["groups"] if one["key"] == key)


def measure(found: dict, key: str, name: str) -> dict:
    rows = next(one["rows"] for one in group(found, key)["measures"] if one["measure"] == name)
    return next(row for row in rows if row["emotion"] == "happy")


def test_each_person_counts_once_in_a_condition():
    found = composed(
        recorded("a", "p1", "1", 0.0, 0.0), recorded("b", "p1", "1", 0.4, 0.4), recorded("c", "p2", "1", 0.8, 0.8, 0.8)
    )
    curve = group(found, "1")["curve"]
    assert curve["mean"]["happy"] == [0.5, 0.5, 0.8]
    assert curve["n"] == [2, 2, 1]
    assert curve["low"]["happy"] == [0.2, 0.2, None]
    assert (group(found, "1")["people"], group(found, "1")["sessions"]) == (2, 3)


def test_over_all_conditions_a_persons_conditions_count_alike():
    """Three sessions in A (0.2) and one in B (0.8) are 0.5, not 0.35."""
    found = composed(*(recorded(key, "p1", "1", 0.2) for key in "abc"), recorded("d", "p1", "2", 0.8), by="all")
    assert group(found, "all")["curve"]["mean"]["happy"] == [0.5]


def test_groups_stand_in_the_studys_order_and_empty_ones_are_not_told():
    found = composed(recorded("a", "p1", "2", 0.5), recorded("b", "p1", "1", 0.5))
    assert [one["name"] for one in found["groups"]] == ["film A", "film B"]
    assert [one["name"] for one in composed(recorded("a", "p1", "2", 0.5))["groups"]] == ["film B"]


def test_a_variable_groups_people_and_numbers_stand_in_their_order():
    found = composed(
        recorded("a", "p1", "1", 0.5, values={"7": 10}),
        recorded("b", "p2", "1", 0.5, values={"7": 9}),
        recorded("c", "p3", "1", 0.5),
        by="variable-7",
    )
    assert [one["name"] for one in found["groups"]] == ["9", "10"]
    assert found["left_out"] == [{"why": "no_value", "sessions": 1}]


def test_a_person_alone_has_a_curve_without_a_band():
    found = composed(recorded("a", "p1", "1", 0.2, 0.4), recorded("b", "p2", "1", 0.6, 0.6), by="participant")
    curve = group(found, "p1")["curve"]
    assert curve["mean"]["happy"] == [0.2, 0.4]
    assert curve["low"] is None and curve["high"] is None


def test_a_marker_is_a_common_clock():
    found = composed(
        recorded("a", "p1", "1", 0.1, 0.1, 0.9, 0.5, moments={"film starts": 2000, "ends": 3000}),
        recorded("b", "p2", "1", 0.7, 0.5, 0.1, moments={"film starts": 0, "ends": 1000}),
        recorded("c", "p3", "1", 0.9),
        clock="film starts",
    )
    assert group(found, "1")["curve"]["mean"]["happy"] == [0.8, 0.5, 0.1]
    assert found["left_sessions"] == {"c": "no_marker"}


def test_figures_can_lie_between_two_markers():
    found = composed(
        recorded("a", "p1", "1", 0.1, 0.9, 0.7, 0.2, moments={"from": 1000, "to": 3000}), clock="from", until="to"
    )
    assert group(found, "1")["curve"]["mean"]["happy"] == [0.9, 0.7]
    found = composed(recorded("a", "p1", "1", 0.1, 0.9, moments={"from": 0}), clock="from", until="to")
    assert found["left_out"] == [{"why": "no_end_marker", "sessions": 1}]


def test_the_marked_neutral_stretch_is_subtracted_beside_the_raw_curve():
    found = composed(recorded("a", "p1", "1", 0.1, 0.3, 0.8, 0.4, baseline=((0, 2000),)), baseline=True)
    assert group(found, "1")["curve"]["mean"]["happy"] == [0.1, 0.3, 0.8, 0.4]
    assert group(found, "1")["change"]["mean"]["happy"] == pytest.approx([-0.1, 0.1, 0.6, 0.2])
    assert measure(found, "1", "mean")["value"] == pytest.approx(0.4)
    assert measure(found, "1", "change")["value"] == pytest.approx(0.2)
    assert found["baseline"] == {"marked": 1, "first_30_s": 0}


def test_without_a_marked_stretch_the_first_thirty_seconds_are_the_baseline():
    found = composed(recorded("a", "p1", "1", *[0.2] * 30, *[0.6] * 30), baseline=True)
    assert group(found, "1")["change"]["mean"]["happy"][::30] == pytest.approx([0.0, 0.4])
    assert found["baseline"] == {"marked": 0, "first_30_s": 1}


def test_nobody_in_the_baseline_leaves_the_session_out():
    found = composed(recorded("a", "p1", "1", None, 0.3, 0.8, baseline=((0, 1000),)), baseline=True)
    assert found["left_out"] == [{"why": "no_baseline", "sessions": 1}]
    assert found["groups"] == []


def test_a_person_seen_in_less_than_half_of_the_time_is_left_out():
    seen = recorded("a", "p1", "1", 0.5, 0.5, None, None)
    rare = recorded("b", "p2", "1", 0.5, None, None, None)
    found = composed(seen, rare)
    assert found["left_sessions"] == {"b": "too_little_seen"}
    assert composed(seen, rare, seen=25)["sessions"] == 2


def test_an_excluded_stretch_is_no_time_in_which_the_person_was_missing():
    rare = recorded("b", "p2", "1", 0.5, None, None, None, excluded=((2000, 4000),))
    assert composed(rare)["sessions"] == 1


def test_readings_without_a_verdict_can_stay_out_of_everything():
    doubtful = Recorded("a", "p1", "1", duration_ms=1000, bins=shown(0.5, sure=False))
    assert composed(doubtful)["sessions"] == 1
    assert composed(doubtful, sure=True)["left_out"] == [{"why": "too_little_seen", "sessions": 1}]


def test_what_cannot_count_says_why():
    found = composed(
        Recorded("a", why=Why.READ_AGAIN),
        recorded("b", "", "1", 0.5),
        recorded("c", "p1", "", 0.5),
        Recorded("d", "p1", "1"),
    )
    assert found["left_sessions"] == {"a": "read_again", "b": "no_participant", "c": "no_condition", "d": "not_made"}
    assert (found["groups"], found["comparison"]) == ([], None)


def test_two_conditions_of_the_same_people_are_compared_in_pairs():
    found = composed(
        recorded("a", "p1", "1", 0.2), recorded("b", "p1", "2", 0.5), recorded("c", "p2", "1", 0.1),
        recorded("d", "p2", "2", 0.6), recorded("e", "p3", "2", 0.9),
    )["comparison"]  # fmt: skip
    happy = found["rows"][3]
    assert (found["pairing"], found["effect"], found["both"], found["people_left_out"]) == ("paired", "d_z", 2, 1)
    assert (happy["first"], happy["second"], happy["difference"]) == (0.15, 0.55, 0.4)
    assert happy["effect"] == pytest.approx(0.4 / np.std([0.3, 0.5], ddof=1), abs=1e-4)
    assert (happy["p"], happy["n_first"]) == (0.5, 2)


def test_other_people_are_compared_as_two_groups_and_nobody_is_in_both():
    sessions = [
        recorded("a", "p1", "1", 0.2), recorded("b", "p2", "1", 0.4), recorded("c", "p3", "2", 0.9),
        recorded("d", "p4", "2", 0.7), recorded("e", "p5", "1", 0.0), recorded("f", "p5", "2", 0.0),
    ]  # fmt: skip
    found = composed(*sessions)["comparison"]
    happy = found["rows"][3]
    assert (found["pairing"], found["effect"], found["people_left_out"]) == ("unpaired", "g", 1)
    assert (happy["first"], happy["second"], happy["n_first"], happy["n_second"]) == (0.3, 0.8, 2, 2)
    assert composed(*sessions, pairing="paired")["comparison"]["rows"][3]["p"] is None


def test_a_few_who_are_in_both_do_not_make_it_a_comparison_of_pairs():
    """Two of twelve saw both: ten others on the sides count, and not only those two."""
    sessions = [recorded(f"a{n}", f"p{n}", "1", 0.1 * (n % 4)) for n in range(6)]
    sessions += [recorded(f"b{n}", f"p{n + 4}", "2", 0.1 * (n % 5)) for n in range(6)]
    found = composed(*sessions)["comparison"]
    assert (found["pairing"], found["both"], found["rows"][3]["n_first"]) == ("unpaired", 2, 4)


def test_what_differs_by_rounding_only_is_no_difference():
    noise = [1e-8, 2e-8, 3e-8, 1.5e-8, 2.5e-8, 1e-8]
    sessions = [recorded(f"a{n}", f"p{n}", "1", 0.5) for n in range(6)]
    sessions += [recorded(f"b{n}", f"p{n}", "2", 0.5 + extra) for n, extra in enumerate(noise)]
    happy = composed(*sessions)["comparison"]["rows"][3]
    assert (happy["difference"], happy["effect"], happy["p"]) == (0.0, None, 1.0)


def test_readings_that_are_seconds_apart_stand_for_the_time_between_them():
    """Sampled every three seconds: seen all the time, and one stretch."""
    bins = folded(Moment(3000 * number, scores(0.8), "happy") for number in range(4))
    sparse = Recorded("a", "p1", "1", duration_ms=12_000, step_ms=3000, bins=bins)
    found = composed(sparse)
    assert group(found, "1")["curve"]["mean"]["happy"] == [0.8] * 10
    assert measure(found, "1", "longest")["value"] == 10.0


def test_which_two_are_compared_can_be_chosen():
    sessions = [recorded("a", "p1", "1", 0.2), recorded("b", "p1", "2", 0.4)]
    found = composed(*sessions, first="2", second="1")["comparison"]
    assert (found["first"]["name"], found["second"]["name"]) == ("film B", "film A")
    assert found["rows"][3]["difference"] == -0.2
    assert composed(*sessions, second="1")["comparison"]["first"]["key"] == "2"
    assert composed(*sessions, first="9")["comparison"]["first"]["key"] == "1"


def test_results_are_plain_json_and_the_same_every_time():
    import json

    sessions = [recorded(key, key, "1", 0.2, 0.5) for key in ("p1", "p2", "p3")]
    assert json.dumps(composed(*sessions), allow_nan=False) == json.dumps(composed(*sessions), allow_nan=False)


@pytest.mark.parametrize(
    ("asked", "field", "value"),
    [
        ({"by": "variable-12"}, "by", "variable-12"),
        ({"by": "variable-x"}, "by", "condition"),
        ({"by": "elsewhere"}, "by", "condition"),
        ({"threshold": "0"}, "threshold", 1),
        ({"threshold": "1e9"}, "threshold", 50),
        ({"threshold": "³"}, "threshold", 50),
        ({"seen": "999"}, "seen", 100),
        ({"baseline": "1"}, "baseline", True),
        ({"measure": "feelings"}, "measure", "mean"),
        ({"clock": " film\0 starts "}, "clock", "film starts"),
        ({"clock": "x" * 500}, "clock", "x" * 120),
    ],
)
def test_an_address_that_makes_no_sense_is_as_if_it_said_nothing(asked: dict, field: str, value: object):
    assert getattr(choice_from(asked), field) == value


def test_an_address_says_only_what_differs():
    assert Choice(by="all", baseline=True).query == {"by": "all", "baseline": "1"}
    assert choice_from(Choice(by="all", baseline=True, threshold=30).query) == Choice(
        by="all", baseline=True, threshold=30
    )
