"""The Indonesian pages are complete, and the catalogue that runs is the one that is written."""

from __future__ import annotations

import ast
import gettext
import json
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.template import Engine
from django.template.base import Node, Template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

from webplatform.settings import ROOT

FOLDER = ROOT / "webplatform" / "locale" / "id" / "LC_MESSAGES"
MARKS = {"_", "gettext", "gettext_lazy", "ngettext"}
TEMPLATES = sorted(path for path in (ROOT / "webplatform").rglob("templates/**/*") if path.suffix in (".html", ".txt"))
MODULES = sorted(path for path in (ROOT / "webplatform").rglob("*.py") if "migrations" not in path.parts)


DOMAINS = ("django", "djangojs")
SCRIPTS = sorted((ROOT / "webplatform" / "static" / "js").rglob("*.js"))
STRING = r'"((?:[^"\\]|\\.)*)"'


def entries_of(domain: str) -> dict[str, polib.POEntry]:
    return {entry.msgid: entry for entry in polib.pofile(str(FOLDER / f"{domain}.po"))}


@pytest.fixture(scope="module")
def written() -> dict[str, polib.POEntry]:
    return entries_of("django")


def _texts_of_template(template: Template) -> Iterator[str]:
    for node in template.nodelist.get_nodes_by_type(TranslateNode):
        if isinstance(literal := node.filter_expression.var.literal, str):
            yield literal
    for node in template.nodelist.get_nodes_by_type(BlockTranslateNode):
        yield _text_of_block(node)


def _text_of_block(node: Node) -> str:
    return node.render_token_list(node.singular)[0]


def _texts_of_module(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def test_every_text_of_a_template_is_translated(written):
    parse = Engine.get_default().from_string
    texts = {text for path in TEMPLATES for text in _texts_of_template(parse(path.read_text(encoding="utf-8")))}
    assert sorted(text for text in texts if text not in written) == []


def test_every_text_of_a_module_is_translated(written):
    texts = {text for path in MODULES for text in _texts_of_module(path)}
    assert sorted(text for text in texts if text not in written) == []


def _texts_of_script(script: str) -> set[tuple[str, str]]:
    """Each text with its plural, empty where it has none; what is no plain string cannot be found by a translator."""
    found = re.findall(rf"\bgettext\(\s*{STRING}\s*,?\s*\)|\bngettext\(\s*{STRING},\s*{STRING},", script)
    assert len(found) == len(re.findall(r"\bn?gettext\(", script)), script[:200]
    return {(json.loads(f'"{text or one}"'), json.loads(f'"{many}"')) for text, one, many in found}


def test_the_texts_of_the_scripts_are_the_translated_ones():
    used = {text for path in SCRIPTS for text in _texts_of_script(path.read_text(encoding="utf-8"))}
    assert used == {(entry.msgid, entry.msgid_plural) for entry in entries_of("djangojs").values()}


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_translation_is_empty_or_only_guessed(domain):
    entries = entries_of(domain).values()
    unfinished = [entry.msgid for entry in entries if not entry.translated() or "fuzzy" in entry.flags]
    assert unfinished == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_translation_fills_in_the_same_values_as_its_text(domain):
    for entry in entries_of(domain).values():
        texts = list(entry.msgstr_plural.values()) or [entry.msgstr]
        for text in texts:
            assert _values_in(text) == _values_in(entry.msgid_plural or entry.msgid), entry.msgid


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_compiled_catalogue_is_the_written_one(domain):
    with (FOLDER / f"{domain}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in entries_of(domain).values():
        if entry.msgid_plural:
            assert compiled.ngettext(entry.msgid, entry.msgid_plural, 2) == entry.msgstr_plural[0]
        else:
            assert compiled.gettext(entry.msgid) == entry.msgstr


def _values_in(text: str) -> set[str]:
    """The names of %(…)s and {…} in a text."""
    named = {piece.split(")")[0] for piece in text.split("%(")[1:]}
    braced = {piece.split("}")[0] for piece in text.split("{")[1:]}
    return named | braced
