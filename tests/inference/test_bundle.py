from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from inference.bundle import CHECKSUM_FILE, REQUIRED_FILES, SPEC_FILE, read_bundle, seal_bundle, write_spec
from inference.errors import BadBundle
from tests.inference.conftest import SPEC


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "bundle"
    made.mkdir()
    for name in REQUIRED_FILES:
        (made / name).write_text("{}")
    write_spec(made, SPEC)
    seal_bundle(made)
    return made


def _rewrite_spec(folder: Path, **changes: object) -> None:
    (folder / SPEC_FILE).write_text(json.dumps({**asdict(SPEC), **changes}))
    seal_bundle(folder)


def test_a_sealed_bundle_is_read_back_as_it_was_written(folder: Path) -> None:
    bundle = read_bundle(folder)

    assert bundle.spec == SPEC
    assert bundle.metrics == {}
    assert len(bundle.digest) == 64


def test_two_bundles_differ_in_their_digest_when_one_number_differs(folder: Path) -> None:
    before = read_bundle(folder).digest
    write_spec(folder, replace(SPEC, temperature=1.5))
    seal_bundle(folder)

    assert read_bundle(folder).digest != before


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadBundle, match="no model bundle"):
        read_bundle(tmp_path / "nowhere")


@pytest.mark.parametrize("name", REQUIRED_FILES)
def test_a_missing_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(BadBundle, match=name):
        read_bundle(folder)


@pytest.mark.parametrize("name", REQUIRED_FILES)
def test_a_changed_file_is_refused(folder: Path, name: str) -> None:
    with (folder / name).open("a") as out:
        out.write(" ")

    with pytest.raises(BadBundle, match="checksum"):
        read_bundle(folder)


def test_a_file_without_a_checksum_is_refused(folder: Path) -> None:
    (folder / "more.bin").write_text("x")

    with pytest.raises(BadBundle, match=r"more\.bin"):
        read_bundle(folder)


def test_a_bundle_that_does_not_list_a_required_file_is_refused(folder: Path) -> None:
    (folder / "model.tflite").unlink()
    seal_bundle(folder)

    with pytest.raises(BadBundle, match="does not list"):
        read_bundle(folder)


@pytest.mark.parametrize("name", ["../outside", ".hidden", "/etc/passwd"])
def test_a_checksum_of_a_file_outside_the_bundle_is_refused(folder: Path, name: str) -> None:
    with (folder / CHECKSUM_FILE).open("a") as out:
        out.write(f"{'0' * 64}  {name}\n")

    with pytest.raises(BadBundle, match="outside"):
        read_bundle(folder)


def test_checksums_that_cannot_be_read_are_refused(folder: Path) -> None:
    (folder / CHECKSUM_FILE).write_bytes(b"\xff\xfe nonsense")

    with pytest.raises(BadBundle, match="no readable"):
        read_bundle(folder)


@pytest.mark.parametrize(
    "changes",
    [{"temperature": 0}, {"temperature": -1.0}, {"input_size": 0}, {"channels": 3}, {"emotions": ["happy", "sad"]}],
)
def test_a_spec_that_cannot_be_served_is_refused(folder: Path, changes: dict[str, object]) -> None:
    _rewrite_spec(folder, **changes)

    with pytest.raises(BadBundle):
        read_bundle(folder)


def test_a_spec_with_an_unknown_field_is_refused(folder: Path) -> None:
    _rewrite_spec(folder, colour="blue")

    with pytest.raises(BadBundle, match="colour"):
        read_bundle(folder)


@pytest.mark.parametrize(
    "write",
    [
        lambda file: file.write_text("{"),
        lambda file: file.write_text("[]"),
        lambda file: file.write_text('{"name": 1}'),
    ],
)
def test_a_spec_that_is_no_spec_is_refused(folder: Path, write: Callable[[Path], object]) -> None:
    write(folder / SPEC_FILE)
    seal_bundle(folder)

    with pytest.raises(BadBundle):
        read_bundle(folder)
