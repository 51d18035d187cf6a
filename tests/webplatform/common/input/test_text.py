"""Names and titles as they are kept, and as spreadsheets get them."""

from __future__ import annotations

import pytest

from inference import defuse_cell
from webplatform.analysis.uploads import _clean_name
from webplatform.common.input.text import shown_text
from webplatform.retention.copying import _csv_line

PERSIAN, FAMILY = (
    "می\N{ZERO WIDTH NON-JOINER}خواهم",
    "\U0001f468\N{ZERO WIDTH JOINER}\U0001f469\N{ZERO WIDTH JOINER}\U0001f467",
)


@pytest.mark.parametrize("text", [PERSIAN, FAMILY, "Zoë 2024", "日本語"])
def test_joiners_and_letters_of_every_script_stay(text: str):
    assert shown_text(text) == text
    assert _clean_name(text + ".mp4") == text + ".mp4"


@pytest.mark.parametrize("code", [0, 7, 0x1B, 0x7F, 0x200B, 0x202E, 0x2066, 0x2069, 0xFEFF, 0xDCFF, 0xD800])
def test_what_turns_or_hides_letters_or_is_no_letter_goes(code: int):
    assert shown_text(f"ab{chr(code)}cd") == "abcd"
    assert _clean_name(f"ab{chr(code)}cd.mp4") == "abcd.mp4"


def test_a_name_of_nothing_that_can_be_shown_gets_a_name():
    assert _clean_name("\udcff\udcfe") == "video"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\ra", "\na", "  =1", "＝1"])
def test_no_cell_of_text_is_a_formula(text: str):
    assert defuse_cell(text) == "'" + text
    assert _csv_line([text]).startswith(("'", "\"'"))


def test_numbers_and_common_text_are_left_as_they_are():
    assert _csv_line([-1, "a=b", "2024-01-01", 0.5]) == "-1,a=b,2024-01-01,0.5\r\n"
