"""The doubles in their order: every finite one and the infinities as one run of ints.

Zero of either sign is 0, the next double up is 1, the next one down -1.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

_DOUBLE = struct.Struct("<d")
_INTEGER = struct.Struct("<q")


def index(x: float) -> int:
    """The place of a double (not NaN) among all of them."""
    (bits,) = _INTEGER.unpack(_DOUBLE.pack(x))
    return int(bits) if bits >= 0 else -(2**63) - int(bits)


def double(place: int) -> float:
    """The double at a place."""
    bits = place if place >= 0 else -(2**63) - place
    return float(_DOUBLE.unpack(_INTEGER.pack(bits))[0])


LOWEST = index(float("-inf"))
HIGHEST = index(float("inf"))


def last_true(
    holds: Callable[[float], bool], low: int, high: int, guess: float | None = None
) -> int:
    """The last place from ``low`` to ``high`` whose double holds, or ``low - 1``.

    ``holds`` is true up to some place and false from there on. A guess that is near
    saves most of the bisection's 64 evaluations.
    """
    low, high = low - 1, high + 1  # now: low holds, high does not
    if guess is not None and guess == guess:
        place, step = min(max(index(guess), low + 1), high - 1), 1
        if holds(double(place)):
            while place < high and holds(double(place)):
                low, place, step = place, place + step, step * 8
            high = min(high, place)
        else:
            while place > low and not holds(double(place)):
                high, place, step = place, place - step, step * 8
            low = max(low, place)
    while high - low > 1:
        middle = (low + high) // 2
        if holds(double(middle)):
            low = middle
        else:
            high = middle
    return low
