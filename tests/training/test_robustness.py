"""Harmed pictures, the figures on them, and what a run draws and writes of itself."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from inference.bundle import read_bundle
from inference.classifier import load_classifier
from training import BadDataset, measure_robustness, read_dataset
from training.__main__ import main
from training.figures import draw_figures
from training.robustness import HARMS, harm_pictures


@pytest.fixture(scope="module")
def faces(drawn_faces):
    return read_dataset(drawn_faces)["public"]


@pytest.mark.parametrize("harm", HARMS)
def test_every_step_harms_more_than_the_one_before(harm, faces):
    plain = faces.pictures.astype(np.float32)
    harmed = [harm_pictures(faces.pictures, harm, level) for level in HARMS[harm][2]]
    assert all(each.shape == faces.pictures.shape and each.dtype == np.uint8 for each in harmed)
    change = [float(np.abs(each - plain).mean()) for each in harmed]
    assert change[0] > 0
    if harm not in {"rotation", "shift"}:  # waves come round again
        assert change == sorted(change)


def test_darkness_is_a_share_of_the_light(faces):
    np.testing.assert_array_equal(harm_pictures(faces.pictures, "darkness", 0.5), np.round(faces.pictures * 0.5))


def test_a_shift_moves_the_picture_by_its_share(faces):
    moved = harm_pictures(faces.pictures[:1], "shift", 0.25)  # the first one to the right, by 12 of 48 px
    np.testing.assert_array_equal(moved[0, :, 12:], faces.pictures[0, :, :-12])


def test_two_models_see_the_same_noise(faces):
    first, again = (harm_pictures(faces.pictures, "noise", 20) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_a_model_is_worse_on_harmed_faces(small_bundle, faces):
    found = measure_robustness(load_classifier(read_bundle(small_bundle)), faces, count=20)
    assert found["n"] == 20
    assert set(found["harms"]) == set(HARMS)
    worst = min(row["accuracy"] for harm in found["harms"].values() for row in harm["levels"])
    assert worst < found["plain"]["accuracy"]


def test_nothing_to_measure_on_is_refused(small_bundle, faces):
    with pytest.raises(BadDataset, match="no picture"):
        measure_robustness(load_classifier(read_bundle(small_bundle)), faces.select(np.zeros(len(faces), bool)))


def test_a_run_leaves_its_pictures_and_the_sheet_in_the_bundle(small_bundle, drawn_faces):
    for name in ("confusion", "reliability", "risk_coverage", "learning_curves", "robustness"):
        root = ET.parse(small_bundle / f"{name}.svg").getroot()
        assert "".join(root.itertext()).strip()
    sheet = (small_bundle / "DATASET.md").read_text(encoding="utf-8")
    counts = read_bundle(small_bundle).metrics["dataset"]["counts"]
    assert f"**{sum(counts['train'].values())}**" in sheet


def test_the_same_metrics_give_the_same_pictures(small_bundle, tmp_path):
    drawn = draw_figures(read_bundle(small_bundle).metrics, tmp_path)
    assert [file.read_bytes() for file in drawn] == [(small_bundle / file.name).read_bytes() for file in drawn]


def test_metrics_without_a_test_split_draw_what_there_is(small_bundle, tmp_path):
    metrics = {"public": read_bundle(small_bundle).metrics["public"]}
    assert {file.name for file in draw_figures(metrics, tmp_path)} == {
        "confusion.svg",
        "reliability.svg",
        "risk_coverage.svg",
    }


def test_the_sheet_names_what_would_be_left_out(drawn_faces, tmp_path, capsys):
    folder = tmp_path / "faces"
    for label in drawn_faces.iterdir():
        (folder / label.name).mkdir(parents=True)
        for picture in label.iterdir():
            (folder / label.name / picture.name).write_bytes(picture.read_bytes())
    (folder / "happy" / "broken.png").write_bytes(b"no picture")
    (folder / "bored").mkdir()
    (folder / "bored" / "0.png").write_bytes((folder / "happy" / "0.png").read_bytes())
    assert main(["sheet", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert "broken.png" in printed
    assert "bored (1)" in printed
