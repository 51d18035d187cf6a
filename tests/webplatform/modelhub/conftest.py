"""Small bundles that are whole and sealed, with weights that nobody loads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import inference
from inference.bundle import CARD_FILE, KERAS_FILE, LITERT_FILE, METRICS_FILE, seal_bundle, write_spec
from webplatform.modelhub.engines import forget_engines

MakeBundle = Callable[[Path, str], Path]


@pytest.fixture
def make_bundle() -> MakeBundle:
    """`make_bundle(folder, version)`: a sealed bundle whose digest depends on its version."""

    def make(folder: Path, version: str = "1") -> Path:
        folder.mkdir(parents=True)
        for name in (KERAS_FILE, LITERT_FILE, CARD_FILE):
            (folder / name).write_text(f"{name} {version}")
        (folder / METRICS_FILE).write_text('{"accuracy": 0.6}')
        created = "2026-01-01T00:00:00Z"
        spec = inference.ModelSpec(name="raut-tiny", version=version, recipe="test", seed=1, created=created)
        write_spec(folder, spec)
        seal_bundle(folder)
        return folder

    return make


@pytest.fixture
def shipped(tmp_path: Path, make_bundle: MakeBundle, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle that stands for the one the project ships."""
    folder = make_bundle(tmp_path / "project" / "bundles" / "raut", "shipped")
    monkeypatch.setattr(inference, "SHIPPED_BUNDLE", folder)
    return folder


@pytest.fixture(autouse=True)
def _no_engines_left():
    yield
    forget_engines()
