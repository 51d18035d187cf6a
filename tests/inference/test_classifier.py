from __future__ import annotations

import resource
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from inference.bundle import Bundle, ModelSpec
from inference.classifier import Classifier, load_classifier
from tests.inference.conftest import SPEC

Backend = Literal["litert", "tensorflow"]
BACKENDS: tuple[Backend, ...] = ("litert", "tensorflow")
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network with random weights, in both of a bundle's formats."""
    import keras  # here, because every process of a run reads this file, and one of them runs it
    import tensorflow as tf

    folder = tmp_path_factory.mktemp("weights")
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((48, 48, 1)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(4, 3, strides=2, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Flatten(),
            keras.layers.Dense(7),
        ]
    )
    model.save(folder / "model.keras")
    (folder / "model.tflite").write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
    return folder


Load = Callable[..., Classifier]


@pytest.fixture
def load(weights: Path) -> Load:
    def loaded(backend: Backend = "litert", spec: ModelSpec = SPEC) -> Classifier:
        return load_classifier(Bundle(weights, spec, {}, ""), backend=backend)

    return loaded


def _faces(count: int) -> np.ndarray:
    return RNG.integers(0, 256, (count, 48, 48, 1), dtype=np.uint8)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("count", [0, 1, 2, 8, 9, 32, 33, 70])
def test_any_number_of_faces_gets_one_row_each_that_sums_to_one(load: Load, backend: Backend, count: int) -> None:
    scores = load(backend).classify(_faces(count))

    assert scores.shape == (count, 7)
    assert scores.dtype == np.float32
    assert np.allclose(scores.sum(axis=1), 1, atol=1e-6)


def test_litert_agrees_with_tensorflow_to_a_thousandth(load: Load) -> None:
    faces = _faces(40)

    assert np.abs(load("litert").classify(faces) - load("tensorflow").classify(faces)).max() < 1e-3


def test_a_face_scores_the_same_alone_and_among_others(load: Load) -> None:
    classifier, faces = load(), _faces(41)

    alone = np.concatenate([classifier.classify(face[np.newaxis]) for face in faces])

    assert np.allclose(classifier.classify(faces), alone, atol=1e-5)


def test_a_mirroring_model_scores_a_face_as_its_mirror_image(load: Load) -> None:
    classifier, faces = load(spec=replace(SPEC, mirror=True)), _faces(3)

    assert np.allclose(classifier.classify(faces), classifier.classify(faces[:, :, ::-1]), atol=1e-6)
    assert not np.allclose(load().classify(faces), load().classify(faces[:, :, ::-1]), atol=1e-6)


def test_a_high_temperature_flattens_the_scores_and_keeps_their_order(load: Load) -> None:
    faces = _faces(5)
    plain, warm = load().classify(faces), load(spec=replace(SPEC, temperature=4.0)).classify(faces)

    assert (warm.max(axis=1) < plain.max(axis=1)).all()
    assert np.array_equal(warm.argmax(axis=1), plain.argmax(axis=1))


def test_the_faces_are_left_as_they_were(load: Load) -> None:
    faces = _faces(3)
    before = faces.copy()

    load(spec=replace(SPEC, mirror=True)).classify(faces)

    assert np.array_equal(faces, before)


def test_earlier_scores_stay_what_they_were_when_more_faces_follow(load: Load) -> None:
    classifier, faces = load(), _faces(2)
    first = classifier.classify(faces[:1])
    kept = first.copy()

    classifier.classify(faces[1:])

    assert np.array_equal(first, kept)


@pytest.mark.parametrize("backend", BACKENDS)
def test_memory_stays_flat_over_many_calls(load: Load, backend: Backend) -> None:
    classifier = load(backend)
    batches = [_faces(count) for count in (1, 3, 8, 20, 32)]
    for faces in batches * 10:
        classifier.classify(faces)
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    for faces in batches * 60:
        classifier.classify(faces)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib < 8 * 1024


@pytest.mark.parametrize(("pads", "batches"), [(False, [4, 1, 1]), (True, [16])])
def test_a_batch_is_padded_only_where_that_saves_time(pads: bool, batches: list[int]) -> None:
    asked: list[int] = []

    class Network:
        def __init__(self) -> None:
            self.pads, self.sizes = pads, (1, 4, 16)

        def run(self, faces: np.ndarray) -> np.ndarray:
            asked.append(len(faces))
            return np.zeros((len(faces), 7), np.float32)

    assert Classifier(replace(SPEC, mirror=False), Network()).classify(_faces(6)).shape == (6, 7)
    assert asked == batches
