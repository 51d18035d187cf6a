"""Changes, costs and steps where the network runs, several heads, and files of scores that teach."""

import dataclasses

import numpy as np
import pytest

from tests.training.faces import draw_face
from training import TrainingError, read_dataset, recipe_named
from training.checkpoint import read_fitted
from training.config import Augmentation
from training.fit import fit_model
from training.model import HEADS, build_model, set_mix
from training.predict import predict_logits
from training.teachers import blend_targets, read_scores, teach

NEVER = lambda: False  # noqa: E731


def pictures(count=8):
    rng = np.random.default_rng(1)
    return np.stack([draw_face(at % 7, rng) for at in range(count)])[..., np.newaxis]


def changed(how, count=8, seed=1):
    from training.changes import RandomChanges

    return np.asarray(RandomChanges(how, 48, seed)(pictures(count)))


def tiny(recipe="student", **changes):
    given = {"width": 4, "epochs": 2, "passes": 1, "batch_size": 32, "steps_per_call": 2, "views": 0}
    return dataclasses.replace(recipe_named(recipe), **(given | changes))


@pytest.fixture(scope="module")
def model():
    """An untrained residual network of three heads."""
    return build_model(tiny(mixed_precision=False))


def write_scores(file, names, truth):
    np.savez(file, path=np.array(names, "S"), scores=np.eye(7)[truth].astype(np.float16))
    return str(file)


def test_no_change_on_the_device_leaves_the_pictures_alone():
    np.testing.assert_allclose(changed(Augmentation()), pictures(), atol=0.1)


def test_a_mirrored_picture_is_the_mirror_image_on_the_device():
    out = changed(Augmentation(flip=True), 64)
    turned = [np.allclose(a, b[:, ::-1], atol=0.1) for a, b in zip(out, pictures(64), strict=True)]
    same = [np.allclose(a, b, atol=0.1) for a, b in zip(out, pictures(64), strict=True)]
    assert all(one or other for one, other in zip(same, turned, strict=True))
    assert 10 < sum(turned) < 54


def test_one_seed_gives_one_result_on_the_device_and_grey_levels_stay_in_range():
    how = recipe_named("student").augmentation
    np.testing.assert_array_equal(changed(how), changed(how))
    assert not np.array_equal(changed(how), changed(how, seed=2))
    assert changed(how, 64).min() >= 0
    assert changed(how, 64).max() <= 255


def test_noise_downscaling_and_erasing_reach_their_share_of_the_pictures_only():
    plain = pictures(200).astype(np.float32)
    for how in (Augmentation(noise=0.25), Augmentation(downscale=0.25), Augmentation(erase=0.25)):
        touched = (np.abs(changed(how, 200) - plain).reshape(200, -1).max(axis=1) > 0.5).mean()
        assert 0.12 < touched < 0.38


def test_the_answer_is_the_mean_of_the_heads_scores(model):
    from keras import Model

    told = np.asarray(Model(model.input, model.get_layer(HEADS).output)(pictures().astype(np.float32)))
    powers = np.exp(told.reshape(-1, 3, 7))
    scores = powers / powers.sum(axis=2, keepdims=True)
    for heads in ((0.7, 0.1, 0.2), (0.0, 0.0, 1.0)):
        set_mix(model, heads)
        answer = np.exp(predict_logits(model, pictures()))
        np.testing.assert_allclose(answer, np.einsum("nhc,h->nc", scores, np.array(heads)), atol=1e-5)


def test_light_and_contrast_do_not_change_what_a_residual_network_answers(model):
    dark = (pictures().astype(np.float32) * 0.5 + 20).round().astype(np.uint8)
    np.testing.assert_allclose(predict_logits(model, dark), predict_logits(model, pictures()), atol=0.05)


def test_a_run_with_several_heads_goes_on_from_its_network_and_learns(drawn_faces, tmp_path):
    dataset = read_dataset(drawn_faces)
    config = tiny(learning_rate=0.05, ema_momentum=None)
    model, curves = fit_model(config, dataset, tmp_path, on_epoch=print, should_stop=NEVER)
    assert curves[-1].loss < curves[0].loss
    assert curves[-1].device == "CPU"
    assert curves[-1].pictures_s > 0
    again, told = read_fitted(tmp_path, 2)
    assert told == curves
    shown = dataset["private"].pictures
    np.testing.assert_allclose(predict_logits(again, shown), predict_logits(model, shown), atol=1e-5)


def test_a_network_that_only_teaches_is_asked_about_changed_views(drawn_faces, tmp_path):
    dataset = read_dataset(drawn_faces)
    build_model(tiny("teacher")).save(tmp_path / "teacher.keras")
    config = tiny(teachers=(str(tmp_path / "teacher.keras"),), views=2)
    taught = teach(dataset["train"], config)
    count = len(dataset["train"])
    assert taught.pictures.shape == (2 * count, 48, 48, 1)
    assert taught.targets.shape == (2 * count, 21)
    np.testing.assert_allclose(taught.targets[:, :7].sum(axis=1), 1, atol=1e-5)
    assert not np.array_equal(taught.pictures[0], taught.pictures[1])


def test_a_file_of_scores_teaches_the_pictures_that_it_knows(drawn_faces, tmp_path):
    train = read_dataset(drawn_faces)["train"]
    file = write_scores(tmp_path / "soft.npz", train.names[:5], [3] * 5)
    config = tiny("small", scores=(file,), scores_weights=(0.4,), scores_temperature=1.0, label_smoothing=0.0)
    targets = blend_targets(train, config)
    own = np.eye(7)[train.labels]
    np.testing.assert_allclose(targets[:5], 0.6 * own[:5] + 0.4 * np.eye(7)[3], atol=1e-4)
    np.testing.assert_allclose(targets[5:], own[5:], atol=1e-6)


def test_a_file_that_holds_no_scores_of_these_pictures_is_refused(drawn_faces, tmp_path):
    train = read_dataset(drawn_faces)["train"]
    with pytest.raises(TrainingError, match="knows none"):
        read_scores(train, write_scores(tmp_path / "other.npz", ["train/happy/other.png"], [3]), 1.0)
    (tmp_path / "bad.npz").write_bytes(b"no archive")
    with pytest.raises(TrainingError, match="no file of scores"):
        read_scores(train, tmp_path / "bad.npz", 1.0)
