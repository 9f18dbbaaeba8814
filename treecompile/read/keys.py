"""Dictionary keys and set members: hashing them must neither hang nor overflow."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from treecompile.errors import UnreadableFile
from treecompile.read.context import Context, Damaged
from treecompile.read.records import Name, Record

_PLAIN = frozenset([str, bytes, bool, float, type(None), type(...)])
#: Classes of scikit-learn's that are dicts: no keys.
DICTS = ("Bunch", "DeprecationDict", "_DictWithDeprecatedKeys")
_WIDEST_KEY = 2**64
_LARGEST_KEY = 1_000


def is_plain_key(key: Any) -> bool:
    """May ``key`` be hashed without a second thought?"""
    kind = type(key)
    if kind is int:
        # Ints that differ by multiples of 2**61 - 1 hash alike; among 64-bit numbers
        # only a handful do, so no file can make a dictionary slow with them.
        return bool(-_WIDEST_KEY < key < _WIDEST_KEY)
    return kind in _PLAIN or kind is Name or (kind is Record and key.name not in DICTS)


def checked_keys(keys: Iterable[Any], context: Context) -> Iterable[Any]:
    """``keys`` one by one, each known to be hashable in reasonable time."""
    for key in keys:
        if type(key) is str or is_plain_key(key):
            yield key
        else:
            start = time.process_time()
            _check_compound(key)
            # While the consumer hashes and stores this key, the clock runs: compound
            # keys can be forged to collide, so a dictionary of them takes as long as
            # their number squared.
            yield key
            context.seconds_for_keys -= time.process_time() - start
            if context.seconds_for_keys < 0:
                raise UnreadableFile(
                    "the file holds dictionary keys that take forever to store: it is "
                    "made to hang its reader. Do not load it"
                )


def _check_compound(key: Any) -> None:
    """Refuse a key that is too big or too deep to hash, or cannot be hashed."""
    left = _LARGEST_KEY
    open_keys = [key]
    while open_keys:
        part = open_keys.pop()
        left -= 1
        if type(part) in (tuple, frozenset):
            left -= len(part)
            if left < 0:
                raise Damaged("a dictionary key is too large")
            open_keys.extend(part)
        elif isinstance(part, np.generic):
            if isinstance(part, np.void):
                raise Damaged("a dictionary key is of a type that cannot be a key")
        elif isinstance(part, np.dtype):
            if part.names is not None or part.subdtype is not None:
                raise Damaged("a dictionary key is of a type that cannot be a key")
        elif type(part) is not complex and not is_plain_key(part):
            raise Damaged("a dictionary key is of a type that cannot be a key")


def checked_items(pairs: Sequence[Any], context: Context) -> dict[Any, Any]:
    """A dictionary of the pairs, keys checked."""
    made: dict[Any, Any] = {}
    if any(type(pair) not in (tuple, list) or len(pair) != 2 for pair in pairs):
        raise Damaged("a dictionary is made from something that is no pairs")
    values = [pair[1] for pair in pairs]
    for value, key in zip(values, checked_keys([pair[0] for pair in pairs], context)):
        made[key] = value
    return made
