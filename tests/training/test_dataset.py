"""Labelled faces in every layout, and what is refused or reported."""

import csv
import re
import zipfile

import cv2
import numpy as np
import pytest

from inference.types import EMOTIONS
from tests.training.faces import draw_face, write_tree
from training import BadDataset, freeze_dataset, read_dataset


def fer_tree(folder):
    rng = np.random.default_rng(5)
    for label, emotion in enumerate(EMOTIONS):
        for split, name in (("train", "Training"), ("test", "PublicTest"), ("test", "PrivateTest")):
            place = folder / "fer2013" / split / emotion.value
            place.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(place / f"{name}_{label}.png"), draw_face(label, rng))
    return folder


def counts(dataset):
    return {split: sum(classes.values()) for split, classes in dataset.report.counts.items()}


def test_the_fer2013_tree_keeps_its_three_splits(tmp_path):
    assert counts(read_dataset(fer_tree(tmp_path))) == {"train": 7, "public": 7, "private": 7}


def test_the_same_tree_reads_from_a_zip(tmp_path):
    tree = fer_tree(tmp_path / "tree")
    with zipfile.ZipFile(tmp_path / "fer.zip", "w") as archive:
        for file in tree.rglob("*.png"):
            archive.write(file, file.relative_to(tree).as_posix())
    dataset = read_dataset(tmp_path / "fer.zip")
    assert counts(dataset) == {"train": 7, "public": 7, "private": 7}
    assert sorted(dataset["train"].labels.tolist()) == list(range(7))


def test_the_original_csv_reads_pixels_and_usage(tmp_path):
    rng = np.random.default_rng(5)
    with (tmp_path / "fer.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["emotion", "pixels", "Usage"])
        for label in range(7):
            for usage in ("Training", "PublicTest"):
                rows.writerow([label, " ".join(map(str, draw_face(label, rng).ravel())), usage])
        rows.writerow([3, "1 2 3", "Training"])
    dataset = read_dataset(tmp_path / "fer.csv")
    assert counts(dataset) == {"train": 7, "public": 7, "private": 0}
    assert dataset.report.unreadable == ("line 16",)


def test_plain_colour_folders_of_any_size_are_split_without_losing_a_picture(tmp_path):
    dataset = read_dataset(write_tree(tmp_path / "own", 10, side=96))
    assert sum(counts(dataset).values()) == 70
    assert min(counts(dataset).values()) > 0
    assert dataset["train"].pictures.shape[1:] == (48, 48, 1)


def test_a_manifest_keeps_a_person_in_one_split(tmp_path):
    rng = np.random.default_rng(5)
    with (tmp_path / "faces.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "label", "group"])
        for person in range(30):
            for label, emotion in enumerate(EMOTIONS):
                cv2.imwrite(str(tmp_path / f"{person}_{label}.png"), draw_face(label, rng))
                rows.writerow([f"{person}_{label}.png", emotion.value, f"person {person}"])
    dataset = read_dataset(tmp_path / "faces.csv")
    assert all(count % 7 == 0 for count in counts(dataset).values())
    assert counts(dataset)["train"] > counts(dataset)["public"] > 0


def test_votes_soften_the_label_and_every_target_sums_to_one(tmp_path):
    tree = fer_tree(tmp_path)
    (tmp_path / "fer2013_index.csv").write_text(
        "path,ferplus_anger,ferplus_sadness\ntrain/angry/Training_0.png,6,4\n", encoding="utf-8"
    )
    targets = read_dataset(tree)["train"].targets(votes_weight=0.5, label_smoothing=0.0)
    assert targets[0].tolist() == pytest.approx([0.8, 0, 0, 0, 0.2, 0, 0])
    assert targets[1].tolist() == pytest.approx([0, 1, 0, 0, 0, 0, 0])
    assert targets.sum(axis=1).tolist() == pytest.approx([1] * 7)


def test_test_pictures_that_stand_in_train_are_reported_and_removable(tmp_path):
    tree = fer_tree(tmp_path) / "fer2013"
    copy = (tree / "train" / "happy" / "Training_3.png").read_bytes()
    (tree / "test" / "happy" / "PrivateTest_3.png").write_bytes(copy)
    dataset = read_dataset(tmp_path)
    assert dataset.report.also_in_train == 1
    kept = dataset.without_duplicates()
    assert len(kept["private"]) == 6
    assert (counts(dataset)["private"], counts(kept)["private"]) == (7, 6)  # what is said is what is frozen


def test_unreadable_small_and_unknown_pictures_are_left_out_and_named(tmp_path):
    tree = write_tree(tmp_path / "own", 6)
    (tree / "happy" / "broken.png").write_bytes(b"no picture")
    cv2.imwrite(str(tree / "happy" / "tiny.png"), np.zeros((20, 20), np.uint8))
    (tree / "bored").mkdir()
    cv2.imwrite(str(tree / "bored" / "1.png"), np.zeros((48, 48), np.uint8))
    report = read_dataset(tree).report
    assert report.unreadable == ("happy/broken.png", "happy/tiny.png")
    assert report.unknown_classes == {"bored": 1}


def test_a_class_without_training_pictures_is_refused(tmp_path):
    tree = write_tree(tmp_path / "own", 6)
    for file in (tree / "fear").iterdir():
        file.unlink()
    with pytest.raises(BadDataset, match="fear"):
        read_dataset(tree)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "emotion,pixels\n0,a b c d\n0,1.5 2 3 4\n0,99999999999999999999 1 2 3\n\u00b2,1\n0\n",
            "not one readable face",
        ),
        ("emotion,pixels\n0," + "1 " * 100_000 + "\n", "after line 1: field larger than"),
        ("path,label\na.png\n", "not one readable face"),
        ("\ufeffpath,label\na.png,happy\n", "not one readable face"),
        ("path,label,split\na.png,happy,exam\n", "split “exam”"),
        ("path,label,ferplus_anger\na.png,happy,lots\n", "FER+ vote of a.png is “lots”"),
        ("path,label,ferplus_anger\na.png,happy,inf\n", "FER+ vote of a.png is “inf”"),
        ("path,label,ferplus_anger\na.png,happy,-1\n", "FER+ vote of a.png is “-1”"),
    ],
)
def test_a_damaged_csv_says_what_is_wrong_with_it(tmp_path, text, told):
    (tmp_path / "faces.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BadDataset, match=re.escape(told)):
        read_dataset(tmp_path / "faces.csv")


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_csv_in_another_encoding_is_refused_by_that_name(tmp_path, encoding):
    (tmp_path / "faces.csv").write_text("path,label\nj\u00e9.png,happy\n", encoding=encoding)
    with pytest.raises(BadDataset, match="not written in UTF-8"):
        read_dataset(tmp_path / "faces.csv")


@pytest.mark.parametrize("name", ["missing", "notes.txt", "broken.zip", "other.csv"])
def test_what_is_no_data_set_is_refused_in_one_sentence(tmp_path, name):
    if name != "missing":
        (tmp_path / name).write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(BadDataset):
        read_dataset(tmp_path / name)


def test_a_frozen_data_set_reads_back_as_the_same_and_always_has_the_same_digest(tmp_path):
    faces = read_dataset(write_tree(tmp_path / "own", 10))
    first = freeze_dataset(faces, tmp_path / "first.zip")
    assert freeze_dataset(faces, tmp_path / "again.zip") == first
    again = read_dataset(tmp_path / "first.zip")
    for split in ("train", "public", "private"):
        np.testing.assert_array_equal(again[split].pictures, faces[split].pictures)
        np.testing.assert_array_equal(again[split].labels, faces[split].labels)
