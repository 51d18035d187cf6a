"""A whole run on drawn faces: it learns, resumes exactly, can be cancelled, and leaves a whole bundle or nothing."""

import dataclasses
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from inference.bundle import read_bundle
from inference.classifier import load_classifier
from tests.training.faces import write_tree
from training import (
    BadDataset,
    BadRegistry,
    Cancelled,
    Registry,
    TrainingConfig,
    TrainingError,
    read_dataset,
    recipe_named,
)
from training.__main__ import main
from training.card import write_card
from training.fit import fit_model, learning_rate_at
from training.predict import predict_logits

TINY = dataclasses.replace(recipe_named("small"), width=4, epochs=2, batch_size=32, ema_momentum=0.9)


def fit(tree, folder, should_stop=lambda: False, config=TINY):
    dataset = read_dataset(tree)
    reports = []
    model, _ = fit_model(config, dataset, folder, on_epoch=reports.append, should_stop=should_stop)
    return predict_logits(model, dataset["private"].pictures), reports


def test_a_run_learns_drawn_faces_and_registers_a_sealed_bundle(trained):
    out, printed = trained
    bundle = read_bundle(out / "small-1")
    assert bundle.metrics["public"]["accuracy"] > 0.5
    assert bundle.spec.recipe == "small"
    assert "epoch 4/4" in printed
    assert Registry(out).names() == ["small-1"]


def test_the_card_states_the_measured_accuracy(trained):
    bundle = read_bundle(trained[0] / "small-1")
    card = (bundle.path / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"Accuracy {bundle.metrics['private']['accuracy']:.4f}" in card


def test_litert_and_tensorflow_agree_on_the_trained_weights(trained, drawn_faces):
    bundle = read_bundle(trained[0] / "small-1")
    faces = read_dataset(drawn_faces)["train"].pictures[:40]
    served, reference = (load_classifier(bundle, backend=name).classify(faces) for name in ("litert", "tensorflow"))
    np.testing.assert_allclose(served, reference, atol=1e-3)


def test_evaluate_prints_one_json_object_last(trained, drawn_faces, capsys):
    bundle = str(trained[0] / "small-1")
    assert main(["evaluate", "--bundle", bundle, "--data", str(drawn_faces), "--split", "test", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    wanted = {"n", "accuracy", "balanced_accuracy", "macro_f1", "ece", "nll", "per_class", "confusion", "ms_per_face"}
    assert wanted <= set(figures)
    assert sum(map(sum, figures["confusion"])) == figures["n"]


def test_a_lab_folder_without_splits_and_without_every_class_is_measured_whole(shipped, tmp_path, capsys):
    folder = write_tree(tmp_path / "lab", 3)
    for missing in ("neutral", "disgust"):
        shutil.rmtree(folder / missing)
    assert main(["evaluate", "--bundle", str(shipped), "--data", str(folder), "--json"]) == 0
    told, figures = capsys.readouterr().out.splitlines()[-2:]
    figures = json.loads(figures)
    assert (figures["n"], figures["split"]) == (15, "all")
    assert figures["present"]["classes"] == ["angry", "fear", "happy", "sad", "surprise"]
    assert 0 <= figures["present"]["prior_corrected"]["accuracy"] <= 1
    assert "each as frequent as any other" in told
    assert main(["compare", str(shipped), str(shipped), "--data", str(folder)]) == 0
    with pytest.raises(BadDataset):
        read_dataset(folder)


def test_a_killed_run_goes_on_as_if_it_had_not_been_and_one_seed_gives_one_network(drawn_faces, tmp_path):
    whole, _ = fit(drawn_faces, tmp_path / "whole")
    asked = iter(range(1000))
    with pytest.raises(Cancelled):
        fit(
            drawn_faces, tmp_path / "killed", should_stop=lambda: next(asked) > 9
        )  # seven steps an epoch: in its second
    resumed, reports = fit(drawn_faces, tmp_path / "killed")
    assert [report.epoch for report in reports] == [2]
    np.testing.assert_allclose(resumed, whole, rtol=1e-4, atol=1e-4)


def test_a_failed_command_says_why_in_one_line_and_leaves_nothing(tmp_path, capsys):
    arguments = ["train", "--recipe", "small", "--data", str(tmp_path / "none"), "--out", str(tmp_path / "out")]
    assert main(arguments) == 1
    assert capsys.readouterr().err == f"error: There is no data set at {tmp_path / 'none'}.\n"
    assert not (tmp_path / "out").exists()


def test_a_taken_name_is_refused_and_the_bundle_stays(trained):
    registry = Registry(trained[0])
    with registry.draft() as draft, pytest.raises(BadRegistry, match="already holds"):
        registry.add(draft, "small-1")
    assert read_bundle(trained[0] / "small-1").spec.recipe == "small"


@pytest.mark.parametrize("name", ["", "../out", ".hidden", "a/b"])
def test_a_name_that_leaves_the_registry_is_refused(tmp_path, name):
    registry = Registry(tmp_path / "registry")
    with registry.draft() as draft, pytest.raises(BadRegistry, match="no name"):
        registry.add(draft, name)
    assert registry.names() == []


def test_an_unknown_recipe_is_refused():
    with pytest.raises(TrainingError, match="flagship"):
        recipe_named("magic")


def test_the_learning_rate_rises_then_falls_to_almost_nothing():
    config = TrainingConfig(recipe="x", learning_rate=1.0, warmup=0.1)
    rates = [learning_rate_at(share, config) for share in (0.0, 0.05, 0.1, 0.55, 1.0)]
    assert rates == pytest.approx([0.01, 0.5, 1.0, 0.5, 1e-4])


def test_importing_the_school_loads_neither_keras_nor_statistics():
    costly = ("keras", "tensorflow", "scipy.stats", "scipy.special")
    code = f"import sys, training; sys.exit(any(name in sys.modules for name in {costly}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_card_says_so_where_every_test_picture_was_trained_on(trained):
    bundle = read_bundle(trained[0] / "small-1")
    private = {**bundle.metrics["private"], "unseen": {"n": 0}}
    assert "the figures say little" in write_card(bundle.spec, {**bundle.metrics, "private": private})
