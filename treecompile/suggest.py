"""Did you mean: the nearest of some names to one that is not among them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# difflib's time grows with the product of the lengths, and a name that long is no slip
# of the fingers.
LONGEST = 60


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of ``words`` that ``word`` was most likely meant to be, if any is near."""
    if len(word) > LONGEST:
        return None
    near = difflib.get_close_matches(word, [w for w in words if len(w) <= LONGEST], 1)
    return near[0] if near else None


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """`` (did you mean 'x'?)``, or nothing where no word is near."""
    near = nearest(word, words)
    return f" (did you mean {near!r}?)" if near is not None else ""
