"""The numbers of a CatBoost model in JSON, as CatBoost reads them.

It reads them by RapidJSON without full precision: the digits as one number, which is then
multiplied or divided by a power of ten. That is not always the double next to the text,
so a model that was loaded from JSON may answer otherwise in the last bits than the one
that was saved. The steps are those of ``ParseNumber`` in rapidjson/reader.h.
"""

from __future__ import annotations

import math
import re

_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,6}))?\Z")
_EXACT = 2**53 - 1  # up to here digits are gathered in an integer
_LARGEST = 2**64 - 1
_MOST_DIGITS = 17
_LEAST_POWER = -308


def number_of(text: str) -> float:
    """The double that CatBoost makes of a number with a point or an exponent.

    Raises ValueError where the text is none, or is beyond all doubles.
    """
    found = _NUMBER.match(text)
    if found is None:
        raise ValueError(f"{text} is not a number")
    minus, whole, fraction, exponent = found.groups()
    digits, power = _digits(whole, fraction or "")
    power += int(exponent or 0)
    if power < _LEAST_POWER:  # in two steps, for such a power of ten is no double
        digits = _scaled(digits, _LEAST_POWER)
        power -= _LEAST_POWER
    value = _scaled(digits, power)
    return -value if minus else value


def _digits(whole: str, fraction: str) -> tuple[float, int]:
    """The digits as a number, and the power of ten that it is to be multiplied by."""
    gathered, count = int(whole), len(whole) - 1
    if gathered > _LARGEST:
        raise ValueError("a whole number of a model is too large")
    place = 0
    while place < len(fraction) and gathered <= _EXACT:
        gathered = 10 * gathered + int(fraction[place])
        count += gathered != 0
        place += 1
    value = float(gathered)
    while place < len(fraction) and count < _MOST_DIGITS:
        value = value * 10.0 + int(fraction[place])
        count += value > 0.0
        place += 1
    return value, -place


def _scaled(value: float, power: int) -> float:
    if power < _LEAST_POWER:
        return 0.0
    ten = float(f"1e{abs(power)}")  # pow may miss the double next to it
    if ten == math.inf:
        raise ValueError("a number of a model is too large")
    return value * ten if power >= 0 else value / ten
