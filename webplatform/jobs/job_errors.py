"""Why work of a worker failed: kept as the text's template with its values, told in the language of whoever reads it.

A worker raises one sentence, in one language. Its template is found again among the translated texts, so that no place
that raises an error has to know that a worker may be what raised it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any  # values of a text, as JSON holds them

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation.trans_real import translation as catalogue_of

from webplatform.jobs.engine_sentences import ENGINE_SENTENCES

MOST = 500
SOURCE, TRANSLATED = "en", "id"  # what msgids are written in, and a catalogue that has all of them
_VALUE = re.compile(r"%\((\w+)\)([sd])")
_KINDS = {"s": r"(.+)", "d": r"(-?\d+)"}
LEAST_LETTERS = 7  # a template with fewer of its own fits too much


def stored_error(text: str, language: str = SOURCE) -> dict[str, Any]:
    """The fields of a row whose work failed with this text, which was said in `language`."""
    text = str(text)
    return {"error_message": text[:MOST], "error_params": taken_apart(text, language)}


def told_error(message: str, params: dict[str, Any]) -> str:
    """The stored error in the reader's language; rows of before, without a template, are taken apart now."""
    known = params or (_earlier(message) if message and not _is_source() else {})
    return gettext(known["text"]) % known["values"] if known else message


def taken_apart(text: str, language: str = SOURCE) -> dict[str, Any]:
    """`text`, the msgid, and its `values`; empty where no template fits: then the text itself is all there is."""
    plain, templates = _templates(language)
    if text in plain:
        return {"text": plain[text], "values": {}}
    fitting = [known for known in templates if all(piece in text for piece in known[2])]
    for said, msgid, _pieces in fitting:  # those with the most letters of their own come first
        found = _pattern(said).fullmatch(text)
        if found is not None:
            return {"text": msgid, "values": _values(said, found)}
    return {}


@lru_cache(maxsize=256)
def _earlier(message: str) -> dict[str, Any]:
    return taken_apart(message)


def _is_source() -> bool:
    return (translation.get_language() or SOURCE).split("-")[0] == SOURCE


@lru_cache
def _templates(language: str) -> tuple[dict[str, str], list[tuple[str, str, list[str]]]]:
    """The texts without values, as msgids by what is said; and those with values: said, msgid, pieces between."""
    texts: dict[str, str] = {sentence: sentence for sentence in ENGINE_SENTENCES}
    for msgid, said in catalogue_of(TRANSLATED)._catalog.items():
        if isinstance(msgid, str) and msgid:
            texts[msgid if language == SOURCE else said] = msgid
    plain = {said: msgid for said, msgid in texts.items() if "%(" not in said}
    filled = [(said, msgid, _pieces(said)) for said, msgid in texts.items() if "%(" in said]
    filled = [known for known in filled if _letters(known[2]) >= LEAST_LETTERS]
    return plain, sorted(filled, key=lambda known: -_letters(known[2]))


def _pieces(said: str) -> list[str]:
    return [piece.replace("%%", "%") for piece in _VALUE.split(said)[::3]]


def _letters(pieces: list[str]) -> int:
    return sum(letter.isalpha() for piece in pieces for letter in piece)


@lru_cache(maxsize=64)
def _pattern(said: str) -> re.Pattern[str]:
    parts = _VALUE.split(said)
    pattern = ""
    for at in range(0, len(parts) - 1, 3):
        pattern += re.escape(parts[at].replace("%%", "%")) + _KINDS[parts[at + 2]]
    return re.compile(pattern + re.escape(parts[-1].replace("%%", "%")), re.DOTALL)


def _values(said: str, found: re.Match[str]) -> dict[str, Any]:
    names = _VALUE.findall(said)
    return {name: int(text) if kind == "d" else text for (name, kind), text in zip(names, found.groups(), strict=True)}
