"""How much room a text takes."""

from __future__ import annotations

import unicodedata


def width(text: str) -> int:
    """How many columns a text takes on a screen: wide letters take two."""
    if text.isascii():
        return len(text)
    return sum(
        (
            0
            if unicodedata.category(character) in ("Mn", "Me")
            else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        )
        for character in text
    )
