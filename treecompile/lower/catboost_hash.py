"""The hash that CatBoost knows a category by: the low half of CityHash64, version 1.0.

The steps are those of Google's CityHash (MIT licence, city.cc), for text of up to
64 bytes.
"""

from __future__ import annotations

#: The longest category, in bytes, whose hash is known here.
LONGEST = 64

_ALL = (1 << 64) - 1
_K0, _K1 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273
_K2, _K3 = 0x9AE16A3B2F90404F, 0xC949D7C7509E6557
_PAIR = 0x9DDFEA08EB382D69


def category_hash(category: str | int) -> int:
    """The hash of a category, as a number of 32 bits with a sign.

    A number counts as its digits, True as 1. Raises ValueError where it is too long.
    """
    category = int(category) if isinstance(category, bool) else category
    text = str(category).encode("utf-8", "surrogateescape")
    if len(text) > LONGEST:
        raise ValueError(f"a category of more than {LONGEST} bytes")
    low = _city(text) & 0xFFFFFFFF
    return low - (1 << 32) if low >> 31 else low


def _city(s: bytes) -> int:
    n = len(s)
    if n > 32:
        return _of_33_to_64(s)
    if n > 16:
        a = _long(s, 0) * _K1 & _ALL
        b = _long(s, 8)
        c = _long(s, n - 8) * _K2 & _ALL
        d = _long(s, n - 16) * _K0 & _ALL
        return _pair(
            _turned(a - b & _ALL, 43) + _turned(c, 30) + d,
            a + _turned(b ^ _K3, 20) - c + n,
        )
    if n > 8:
        a, b = _long(s, 0), _long(s, n - 8)
        return _pair(a, _turned(b + n & _ALL, n)) ^ b
    if n >= 4:
        return _pair(n + (_short(s, 0) << 3), _short(s, n - 4))
    if n:
        y = s[0] + (s[n >> 1] << 8)
        z = n + (s[n - 1] << 2)
        return _mixed((y * _K2 ^ z * _K3) & _ALL) * _K2 & _ALL
    return _K2


def _of_33_to_64(s: bytes) -> int:
    n = len(s)
    start = _long(s, 0) + (n + _long(s, n - 16)) * _K0
    first, second = _half(start, s[8:24], _long(s, 24))
    start = _long(s, 16) + _long(s, n - 32)
    third, fourth = _half(start, s[n - 24 : n - 8], _long(s, n - 8))
    r = _mixed((first + fourth) * _K2 + (third + second) * _K0 & _ALL)
    return _mixed(r * _K0 + second & _ALL) * _K2 & _ALL


def _half(a: int, middle: bytes, z: int) -> tuple[int, int]:
    a &= _ALL
    b = _turned(a + z & _ALL, 52)
    c = _turned(a, 37)
    a = a + _long(middle, 0) & _ALL
    c += _turned(a, 7)
    a = a + _long(middle, 8) & _ALL
    return a + z & _ALL, b + _turned(a, 31) + c & _ALL


def _pair(u: int, v: int) -> int:
    u, v = u & _ALL, v & _ALL
    a = _mixed((u ^ v) * _PAIR & _ALL)
    return _mixed((v ^ a) * _PAIR & _ALL) * _PAIR & _ALL


def _mixed(x: int) -> int:
    return x ^ x >> 47


def _turned(x: int, by: int) -> int:
    return (x >> by | x << 64 - by) & _ALL


def _long(s: bytes, at: int) -> int:
    return int.from_bytes(s[at : at + 8], "little")


def _short(s: bytes, at: int) -> int:
    return int.from_bytes(s[at : at + 4], "little")
