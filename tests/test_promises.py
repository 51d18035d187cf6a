"""Whatever the documents promise is in them, and has its test (docs/security.md, "What the documents promise")."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path

from inference import FaceReading
from webplatform.history.models import Observation, Track

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
ROW = re.compile(r"^\| (?P<sentence>.+) \| (?P<document>[\w./-]+\.md) \| `(?P<test>tests/[^`]+)` \|$", re.MULTILINE)


def promises() -> list[tuple[str, str, str]]:
    """Sentence, document, test."""
    table = (DOCS / "security.md").read_text(encoding="utf-8").partition("## What the documents promise")[2]
    return [(row["sentence"], row["document"], row["test"]) for row in ROW.finditer(table)]


def told(document: str) -> str:
    """The text of a document, as one line, without the table that quotes it and in small letters."""
    text = (DOCS / document).read_text(encoding="utf-8").partition("## What the documents promise")[0]
    return " ".join(text.replace("**", "").split()).lower()


def has_test(named: str) -> bool:
    path, _colons, name = named.partition("::")
    if not (ROOT / path).is_file():
        return False
    tree = ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    return not name or any(getattr(node, "name", None) == name for node in tree)


def test_each_promise_stands_in_its_document():
    assert len(promises()) > 20
    assert [row for row in promises() if row[0].lower() not in told(row[1])] == []


def test_each_promise_has_its_test():
    assert [row for row in promises() if not has_test(row[2])] == []


def test_every_test_that_the_documents_name_exists():
    """Also outside of the table: paths below tests/, with or without that folder in front."""
    found = set()
    for document in (*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        found |= set(re.findall(r"`(?:tests/)?((?:\w+/)*test_\w+\.py)", document.read_text(encoding="utf-8")))
    assert [path for path in sorted(found) if not (ROOT / "tests" / path).is_file()] == []


def test_no_embedding_of_a_face_is_stored():
    """A face is a number, a box, seven scores and a reason: nothing by which it could be known again."""
    assert [field.name for field in fields(FaceReading)] == ["track", "box", "scores", "reason"]
    assert {field.name for field in Track._meta.concrete_fields} == {"id", "session", "number"}
    scores = {"angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"}
    columns = {"id", "session", "track", "t_ms", "x", "y", "w", "h", "dominant", "reason", *scores}
    assert {field.name for field in Observation._meta.concrete_fields} == columns
