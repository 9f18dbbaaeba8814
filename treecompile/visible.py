"""Which letters a reader sees, and escapes for those that show nothing or do something.

``str.isprintable`` knows control and format characters (escape sequences, marks that
turn the direction of text). It takes letters that show nothing for printable: fillers,
variation selectors, joiners, blanks. Behind one of them two names look like one.
"""

from __future__ import annotations

import re

# Default_Ignorable_Code_Point of Unicode 16, and what is drawn as nothing though it is
# not among them: BRAILLE PATTERN BLANK, OBJECT REPLACEMENT CHARACTER, KHITAN SMALL
# SCRIPT FILLER, two blanks of EGYPTIAN HIEROGLYPHS, MUSICAL SYMBOL NULL NOTEHEAD.
_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\ufffc\U00013441\U00013442\U00016fe4\U0001bca0-\U0001bca3\U0001d159"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def is_visible(text: str) -> bool:
    """Whether a reader sees every letter, and no terminal acts upon one."""
    return text.isprintable() and (text.isascii() or _HIDDEN.search(text) is None)


def printable(text: str) -> str:
    """The text with an escape, as Python writes it, for each letter that is not so."""
    if is_visible(text):
        return text
    return "".join(c if is_visible(c) else ascii(c)[1:-1] for c in text)
