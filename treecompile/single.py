"""exp and log in single precision, as the C library of Linux computes them.

XGBoost is C++ and calls ``expf`` and ``logf``. glibc (since 2.28) computes both in
double and rounds once, by the formulas of ARM's optimized routines; these are the same
steps, so that they give the same bits.
"""

from __future__ import annotations

import numpy as np

_hex = float.fromhex

# 1/c and log(c) for 16 numbers c between 0.7 and 1.4.
_LOG_TABLE = [
    (_hex(inverse), _hex(logarithm))
    for inverse, logarithm in (
        ("0x1.661ec79f8f3bep+0", "-0x1.57bf7808caadep-2"),
        ("0x1.571ed4aaf883dp+0", "-0x1.2bef0a7c06ddbp-2"),
        ("0x1.49539f0f010bp+0", "-0x1.01eae7f513a67p-2"),
        ("0x1.3c995b0b80385p+0", "-0x1.b31d8a68224e9p-3"),
        ("0x1.30d190c8864a5p+0", "-0x1.6574f0ac07758p-3"),
        ("0x1.25e227b0b8eap+0", "-0x1.1aa2bc79c81p-3"),
        ("0x1.1bb4a4a1a343fp+0", "-0x1.a4e76ce8c0e5ep-4"),
        ("0x1.12358f08ae5bap+0", "-0x1.1973c5a611cccp-4"),
        ("0x1.0953f419900a7p+0", "-0x1.252f438e10c1ep-5"),
        ("0x1p+0", "0x0p+0"),
        ("0x1.e608cfd9a47acp-1", "0x1.aa5aa5df25984p-5"),
        ("0x1.ca4b31f026aap-1", "0x1.c5e53aa362eb4p-4"),
        ("0x1.b2036576afce6p-1", "0x1.526e57720db08p-3"),
        ("0x1.9c2d163a1aa2dp-1", "0x1.bc2860d224770p-3"),
        ("0x1.886e6037841edp-1", "0x1.1058bc8a07ee1p-2"),
        ("0x1.767dcf5534862p-1", "0x1.4043057b6ee09p-2"),
    )
]
_LOG_POLYNOMIAL = (
    _hex("-0x1.00ea348b88334p-2"),
    _hex("0x1.5575b0be00b6ap-2"),
    _hex("-0x1.ffffef20a4123p-2"),
)
_LOG_2 = _hex("0x1.62e42fefa39efp-1")
_EXP_POLYNOMIAL = (
    _hex("0x1.c6af84b912394p-5") / 32**3,
    _hex("0x1.ebfce50fac4f3p-3") / 32**2,
    _hex("0x1.62e42ff0c52d6p-1") / 32,
)
_OVER_LOG_2 = _hex("0x1.71547652b82fep+0") * 32
#: Above it expf is infinite, and below the other it is zero.
EXP_HIGH = _hex("0x1.62e42ep6")
EXP_LOW = _hex("-0x1.9fe368p6")


def single(x: float) -> float:
    """The single nearest to a double; an infinity where it is beyond all of them."""
    with np.errstate(over="ignore"):
        return float(np.float32(x))


def exp_single(x: float) -> float:
    """expf of a single: 2 to the power of a 32nd, times a polynomial."""
    if x > EXP_HIGH:
        return float("inf")
    if x < EXP_LOW:
        return 0.0
    z = x * _OVER_LOG_2
    k = round(z)
    r = z - k
    a, b, c = _EXP_POLYNOMIAL
    return single(((a * r + b) * (r * r) + (c * r + 1.0)) * 2.0 ** (k / 32))


def log_single(x: float) -> float:
    """logf of a single above zero: log(c) + log(x / c), for a c of the table."""
    if not x > 0.0 or x == float("inf"):
        raise ValueError(f"no logarithm of {x}")
    bits = int(np.float32(x).view(np.uint32))
    exponent = 0
    if bits < 0x00800000:  # subnormal
        bits = int(np.float32(x * 2.0**23).view(np.uint32))
        exponent = -23
    offset = bits - 0x3F330000
    inverse, logarithm = _LOG_TABLE[(offset >> 19) % 16]
    exponent += offset >> 23
    z = float(np.uint32(bits - (offset >> 23 << 23)).view(np.float32))
    r = z * inverse - 1.0
    start = logarithm + exponent * _LOG_2
    square = r * r
    a, b, c = _LOG_POLYNOMIAL
    y = a * square + (b * r + c)
    return single(y * square + (start + r))
