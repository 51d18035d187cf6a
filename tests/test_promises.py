"""Whatever the documents promise is in them, and has its test (docs/security.md, "What the documents promise")."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path

from inference import FaceReading
from webplatform.history.models import Observation, Track

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
APPS = sorted(path.parent.name for path in (ROOT / "webplatform").glob("*/apps.py"))
ROW = re.compile(r"^\| (?P<sentence>.+) \| (?P<document>[\w./-]+\.md) \| `(?P<test>tests/[^`]+)` \|$", re.MULTILINE)


def promises() -> list[tuple[str, str, str]]:
    """Sentence, document, test."""
    table = (DOCS / "security.md").read_text(encoding="utf-8").partition("## What the documents promise")[2]
    return [(row["sentence"], row["document"], row["test"]) for row in ROW.finditer(table)]


def told(document: str) -> str:
    """The text of a document, as one line, without the table that quotes it and in small letters."""
    text = (DOCS / document).read_text(encoding="utf-8").partition("## What the documents promise")[0]
    return " ".join(text.replace("**", "").split()).lower()


def source(path: str) -> str:
    file = ROOT / path
    return file.read_text(encoding="utf-8") if file.is_file() else ""


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


def test_the_path_from_a_withdrawal_to_its_files_names_code_that_exists():
    drawn = (DOCS / "architecture.md").read_text(encoding="utf-8").partition("## Withdrawal to file gone")[2]
    named = re.findall(rf"\b({'|'.join(APPS)})\.(\w+)(?:\.(\w+))?", drawn.partition("\n## ")[0])
    assert len(named) > 10
    modules = [(import_module(f"webplatform.{app}.{module}"), name) for app, module, name in named]
    assert [f"{module.__name__}.{name}" for module, name in modules if name and not hasattr(module, name)] == []
    listeners = {app for app in APPS if "@receiver(consent_withdrawn)" in source(f"webplatform/{app}/signals.py")}
    assert listeners == {app for app, module, _name in named if module == "signals"}


def test_the_table_of_changes_names_code_that_exists_and_covers_what_is_often_changed():
    table = source("CONTRIBUTING.md").partition("## Change this, look there")[2].partition("\n## ")[0]
    symbols = re.findall(r"`(\w+)` in \[([\w/]+\.\w+)\]", table)
    assert len(symbols) >= 5
    assert [pair for pair in symbols if not re.search(rf"\b{pair[0]}\b", source(pair[1]))] == []
    files = [
        "exporting/formats",
        "studies/forms.py",
        "webhooks/models.py",
        "studies/retention_policy.py",
        "live/stale_connections.py",
    ]
    files += ["participation/participants.py", "studies/roles.py", "studies/variables.py", "settings.py"]
    paths = [*(f"webplatform/{file}" for file in files), "inference/quality.py", "training/recipes.py"]
    assert [path for path in paths if f"({path})" not in table] == []


def test_no_embedding_of_a_face_is_stored():
    """A face is a number, a box, seven scores and a reason: nothing by which it could be known again."""
    assert [field.name for field in fields(FaceReading)] == ["track", "box", "scores", "reason"]
    assert {field.name for field in Track._meta.concrete_fields} == {"id", "session", "number"}
    scores = {"angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"}
    columns = {"id", "session", "track", "t_ms", "x", "y", "w", "h", "dominant", "reason", *scores}
    assert {field.name for field in Observation._meta.concrete_fields} == columns
