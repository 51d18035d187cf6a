"""Two models on the same pictures: worked out by hand, and with real bundles."""

import json

import numpy as np
import pytest

from training import BadDataset, compare_bundles, read_dataset
from training.__main__ import main
from training.compare import mcnemar, paired_difference


def answers(*classes):
    return np.eye(7, dtype=np.float32)[list(classes)]


LABELS = np.array([0, 1, 2, 3, 4, 5])


def test_mcnemar_counts_what_one_model_alone_gets_right():
    first, second = answers(0, 0, 0, 3, 4, 0), answers(0, 1, 2, 3, 0, 0)
    assert mcnemar(first, second, LABELS) == {"only_first": 1, "only_second": 2, "p_value": 1.0}


def test_eight_wins_to_none_are_no_chance():
    labels = np.zeros(8, np.int64)
    assert mcnemar(answers(*[1] * 8), answers(*[0] * 8), labels)["p_value"] == pytest.approx(2 / 2**8)


def test_many_pictures_use_the_normal_approximation():
    labels = np.zeros(1200, np.int64)
    first, second = answers(*[0] * 550, *[1] * 650), answers(*[1] * 550, *[0] * 650)
    assert mcnemar(first, second, labels)["p_value"] == pytest.approx(0.0043, abs=2e-4)


def test_the_difference_is_second_minus_first_within_its_interval():
    labels = np.arange(70) % 7
    first = answers(*np.where(np.arange(70) % 2, labels, (labels + 1) % 7))
    found = paired_difference(first, answers(*labels), labels)
    assert found["accuracy"]["value"] == pytest.approx(0.5)
    low, high = found["accuracy"]["interval"]
    assert 0.3 < low < 0.5 < high < 0.7
    assert set(found["f1"]) == {"angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"}


def test_a_model_compared_with_itself_shows_no_difference(small_bundle, drawn_faces):
    faces = read_dataset(drawn_faces)["public"]
    found = compare_bundles(small_bundle, small_bundle, faces)
    assert found["difference"]["accuracy"] == {"value": 0.0, "interval": [0.0, 0.0]}
    assert found["disagreements"] == []
    assert found["models"][0]["name"] == found["models"][1]["name"]


def test_the_command_prints_both_and_the_test(small_bundle, drawn_faces, shipped, capsys):
    arguments = ["compare", str(shipped), str(small_bundle), "--data", str(drawn_faces), "--split", "test", "--json"]
    assert main(arguments) == 0
    printed = capsys.readouterr().out.splitlines()
    assert any("McNemar" in line for line in printed)
    found = json.loads(printed[-1])
    assert found["mcnemar"]["only_second"] > found["mcnemar"]["only_first"]  # the shipped model knows no drawn faces
    assert found["difference"]["accuracy"]["interval"][0] > 0
    assert all(row["first"]["emotion"] != row["second"]["emotion"] for row in found["disagreements"])


def test_no_pictures_are_refused(small_bundle, drawn_faces):
    nothing = read_dataset(drawn_faces)["train"].select(np.zeros(len(read_dataset(drawn_faces)["train"]), bool))
    with pytest.raises(BadDataset, match="no picture"):
        compare_bundles(small_bundle, small_bundle, nothing)


def test_several_bundles_are_measured_as_one(small_bundle, drawn_faces, shipped, capsys):
    bundles = [str(small_bundle), str(shipped)]
    assert main(["evaluate", "--bundle", *bundles, "--data", str(drawn_faces), "--split", "train", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert len(figures["bundles"]) == 2
    assert sum(map(sum, figures["confusion"])) == figures["n"]
