"""Metrics against numbers worked out by hand."""

import numpy as np
import pytest

from training.calibrate import fit_abstention, fit_class_scaling, fit_temperature, softmax
from training.metrics import (
    accuracy,
    bootstrap_intervals,
    calibration_error,
    confusion_matrix,
    corrected_for_priors,
    negative_log_likelihood,
    per_class,
    present_accuracy,
    risk_coverage,
    summarise,
    top2_accuracy,
)


def scores_of(*rows):
    """Rows of (class, score, runner-up): the rest of the probability is spread over the other five."""
    made = np.zeros((len(rows), 7), np.float32)
    for at, (first, score, second) in enumerate(rows):
        rest = (1 - score) / 2
        made[at] = rest / 5
        made[at, first], made[at, second] = score, rest
    return made


LABELS = np.array([0, 0, 1, 3])
SCORES = scores_of((0, 0.8, 1), (1, 0.6, 0), (1, 0.8, 2), (4, 0.6, 5))  # right, wrong, right, wrong


def test_accuracy_is_the_share_of_right_answers():
    assert accuracy(SCORES, LABELS) == 0.5


def test_the_second_guess_counts_for_top_2():
    assert top2_accuracy(SCORES, LABELS) == 0.75


def test_the_confusion_matrix_has_the_truth_in_its_rows():
    confusion = confusion_matrix(SCORES, LABELS)
    assert confusion[0].tolist() == [1, 1, 0, 0, 0, 0, 0]
    assert confusion[3, 4] == 1
    assert confusion.sum() == 4


def test_precision_recall_and_f1_of_each_class():
    rows = per_class(confusion_matrix(SCORES, LABELS))
    assert rows["angry"] == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "n": 2}
    assert rows["disgust"]["precision"] == 0.5
    assert rows["neutral"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "n": 0}


def test_the_negative_log_likelihood_is_in_nats():
    # -ln of 0.8, 0.2, 0.8 and (0.4 / 2) / 5 = 0.04
    assert negative_log_likelihood(SCORES, LABELS) == pytest.approx((0.2231 + 1.6094 + 0.2231 + 3.2189) / 4, abs=1e-3)


def test_the_calibration_error_weighs_each_bin_by_its_count():
    # two answers at 0.8, both right (gap 0.2); two at 0.6, both wrong (gap 0.6)
    assert calibration_error(SCORES, LABELS) == pytest.approx(0.4, abs=1e-6)


def test_the_surest_answers_come_first_in_the_risk_coverage_curve():
    rows = risk_coverage(SCORES, LABELS, steps=2)
    assert [row["risk"] for row in rows] == [0.0, 0.5]
    assert rows[0]["threshold"] == pytest.approx(0.8)


def test_the_bootstrap_interval_holds_the_accuracy():
    low, high = bootstrap_intervals(SCORES, LABELS, rounds=200)["accuracy"]
    assert 0 <= low <= 0.5 <= high <= 1


def test_the_summary_is_plain_json_and_agrees_with_its_parts():
    summary = summarise(SCORES, LABELS)
    assert summary["n"] == 4
    assert summary["accuracy"] == 0.5
    assert summary["balanced_accuracy"] == pytest.approx((0.5 + 1 + 0) / 3)


def test_softmax_rows_sum_to_one_even_for_large_logits():
    scores = softmax(np.array([[1000.0, 0, 0, 0, 0, 0, 0]], np.float32))
    assert scores.sum() == pytest.approx(1)


def test_the_fitted_temperature_undoes_a_known_one():
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 2, (4000, 7)).astype(np.float32)
    labels = np.array([rng.choice(7, p=row / row.sum()) for row in softmax(logits).astype(np.float64)])
    assert fit_temperature(logits * 2.5, labels) == pytest.approx(2.5, rel=0.1)


def test_the_fitted_scales_mend_a_network_that_is_too_sure_of_one_class():
    rng = np.random.default_rng(4)
    honest = rng.normal(0, 2, (6000, 7)).astype(np.float32)
    labels = np.array([rng.choice(7, p=row / row.sum()) for row in softmax(honest).astype(np.float64)])
    spoilt = honest.copy()
    spoilt[:, 3] = (spoilt[:, 3] - 0.5) * 1.6
    scales, shifts = fit_class_scaling(spoilt, labels)
    assert scales == pytest.approx([1, 1, 1, 1 / 1.6, 1, 1, 1], abs=0.1)
    mended = np.asarray(spoilt * scales + shifts, dtype=np.float32)
    errors = [calibration_error(softmax(logits), labels) for logits in (spoilt, mended)]
    assert errors[1] < 0.03 < errors[0]


def test_a_handful_of_pictures_scales_hardly_anything():
    scales, shifts = fit_class_scaling(np.eye(7, dtype=np.float32)[:2], np.array([0, 0]))
    assert scales == pytest.approx(np.ones(7), abs=0.3)
    assert shifts == pytest.approx(np.zeros(7), abs=0.3)


def test_abstention_keeps_as_many_answers_as_the_precision_allows():
    assert fit_abstention(SCORES, LABELS, precision=1.0) == pytest.approx(0.8)
    assert fit_abstention(SCORES, LABELS, precision=0.5) == 0.0


def test_a_precision_out_of_reach_holds_every_answer_back():
    assert fit_abstention(SCORES, np.array([6, 6, 6, 6]), precision=0.5) == 1.0


def test_an_answer_outside_the_classes_present_is_no_choice():
    scores = np.array([[0.1, 0.5, 0, 0.4, 0, 0, 0], [0.4, 0.5, 0, 0.1, 0, 0, 0]], np.float32)
    labels = np.array([3, 0])
    assert accuracy(scores, labels) == 0
    assert present_accuracy(scores, labels) == 1


def test_a_model_that_is_told_the_frequencies_answers_the_frequent_class_more_often():
    scores = np.array([[0.45, 0.55, 0, 0, 0, 0, 0]] * 10, np.float32)
    labels = np.array([0] * 8 + [1] * 2)
    corrected = corrected_for_priors(scores, labels, np.full(7, 1 / 7))
    np.testing.assert_allclose(corrected.sum(axis=1), 1, atol=1e-6)
    assert accuracy(scores, labels) == pytest.approx(0.2)
    assert accuracy(corrected, labels) == pytest.approx(0.8)
