"""Text from people and files, made safe to show."""

from __future__ import annotations

import unicodedata

# Marks that turn the order of the letters after them, and marks that nobody sees. The joiners U+200C and U+200D are not
# among them: Persian words and emoji families are spelt with them.
HIDDEN = frozenset(map(chr, (0x00AD, 0x061C, 0x200B, 0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F))))
HIDDEN |= frozenset(map(chr, (*range(0x2060, 0x2070), *range(0xFFF9, 0xFFFC))))
UNSHOWN = {"Cc", "Cs", "Zl", "Zp"}  # control characters, bytes that were no UTF-8, separators of lines and paragraphs


def shown_text(text: str) -> str:
    """The text on one line, with single blanks, and without what cannot be shown or turns the letters around it."""
    spaced = (" " if letter in "\t\r\n\x0b\x0c\x85\u2028\u2029" else letter for letter in text)
    visible = (letter for letter in spaced if letter not in HIDDEN and unicodedata.category(letter) not in UNSHOWN)
    return " ".join("".join(visible).split())
