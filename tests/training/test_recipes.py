"""What sets the recipes apart: a backbone that first stands still, a start from a bundle, teachers, two sizes."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from inference.bundle import read_bundle
from tests.training.faces import write_tree
from training import Registry, TrainingError, read_dataset, recipe_named
from training.__main__ import main
from training.checkpoint import read_checkpoint
from training.export import plain_model
from training.fit import fit_model
from training.model import BACKBONE, build_model, load_model
from training.predict import predict_logits
from training.teachers import blend_targets, mean_scores

NEVER = lambda: False  # noqa: E731


@pytest.fixture(scope="module")
def few_faces(tmp_path_factory):
    return write_tree(tmp_path_factory.mktemp("few") / "own", 8)


def tiny(recipe, **changes):
    return dataclasses.replace(recipe_named(recipe), **{"batch_size": 16, "epochs": 2, "width": 4, **changes})


def backbone_of(model):
    return [np.array(weights) for weights in model.get_layer(BACKBONE).get_weights()]


def test_a_backbone_learns_only_once_it_is_unfrozen(few_faces, tmp_path):
    config = tiny("transfer", weights=None, frozen_epochs=1, input_size=32)

    def kill_after_an_epoch(report):
        raise KeyboardInterrupt

    dataset = read_dataset(few_faces, input_size=config.input_size)
    with pytest.raises(KeyboardInterrupt):
        fit_model(config, dataset, tmp_path, on_epoch=kill_after_an_epoch, should_stop=NEVER)
    frozen, progress = read_checkpoint(tmp_path)
    assert progress.epoch == 1
    fresh = build_model(config)
    for drawn, kept in zip(backbone_of(fresh), backbone_of(frozen), strict=True):
        np.testing.assert_array_equal(drawn, kept)
    unfrozen, curves = fit_model(config, dataset, tmp_path, on_epoch=print, should_stop=NEVER)
    assert [report.epoch for report in curves] == [1, 2]
    assert any((a != b).any() for a, b in zip(backbone_of(fresh), backbone_of(unfrozen), strict=True))


def test_the_backbones_weights_come_from_a_file(tmp_path):
    from keras.applications import VGG16

    made = VGG16(include_top=False, weights=None, input_shape=(48, 48, 3))
    made.save_weights(tmp_path / "own.weights.h5")
    model = build_model(tiny("transfer", weights=str(tmp_path / "own.weights.h5")))
    for ours, theirs in zip(backbone_of(model), made.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_weights_that_do_not_fit_are_refused_in_one_line(few_faces, tmp_path, capsys):
    (tmp_path / "bad.weights.h5").write_bytes(b"none")
    arguments = [
        "--data",
        str(few_faces),
        "--out",
        str(tmp_path / "out"),
        "--weights",
        str(tmp_path / "bad.weights.h5"),
    ]
    assert main(["train", "--recipe", "transfer", *arguments]) == 1
    assert "could not be loaded" in capsys.readouterr().err
    assert Registry(tmp_path / "out").names() == []


def test_resnet50_gives_seven_logits():
    model = build_model(tiny("transfer-resnet50", weights=None))
    assert predict_logits(model, np.zeros((2, 48, 48, 1), np.uint8)).shape == (2, 7)


@pytest.fixture(scope="module")
def tuned(small_bundle, drawn_faces, tmp_path_factory):
    """What one command makes of a bundle that it starts from and that teaches it, too."""
    out, start = tmp_path_factory.mktemp("registry"), ["--weights", str(small_bundle / "model.keras")]
    how = [*start, "--teacher", str(small_bundle), "--epochs", "1", "--learning-rate", "1e-9"]
    assert main(["train", "--recipe", "fine-tune", "--data", str(drawn_faces), "--out", str(out), *how]) == 0
    return read_bundle(out / "fine-tune-1")


def test_fine_tuning_starts_from_the_bundle_and_ends_in_one(small_bundle, tuned):
    assert tuned.spec.recipe == "fine-tune"
    before, after = (bundle.metrics["public"]["accuracy"] for bundle in (read_bundle(small_bundle), tuned))
    assert after == pytest.approx(before, abs=0.1)


def test_weights_of_eight_bits_are_a_quarter_of_the_size(small_bundle, tuned):
    exact, rounded = ((folder / "model.tflite").stat().st_size for folder in (small_bundle, tuned.path))
    assert rounded < 0.4 * exact


def test_a_student_is_trained_by_one_command(small_bundle, tuned):
    assert tuned.metrics["config"]["teachers"] == [str(small_bundle)]


def test_fine_tuning_needs_a_network_to_start_from(few_faces, tmp_path):
    with pytest.raises(TrainingError, match="start from"):
        fit_model(tiny("fine-tune"), read_dataset(few_faces), tmp_path, on_epoch=print, should_stop=NEVER)


def test_a_file_that_is_no_network_is_refused(few_faces, tmp_path):
    (tmp_path / "model.keras").write_bytes(b"none")
    config = tiny("fine-tune", weights=str(tmp_path / "model.keras"))
    with pytest.raises(TrainingError, match="could not be loaded"):
        fit_model(config, read_dataset(few_faces), tmp_path / "state", on_epoch=print, should_stop=NEVER)


def test_teachers_share_in_the_targets(small_bundle, drawn_faces):
    train = read_dataset(drawn_faces)["train"]
    plain, taught = (
        blend_targets(train, tiny("small", teachers=teachers, teachers_weight=0.5, label_smoothing=0.0))
        for teachers in ((), (str(small_bundle),))
    )
    np.testing.assert_allclose(taught.sum(axis=1), 1, atol=1e-5)
    assert plain.max(axis=1).min() == 1
    assert taught[np.arange(len(train)), train.labels].min() >= 0.5
    assert taught.max(axis=1).min() < 1


def test_the_mean_of_one_bundle_is_that_bundle(small_bundle, shipped, drawn_faces):
    faces = read_dataset(drawn_faces)["public"].pictures
    one, other, both = (mean_scores(b, faces) for b in ([small_bundle], [shipped], [small_bundle, shipped]))
    np.testing.assert_allclose((one + other) / 2, both, atol=1e-6)


def test_a_run_may_begin_with_small_pictures_and_end_with_whole_ones(drawn_faces, tmp_path):
    config = tiny("flagship", early_size=32, early_share=0.5, ema_momentum=0.9, mixed_precision=False, epochs=2)
    model, _ = fit_model(config, read_dataset(drawn_faces), tmp_path, on_epoch=print, should_stop=NEVER)
    served, shown = plain_model(model, config), read_dataset(drawn_faces)["public"].pictures
    assert served.input_shape == (None, 48, 48, 1)
    np.testing.assert_allclose(predict_logits(served, shown), predict_logits(model, shown), atol=1e-4)


def test_a_run_may_start_from_the_weights_of_a_bundle(small_bundle):
    keras_file = str(small_bundle / "model.keras")
    config = dataclasses.replace(recipe_named("small"), width=8, weights=keras_file, mixed_precision=True)
    started, bundle = build_model(config), load_model(Path(keras_file))
    for ours, theirs in zip(started.get_weights(), bundle.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_weights_of_another_shape_are_refused_with_a_word(small_bundle):
    with pytest.raises(TrainingError, match="another shape"):
        build_model(dataclasses.replace(tiny("small"), weights=str(small_bundle / "model.keras")))


def test_teachers_look_at_four_views_whose_mean_knows_no_left_and_right(small_bundle, drawn_faces):
    train = read_dataset(drawn_faces)["train"]
    mirrored = dataclasses.replace(train, pictures=np.ascontiguousarray(train.pictures[:, :, ::-1]))
    config = tiny("small", teachers=(str(small_bundle),), teachers_weight=1.0)
    np.testing.assert_allclose(blend_targets(train, config), blend_targets(mirrored, config), atol=0.02)
