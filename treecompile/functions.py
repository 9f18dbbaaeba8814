"""The functions that a feature may pass through, beyond ``+ - * /``.

Each is numpy's own, applied to one double. numpy's kernels for exp, log and their kin
depend on the processor and differ from libm in the last bit (docs/arithmetic.md, Functions
of libraries): what is decided at compile time is decided with the kernels of the machine
that compiles, and what is left to the scorer is computed with Python's ``math``.

``pieces`` say where a function is defined and which way it runs there, so that a cut on
its value can be turned into cuts on its argument.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .single import exp_single, single

INF = math.inf
_OVER_LOG_2 = 2048 / math.log(2.0)
_EXP_CUBE, _EXP_SQUARE = 3.0000000027955394, 0.16666666685227835064
#: At most this, exp_by_table is zero; the exponential of it is the smallest normal.
EXP_LOW = -708.39641853226408
Piece = tuple[float, float, int]


@dataclass(frozen=True)
class Function:
    """A function of one double and its parameters.

    ``pieces`` are (from, to, 1 if it rises there or -1 if it falls), ascending; between
    and beyond them its value is NaN. Empty: too wild to say, so never folded.
    Where they depend on the parameters, they are a function of these.
    ``exact`` says that every library computes the same bits.
    """

    apply: Callable[..., float]
    pieces: tuple[Piece, ...] | Callable[..., tuple[Piece, ...]]
    exact: bool = False

    def pieces_for(self, parameters: tuple[float, ...]) -> tuple[Piece, ...]:
        """The pieces of the function with these parameters."""
        return self.pieces(*parameters) if callable(self.pieces) else self.pieces


def _ufunc(function: Callable[..., np.float64]) -> Callable[..., float]:
    def apply(x: float) -> float:
        with np.errstate(all="ignore"):
            return float(function(np.float64(x)))

    return apply


def _yeo_johnson(x: float, power: float) -> float:
    """scipy.stats.yeojohnson of scipy 1.12 and later, one number at a time."""
    epsilon = np.finfo(np.float64).eps
    with np.errstate(all="ignore"):
        if x != x:
            return x
        if x >= 0:
            if abs(power) < epsilon:
                return float(np.log1p(np.float64(x)))
            return float(np.expm1(power * np.log1p(np.float64(x))) / power)
        if abs(power - 2) > epsilon:
            other = 2 - power
            return float(-np.expm1(other * np.log1p(np.float64(-x))) / other)
        return float(-np.log1p(np.float64(-x)))


def _yeo_johnson_by_power(x: float, power: float) -> float:
    """The same as scikit-learn computed it up to 1.8."""
    epsilon = np.finfo(np.float64).eps
    with np.errstate(all="ignore"):
        if x != x:
            return x
        if x >= 0:
            if abs(power) < epsilon:
                return float(np.log1p(np.float64(x)))
            return float((np.power(np.float64(x) + 1, power) - 1) / power)
        if abs(power - 2) > epsilon:
            other = 2 - power
            return float(-(np.power(-np.float64(x) + 1, other) - 1) / other)
        return float(-np.log1p(np.float64(-x)))


def _nudged(x: float) -> float:
    """A number moved up a little, as KBinsDiscretizer did up to scikit-learn 1.0."""
    return x + (1e-8 + 1e-5 * abs(x))


def _quantile(x: float, *parameters: float) -> float:
    """The mean of numpy.interp from below and from above; the parameters are the
    quantiles and, in the second half, the shares that belong to them."""
    half = len(parameters) // 2
    xs, ys = parameters[:half], parameters[half:]
    if x != x:
        return x
    if x == xs[0]:
        return 0.0
    if x == xs[-1]:
        return 1.0
    if x < xs[0] or x > xs[-1]:
        return ys[0] if x < xs[0] else ys[-1]
    i, j = bisect_right(xs, x), bisect_left(xs, x)
    below = (
        ys[i - 1] if xs[i - 1] == x else _line(x, xs[i - 1], ys[i - 1], xs[i], ys[i])
    )
    above = -ys[j] if xs[j] == x else _line(-x, -xs[j], -ys[j], -xs[j - 1], -ys[j - 1])
    return 0.5 * (below - above)


def _line(x: float, x0: float, y0: float, x1: float, y1: float) -> float:
    """numpy.interp between two points, x on neither."""
    with np.errstate(all="ignore"):
        slope = float(np.float64(y1 - y0) / np.float64(x1 - x0))
    y = slope * (x - x0) + y0
    if y != y:
        y = slope * (x - x1) + y1
    return y0 if y != y and y0 == y1 else y


@lru_cache(maxsize=256)
def _between_quantiles(*parameters: float) -> tuple[Piece, ...]:
    """One piece, but for the quantiles beside which the last bits fall."""
    pieces: list[Piece] = []
    start = -INF
    for x in dict.fromkeys(parameters[: len(parameters) // 2]):
        before, after = math.nextafter(x, -INF), math.nextafter(x, INF)
        ys = [_quantile(near, *parameters) for near in (before, x, after)]
        if ys[0] > ys[1]:
            pieces.append((start, before, 1))
            start = x
        if ys[1] > ys[2]:
            pieces.append((start, x, 1))
            start = after
    return (*pieces, (start, INF, 1))


def _expit(x: float) -> float:
    """1 / (1 + exp(-x)) as scipy.special.expit has it, which is C and calls libm."""
    try:
        return 1.0 / (1.0 + math.exp(-x))
    except OverflowError:
        return 0.0


def _libm_exp(x: float) -> float:
    """exp of the C library, which a scorer and LightGBM call; infinite beyond."""
    try:
        return math.exp(x)
    except OverflowError:
        return INF


def exp_by_table(x: float) -> float:
    """exp as CatBoost has it on x86-64: 2 to the power of a 2048th, times a polynomial
    in double precision (herumi's fmath). Infinite beyond, zero below all normal doubles.
    """
    if x <= EXP_LOW:
        return 0.0
    k = round(min(x, 710.0) * _OVER_LOG_2)
    if k >= 1024 * 2048:
        return INF
    t = k * (1.0 / _OVER_LOG_2) - x
    y = (_EXP_CUBE - t) * (t * t) * _EXP_SQUARE - t + 1.0
    return float(y * 2.0 ** (k / 2048))


def _libm_log1p(x: float) -> float:
    """log1p of the C library, of a number that is not below zero."""
    return math.log1p(x)


def _exp2(x: float) -> float:
    """2 to the power of a number; infinite where that overflows."""
    try:
        return float(2.0**x)
    except OverflowError:
        return INF


def _interpolated(x: float, *parameters: float) -> float:
    """numpy.interp; the parameters are the abscissas, ascending, and, in the second
    half, the ordinates."""
    half = len(parameters) // 2
    xs, ys = parameters[:half], parameters[half:]
    if x != x:
        return x
    j = bisect_right(xs, x) - 1
    if j < 0 or j == half - 1 or xs[j] == x:
        return ys[max(j, 0)]
    slope = (ys[j + 1] - ys[j]) / (xs[j + 1] - xs[j])
    return slope * (x - xs[j]) + ys[j]


def _interpolated_single(x: float, *parameters: float) -> float:
    """scipy's interp1d of singles (up to scipy 1.17), each step of which is rounded to
    single; the parameters are as above."""
    half = len(parameters) // 2
    xs, ys = parameters[:half], parameters[half:]
    if x != x:
        return x
    i = min(max(bisect_left(xs, x), 1), half - 1)
    with np.errstate(all="ignore"):
        x0, x1, y0, y1 = map(np.float32, (xs[i - 1], xs[i], ys[i - 1], ys[i]))
        return float((y1 - y0) / (x1 - x0) * (np.float32(x) - x0) + y0)


def _box_cox(x: float, power: float) -> float:
    """scipy.special.boxcox, which is C and calls libm."""
    if not x > 0:
        return math.nan if x != 0 else -INF
    if abs(power) < 1e-19:
        return math.log(x)
    try:
        return math.expm1(power * math.log(x)) / power
    except OverflowError:
        return math.copysign(INF, power)


def _box_cox_inverse(x: float, power: float) -> float:
    """scipy.special.inv_boxcox, which is C and calls libm."""
    if power == 0.0:
        return _libm_exp(x)
    y = power * x
    if y < 1.79e308:
        if not y > -1.0:
            return _libm_exp(-INF / power) if y == -1.0 else math.nan
        return _libm_exp(math.log1p(y) / power)
    z = math.copysign(1.0, power) * (x + 1.0 / power)
    if not z > 0:
        return math.nan
    return _libm_exp((math.log(z) + math.log(abs(power))) / power)


def _yeo_johnson_inverse(x: float, power: float) -> float:
    """The inverse of Yeo-Johnson, as scikit-learn computes it with numpy."""
    epsilon = np.finfo(np.float64).eps
    with np.errstate(all="ignore"):
        y = np.float64(x)
        if x >= 0:
            if abs(power) < epsilon:
                return float(np.exp(y) - 1)
            return float(np.power(y * power + 1, 1 / power) - 1)
        if abs(power - 2) > epsilon:
            return float(1 - np.power(-(2 - power) * y + 1, 1 / (2 - power)))
        return float(1 - np.exp(-y))


def _expit_single(x: float, most: float) -> float:
    """1 / (1 + expf(-x)) in single precision, -x being at most ``most``."""
    return single(1.0 / single(1.0 + exp_single(min(-x, most))))


EVERYWHERE: tuple[Piece, ...] = ((-INF, INF, 1),)
VALLEY: tuple[Piece, ...] = ((-INF, 0.0, -1), (0.0, INF, 1))

FUNCTIONS = {
    "abs": Function(_ufunc(np.absolute), VALLEY, exact=True),
    "square": Function(_ufunc(np.square), VALLEY, exact=True),
    "sqrt": Function(_ufunc(np.sqrt), ((0.0, INF, 1),), exact=True),
    "negative": Function(_ufunc(np.negative), ((-INF, INF, -1),), exact=True),
    "floor": Function(_ufunc(np.floor), EVERYWHERE, exact=True),
    "ceil": Function(_ufunc(np.ceil), EVERYWHERE, exact=True),
    "trunc": Function(_ufunc(np.trunc), EVERYWHERE, exact=True),
    "rint": Function(_ufunc(np.rint), EVERYWHERE, exact=True),
    "sign": Function(_ufunc(np.sign), EVERYWHERE, exact=True),
    "exp": Function(_ufunc(np.exp), EVERYWHERE),
    "expm1": Function(_ufunc(np.expm1), EVERYWHERE),
    "log": Function(_ufunc(np.log), ((0.0, INF, 1),)),
    "log2": Function(_ufunc(np.log2), ((0.0, INF, 1),)),
    "log10": Function(_ufunc(np.log10), ((0.0, INF, 1),)),
    "log1p": Function(_ufunc(np.log1p), ((-1.0, INF, 1),)),
    "tanh": Function(_ufunc(np.tanh), EVERYWHERE),
    "arcsinh": Function(_ufunc(np.arcsinh), EVERYWHERE),
    "arctan": Function(_ufunc(np.arctan), EVERYWHERE),
    "yeo_johnson": Function(_yeo_johnson, EVERYWHERE),
    "yeo_johnson_by_power": Function(_yeo_johnson_by_power, EVERYWHERE),
    "box_cox": Function(_box_cox, ((0.0, INF, 1),)),
    "yeo_johnson_inverse": Function(_yeo_johnson_inverse, ()),
    "box_cox_inverse": Function(_box_cox_inverse, ()),
    "quantile": Function(_quantile, _between_quantiles, exact=True),
    "expit": Function(_expit, EVERYWHERE),
    "exp2": Function(_exp2, EVERYWHERE),
    "libm_exp": Function(_libm_exp, EVERYWHERE),
    "exp_by_table": Function(exp_by_table, ()),
    "libm_log1p": Function(_libm_log1p, ((0.0, INF, 1),)),
    "single": Function(single, EVERYWHERE, exact=True),
    "exp_single": Function(exp_single, EVERYWHERE),
    "expit_single": Function(_expit_single, EVERYWHERE),
    "interpolated": Function(_interpolated, (), exact=True),
    "interpolated_single": Function(_interpolated_single, (), exact=True),
    "nudged": Function(_nudged, (), exact=True),
    "reciprocal": Function(_ufunc(np.reciprocal), (), exact=True),
}
# Those of them that are no functions of numpy.
_OWN = {
    "yeo_johnson",
    "yeo_johnson_by_power",
    "box_cox",
    "yeo_johnson_inverse",
    "box_cox_inverse",
    "quantile",
    "expit",
    "exp2",
    "libm_exp",
    "exp_by_table",
    "libm_log1p",
    "single",
    "exp_single",
    "expit_single",
    "interpolated",
    "interpolated_single",
    "nudged",
}

#: numpy's other names for them.
_ALIASES = {"absolute": "abs", "fabs": "abs", "fix": "trunc"}


def numpy_function(module: str, name: str) -> str | None:
    """The key in FUNCTIONS of one of numpy's functions, None where it is none of them.

    numpy pickles its ufuncs by name, from ``numpy`` or from a module inside it.
    """
    key = _ALIASES.get(name, name)
    if module.split(".")[0] != "numpy" or key not in FUNCTIONS or key in _OWN:
        return None
    return key
