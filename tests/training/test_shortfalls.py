"""Missing and very small classes, against counts by hand."""

from inference.types import EMOTIONS
from training.shortfalls import Shortfall, find_shortfalls


def test_missing_and_small_classes_are_found_by_split():
    counts = {split: dict.fromkeys(EMOTIONS, 1000) for split in ("train", "public", "private")}
    assert find_shortfalls(counts) == []
    counts["train"] |= {"disgust": 0, "fear": 49, "sad": 50}
    counts["private"] |= {"happy": 24, "neutral": 25}
    found = find_shortfalls(counts)
    expected = [("train", "disgust", 0, 50), ("train", "fear", 49, 50), ("private", "happy", 24, 25)]
    assert found == [Shortfall(*row) for row in expected]
    assert [one.is_missing for one in found] == [True, False, False]
