"""Why work of a worker failed: kept as the text's template with its values, shown in the language of whoever reads it.

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
    return {"error_message": text[:MOST], "error_params": match_template(text, language)}


def translated_error(message: str, params: dict[str, Any]) -> str:
    """The stored error in the reader's language; a row of before, without a template, gets it now."""
    parsed = params or (_earlier(message) if message and not _is_source() else {})
    return gettext(parsed["text"]) % parsed["values"] if parsed else message


def match_template(text: str, language: str = SOURCE) -> dict[str, Any]:
    """`text`, the msgid, and its `values`; empty where no template fits: then the text itself is all there is."""
    plain, templates = _templates(language)
    if text in plain:
        return {"text": plain[text], "values": {}}
    fitting = [entry for entry in templates if all(piece in text for piece in entry[2])]
    for template, msgid, _pieces in fitting:  # those with the most letters of their own come first
        match = _pattern(template).fullmatch(text)
        if match is not None:
            return {"text": msgid, "values": _values(template, match)}
    return {}


@lru_cache(maxsize=256)
def _earlier(message: str) -> dict[str, Any]:
    return match_template(message)


def _is_source() -> bool:
    return (translation.get_language() or SOURCE).split("-")[0] == SOURCE


@lru_cache
def _templates(language: str) -> tuple[dict[str, str], list[tuple[str, str, list[str]]]]:
    """Texts without values, as msgids by their wording; and templates with values: wording, msgid, pieces between."""
    texts: dict[str, str] = {sentence: sentence for sentence in ENGINE_SENTENCES}
    for msgid, translated in catalogue_of(TRANSLATED)._catalog.items():
        if isinstance(msgid, str) and msgid:
            texts[msgid if language == SOURCE else translated] = msgid
    plain = {template: msgid for template, msgid in texts.items() if "%(" not in template}
    filled = [(template, msgid, _pieces(template)) for template, msgid in texts.items() if "%(" in template]
    filled = [entry for entry in filled if _letters(entry[2]) >= LEAST_LETTERS]
    return plain, sorted(filled, key=lambda entry: -_letters(entry[2]))


def _pieces(template: str) -> list[str]:
    return [piece.replace("%%", "%") for piece in _VALUE.split(template)[::3]]


def _letters(pieces: list[str]) -> int:
    return sum(letter.isalpha() for piece in pieces for letter in piece)


@lru_cache(maxsize=64)
def _pattern(template: str) -> re.Pattern[str]:
    parts = _VALUE.split(template)
    pattern = ""
    for index in range(0, len(parts) - 1, 3):
        pattern += re.escape(parts[index].replace("%%", "%")) + _KINDS[parts[index + 2]]
    return re.compile(pattern + re.escape(parts[-1].replace("%%", "%")), re.DOTALL)


def _values(template: str, match: re.Match[str]) -> dict[str, Any]:
    names = _VALUE.findall(template)
    return {name: int(text) if kind == "d" else text for (name, kind), text in zip(names, match.groups(), strict=True)}
