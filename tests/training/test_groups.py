"""Groups of faces: carried from the manifest through the frozen file, and measured by hand-worked numbers."""

import csv
import json

import cv2
import numpy as np
import pytest

from inference.types import EMOTIONS
from tests.training.faces import draw_face
from training import freeze_dataset, read_dataset
from training.__main__ import main
from training.dataset import FaceSet
from training.groups import groups_of, measure_groups


@pytest.fixture
def manifest(tmp_path):
    """Four faces a class, two with glasses and large, two without and small; a note that is free text."""
    rng = np.random.default_rng(1)
    rows = []
    for label, emotion in enumerate(EMOTIONS):
        for number in range(4):
            name, side = f"{emotion}-{number}.png", 160 if number < 2 else 50
            cv2.imwrite(str(tmp_path / name), draw_face(label, rng, side))
            glasses = {"glasses": "yes" if number < 2 else "no"}
            rows.append({"path": name, "label": emotion, "split": "train", "group": "a", "note": "x" * 41, **glasses})
    file = tmp_path / "manifest.csv"
    with file.open("w", newline="", encoding="utf-8") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


def face_set(levels, labels, attributes=()):
    pictures = np.stack([np.full((48, 48, 1), level, np.uint8) for level in levels])
    count = len(levels)
    return FaceSet(
        pictures, np.array(labels), np.zeros((count, 7), np.float32), np.zeros(count, np.bool_), tuple(attributes)
    )


def answers(*classes):
    return np.eye(7, dtype=np.float32)[list(classes)]


def test_attributes_of_a_manifest_survive_freezing_to_the_byte(manifest, tmp_path):
    dataset = read_dataset(manifest)
    assert dataset["train"].attributes[0] == {"side_px": "160", "glasses": "yes"}
    digest = freeze_dataset(dataset, tmp_path / "one.zip")
    frozen = read_dataset(tmp_path / "one.zip")
    assert frozen["train"].attributes == dataset["train"].attributes
    assert freeze_dataset(dataset, tmp_path / "two.zip") == digest


def test_a_broken_file_of_attributes_is_told(manifest, tmp_path, capsys):
    import zipfile

    freeze_dataset(read_dataset(manifest), tmp_path / "one.zip")
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as target, zipfile.ZipFile(tmp_path / "one.zip") as source:
        for name in source.namelist():
            target.writestr(name, b"a,b\n1,2\n" if name == "attributes.csv" else source.read(name))
    assert main(["sheet", str(tmp_path / "two.zip")]) == 1
    assert "attributes.csv" in capsys.readouterr().err


def test_light_and_size_have_their_bounds():
    sides = [{"side_px": side} for side in ("63", "64", "127", "128")]
    found = groups_of(face_set([79, 80, 169, 170], [0, 0, 0, 0], sides))
    assert found["light"].tolist() == ["dark", "medium", "medium", "bright"]
    assert found["size"].tolist() == ["under 64 px", "64 to 127 px", "64 to 127 px", "128 px on"]
    assert found["pose"].tolist() == ["unknown"] * 4  # there is no face in an even grey


def test_a_column_with_many_values_is_no_group():
    told = [{"camera": str(number)} for number in range(13)]
    assert "camera" not in groups_of(face_set([100] * 13, [0] * 13, told))


def test_the_gain_of_a_group_is_the_mean_of_its_paired_differences():
    faces = face_set([10, 10, 10, 10, 200], [0, 1, 2, 3, 4])
    rows = measure_groups(answers(0, 0, 0, 0, 4), answers(0, 1, 2, 0, 0), faces)["light"]
    dark, bright = rows
    assert (dark["group"], dark["n"], dark["first"], dark["second"], dark["difference"]) == ("dark", 4, 0.25, 0.75, 0.5)
    # differences 0, 1, 1, 0: standard deviation 0.5774, over two 0.2887, times 1.96
    assert dark["interval"] == pytest.approx([0.5 - 0.5658, 1.0], abs=1e-3)
    assert (bright["n"], bright["difference"], bright["interval"]) == (1, -1.0, [-1.0, 0.0])


def test_a_face_that_looks_at_the_camera_is_frontal():
    from skimage import data

    portrait = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY)[60:210, 155:305]
    faces = FaceSet(
        cv2.resize(portrait, (48, 48), interpolation=cv2.INTER_AREA)[np.newaxis, ..., np.newaxis],
        np.array([3]),
        np.zeros((1, 7), np.float32),
        np.zeros(1, np.bool_),
    )
    assert groups_of(faces)["pose"].tolist() in (["frontal"], ["half turned"])


def test_the_comparison_tells_of_groups(shipped, manifest, capsys):
    arguments = ["compare", str(shipped), str(shipped), "--data", str(manifest), "--split", "train"]
    assert main([*arguments, "--json"]) == 0
    groups = json.loads(capsys.readouterr().out.splitlines()[-1])["groups"]
    assert {row["group"]: row["n"] for row in groups["glasses"]} == {"yes": 14, "no": 14}
    assert {row["difference"] for rows in groups.values() for row in rows} == {0.0}
