"""What a bundle from elsewhere is refused for although its checksums hold. Here it is tried in this process."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any  # Keras, which is imported where it is needed

import pytest

from inference.bundle import seal_bundle
from inference.errors import BadBundle
from inference.tryout import try_out


@pytest.fixture
def bundle_with(bundle_path: Path, tmp_path: Path) -> Callable[[str, bytes], Path]:
    """`bundle_with(name, content)`: the shipped bundle with another file in the place of one of its own."""

    def build(name: str, content: bytes) -> Path:
        folder = shutil.copytree(bundle_path, tmp_path / "bundle")
        (folder / "SHA256SUMS").unlink()
        (folder / name).write_bytes(content)
        seal_bundle(folder)
        return folder

    return build


@pytest.fixture
def network(tmp_path: Path) -> Callable[[Callable[[Any, Any], Any]], bytes]:
    """`network(build)`: a model.keras of what `build(keras, inputs)` returns."""
    import keras

    def save(build: Callable[[Any, Any], Any]) -> bytes:
        inputs = keras.Input((48, 48, 1))
        keras.Model(inputs, build(keras, inputs)).save(tmp_path / "other.keras")
        return (tmp_path / "other.keras").read_bytes()

    return save


@pytest.mark.parametrize("name", ["model.tflite", "model.keras"])
def test_weights_that_are_rubbish_are_refused(bundle_with, name: str) -> None:
    with pytest.raises(BadBundle):
        try_out(bundle_with(name, b"rubbish" * 100))


def test_weights_of_another_shape_are_refused(bundle_with, network) -> None:
    content = network(lambda keras, inputs: keras.layers.Dense(3)(keras.layers.Flatten()(inputs)))
    with pytest.raises(BadBundle, match="seven scores"):
        try_out(bundle_with("model.keras", content))


def test_weights_that_are_no_numbers_are_refused(bundle_with, network) -> None:
    def build(keras: Any, inputs: Any) -> Any:
        nan = keras.initializers.Constant(float("nan"))
        return keras.layers.Dense(7, kernel_initializer=nan)(keras.layers.Flatten()(inputs))

    with pytest.raises(BadBundle, match="agree"):
        try_out(bundle_with("model.keras", network(build)))


def test_a_pickle_in_the_place_of_weights_is_never_unpickled(bundle_with, tmp_path: Path) -> None:
    trap = tmp_path / "trap"

    class Spring:
        def __reduce__(self) -> tuple:
            return eval, (f"__import__('pathlib').Path({str(trap)!r}).touch()",)

    with pytest.raises(BadBundle):
        try_out(bundle_with("model.keras", pickle.dumps(Spring())))
    assert not trap.exists()
