"""The functions that a scorer in Python takes along, each where its text calls it.

A scorer gets the text of a function as it stands here, of those that the function calls,
and imports from ``math`` what they use (``treecompile/targets/python/runtime.py``).
numpy's answers are the model: what Python's ``math`` refuses with an error is an infinity
or NaN here.
"""

from __future__ import annotations

from math import (
    asinh,
    atan,
    ceil,
    copysign,
    exp,
    expm1,
    floor,
    inf,
    isnan,
    log,
    log1p,
    log2,
    log10,
    nan,
    pow,
    sqrt,
    tanh,
    trunc,
)


def _fill(x: float, value: float) -> float:
    """The number, or the value where it is missing."""
    return value if isnan(x) else x


def _replace(x: float, old: float, new: float) -> float:
    """The number, or another in place of one."""
    return new if x == old else x


def _known(x: float) -> float | None:
    """The number, None where it is missing: nan is not found in a table."""
    return None if isnan(x) else x


def _steps(x: float, edges: tuple[float, ...]) -> float:
    """How many of the edges are at most the number."""
    return x if isnan(x) else float(sum([edge <= x for edge in edges]))


def _log(x: float) -> float:
    """log, as numpy has it where Python's raises an error."""
    if x > 0:
        return log(x)
    return -inf if x == 0 else nan


def _log2(x: float) -> float:
    """log2, as numpy has it where Python's raises an error."""
    if x > 0:
        return log2(x)
    return -inf if x == 0 else nan


def _log10(x: float) -> float:
    """log10, as numpy has it where Python's raises an error."""
    if x > 0:
        return log10(x)
    return -inf if x == 0 else nan


def _log1p(x: float) -> float:
    """log1p, as numpy has it where Python's raises an error."""
    if x > -1:
        return log1p(x)
    return -inf if x == -1 else nan


def _sqrt(x: float) -> float:
    """The square root; nan of a negative number, as numpy has it."""
    return sqrt(x) if x >= 0 else nan


def _exp(x: float) -> float:
    """exp; infinite where it overflows, as numpy has it."""
    try:
        return exp(x)
    except OverflowError:
        return inf


def _expm1(x: float) -> float:
    """expm1; infinite where it overflows, as numpy has it."""
    try:
        return expm1(x)
    except OverflowError:
        return inf


def _abs(x: float) -> float:
    return abs(x)


def _square(x: float) -> float:
    return x * x


def _negative(x: float) -> float:
    return -x


def _tanh(x: float) -> float:
    return tanh(x)


def _arcsinh(x: float) -> float:
    return asinh(x)


def _arctan(x: float) -> float:
    return atan(x)


def _floor(x: float) -> float:
    """floor to a whole number of the same sign; nan stays."""
    return copysign(floor(x), x) if abs(x) < 2**53 else x


def _ceil(x: float) -> float:
    """ceil to a whole number of the same sign; nan stays."""
    return copysign(ceil(x), x) if abs(x) < 2**53 else x


def _trunc(x: float) -> float:
    """trunc to a whole number of the same sign; nan stays."""
    return copysign(trunc(x), x) if abs(x) < 2**53 else x


def _rint(x: float) -> float:
    """rint to a whole number of the same sign; nan stays."""
    return copysign(round(x), x) if abs(x) < 2**53 else x


def _reciprocal(x: float) -> float:
    """One over the number; infinite of zero, as numpy has it."""
    return 1.0 / x if x else copysign(inf, x)


def _nudged(x: float) -> float:
    """The number moved up a little, as it was before it was put into a bin."""
    return x + (1e-8 + 1e-5 * abs(x))


def _l1(least: float, vector: list[float]) -> float:
    """The sum of the magnitudes; 1 where it is less than ``least``."""
    length = 0.0
    for x in vector:
        length += abs(x)
    return 1.0 if length < least else length


def _l2(least: float, vector: list[float]) -> float:
    """The root of the sum of the squares; 1 where it is less than ``least``."""
    length = 0.0
    for x in vector:
        length += x * x
    length = sqrt(length)
    return 1.0 if length < least else length


def _max(least: float, vector: list[float]) -> float:
    """The greatest magnitude; 1 where it is less than ``least``."""
    length = max(map(abs, vector))
    return 1.0 if length < least else length


def _largest(least: float, vector: list[float]) -> float:
    """The greatest; 1 where it is less than ``least``."""
    length = max(vector)
    return 1.0 if length < least else length


def _l1_paired(least: float, vector: list[float]) -> float:
    """The sum of the magnitudes in numpy's order; 1 where it is less than ``least``."""
    length = _sum(list(map(abs, vector)))
    return 1.0 if length < least else length


def _l2_paired(least: float, vector: list[float]) -> float:
    """The root of the sum of the squares in numpy's order: even and odd places apart,
    and of each eight the last first; 1 where it is less than ``least``."""
    n = len(vector)
    even = odd = 0.0
    for i in range(0, n, 2):
        if i < n // 8 * 8:
            i += (6, 2, -2, -6)[i % 8 // 2]
        even += vector[i] * vector[i]
        if i + 1 < n:
            odd += vector[i + 1] * vector[i + 1]
    length = sqrt(even + odd)
    return 1.0 if length < least else length


def _quantile(
    x: float, quantiles: tuple[float, ...], shares: tuple[float, ...]
) -> float:
    """The share below a number: the mean of two interpolations between quantiles, from
    below and from above, which differ where quantiles are equal."""
    from bisect import bisect_left, bisect_right

    if not quantiles[0] < x < quantiles[-1]:
        return x if x != x else 0.0 if x <= quantiles[0] else 1.0
    i, j = bisect_right(quantiles, x), bisect_left(quantiles, x)
    if i != j:
        return 0.5 * (shares[i - 1] + shares[j])
    x0, x1, y0, y1 = quantiles[i - 1], quantiles[i], shares[i - 1], shares[i]
    slope = (y1 - y0) / (x1 - x0)
    return 0.5 * ((slope * (x - x0) + y0) - (slope * (x1 - x) - y1))


def _sign(x: float) -> float:
    """-1, 0 or 1; nan stays."""
    return x if isnan(x) else float((x > 0) - (x < 0))


def _yeo_johnson(x: float, power: float) -> float:
    """The Yeo-Johnson transform of one number."""
    if isnan(x):
        return x
    sign, y, p = (1.0, x, power) if x >= 0 else (-1.0, -x, 2 - power)
    if abs(p) < 2.220446049250313e-16:
        return sign * log1p(y)
    try:
        return sign * expm1(p * log1p(y)) / p
    except OverflowError:
        return sign * inf / p


def _yeo_johnson_by_power(x: float, power: float) -> float:
    """The Yeo-Johnson transform of one number, as scikit-learn had it up to 1.8."""
    if isnan(x):
        return x
    sign, y, p = (1.0, x, power) if x >= 0 else (-1.0, -x, 2 - power)
    if abs(p) < 2.220446049250313e-16:
        return sign * log1p(y)
    try:
        return sign * (pow(y + 1, p) - 1) / p
    except OverflowError:
        return sign * inf / p


def _box_cox(x: float, power: float) -> float:
    """The Box-Cox transform of one number."""
    if not x > 0:
        return -inf if x == 0 else nan
    if abs(power) < 1e-19:
        return log(x)
    try:
        return expm1(power * log(x)) / power
    except OverflowError:
        return inf / power


def _yeo_johnson_inverse(x: float, power: float) -> float:
    """The number whose Yeo-Johnson transform is x."""
    sign, y, p = (1.0, x, power) if x >= 0 else (-1.0, -x, 2.0 - power)
    if abs(p) < 2.220446049250313e-16:
        return sign * (_exp(y) - 1.0)
    return sign * (_power(y * p + 1.0, 1.0 / p) - 1.0)


def _box_cox_inverse(x: float, power: float) -> float:
    """The number whose Box-Cox transform is x."""
    if not power:
        return _exp(x)
    y = power * x
    if y < 1.79e308:
        return _exp(_log1p(y) / power)
    return _exp((_log(copysign(x + 1.0 / power, y)) + log(abs(power))) / power)


def _power(x: float, y: float) -> float:
    """x to the power of y, as numpy has it where Python's raises an error."""
    try:
        return pow(x, y)
    except OverflowError:
        return copysign(inf, x) if y % 2.0 == 1.0 else inf
    except ValueError:
        return nan if x else inf


def _expit(x: float) -> float:
    """1 / (1 + exp(-x))."""
    try:
        return 1.0 / (1.0 + exp(-x))
    except OverflowError:
        return 0.0


def _exp2(x: float) -> float:
    """2 to the power of a number."""
    try:
        return pow(2.0, x)
    except OverflowError:
        return inf


def _single(x: float) -> float:
    """The nearest number of single precision: of 24 bits, of fewer below 2**-126."""
    if -1.1754943508222875e-38 < x < 1.1754943508222875e-38:
        return copysign((x + 9.466330862652142e-30) - 9.466330862652142e-30, x)
    wide = x * 536870912.0
    return wide - (wide - x)


def _exp_single(x: float) -> float:
    """exp in single precision, by the steps of the C library of Linux (glibc)."""
    if x > 88.72283172607422:
        return inf
    if x < -103.97207641601562:
        return 0.0
    k = round(x * 46.16624130844683)
    r = x * 46.16624130844683 - k
    y = (1.6938359250920212e-06 * r + 0.00023459809789509004) * (r * r)
    return _single((y + (0.021660849396613134 * r + 1.0)) * 2.0 ** (k / 32))


def _expit_single(x: float, most: float) -> float:
    """1 / (1 + exp(-x)) in single precision; -x counts for no more than ``most``."""
    return _single(1.0 / _single(1.0 + _exp_single(min(-x, most))))


def _softmax_single(numbers: tuple[float, ...]) -> tuple[float, ...]:
    """The exponentials of some numbers over their sum, in single precision."""
    largest = max(numbers)
    powers = [_exp_single(_single(x - largest)) for x in numbers]
    whole = 0.0
    for power in powers:
        whole += power
    whole = _single(whole)
    return tuple([_single(power / whole) for power in powers])


def _exp_by_table(x: float) -> float:
    """exp, by the steps of CatBoost on x86-64."""
    if x <= -708.3964185322641:
        return 0.0
    k = round(min(x, 710.0) * 2954.639443740597)
    if k >= 2097152:
        return inf
    t = k * 0.0003384507717577858 - x
    y = (3.0000000027955394 - t) * (t * t) * 0.16666666685227835 - t + 1.0
    return y * pow(2.0, k / 2048)


def _softmax_by_table(numbers: tuple[float, ...]) -> tuple[float, ...]:
    """The exponentials of some numbers over their sum, by the steps of CatBoost."""
    largest = max(numbers)
    powers = [_exp_by_table(x - largest) for x in numbers]
    for i in range(len(powers) // 4 * 4):  # four at a time are never zero
        powers[i] = max(powers[i], 2.2250738585072014e-308)
    whole = 0.0
    for power in powers:
        whole += power
    return tuple([power / whole for power in powers])


def _interpolated(x: float, xs: tuple[float, ...], ys: tuple[float, ...]) -> float:
    """The ordinate at x on the lines between the points; beyond them the nearest."""
    from bisect import bisect_right

    i = bisect_right(xs, x) - 1
    if i < 0 or i == len(xs) - 1 or xs[i] == x:
        return ys[max(i, 0)]
    slope = (ys[i + 1] - ys[i]) / (xs[i + 1] - xs[i])
    return slope * (x - xs[i]) + ys[i]


def _interpolated_single(
    x: float, xs: tuple[float, ...], ys: tuple[float, ...]
) -> float:
    """The ordinate at x on the lines between the points, in single precision."""
    from bisect import bisect_left

    i = min(max(bisect_left(xs, x), 1), len(xs) - 1)
    rise, run = _single(ys[i] - ys[i - 1]), _single(xs[i] - xs[i - 1])
    further = _single(_single(rise / run) * _single(x - xs[i - 1]))
    return _single(further + ys[i - 1])


def _first_largest(numbers: tuple[float, ...]) -> int:
    """The place of the first largest number."""
    return numbers.index(max(numbers))


def _last_largest(numbers: tuple[float, ...]) -> int:
    """The place of the last largest number."""
    return len(numbers) - 1 - numbers[::-1].index(max(numbers))


def _weighted_median(numbers: tuple[float, ...], weights: tuple[float, ...]) -> float:
    """The first number, in ascending order, at which half of the weight is reached."""
    order = sorted(range(len(numbers)), key=numbers.__getitem__)
    whole = 0.0
    for i in order:
        whole += weights[i]
    reached = 0.0
    for i in order:
        reached += weights[i]
        if reached >= 0.5 * whole:
            break
    return numbers[i]


def _softmax(numbers: tuple[float, ...]) -> tuple[float, ...]:
    """The exponentials of some numbers over their sum."""
    largest = max(numbers)
    powers = [exp(x - largest) for x in numbers]
    whole = 0.0
    for power in powers:
        whole += power
    return tuple([power / whole for power in powers])


def _softmax_of_log(numbers: tuple[float, ...]) -> tuple[float, ...]:
    """The exponentials of some numbers less the logarithm of the sum of these."""
    largest = max(numbers)
    powers = [exp(x - largest) for x in numbers]
    whole = 0.0
    for power in powers:
        whole += power
    whole = log(whole) + largest
    return tuple([exp(x - whole) for x in numbers])


def _normalized(numbers: tuple[float, ...], otherwise: float) -> tuple[float, ...]:
    """Numbers over their sum, or all the same where that is zero."""
    whole = 0.0
    for x in numbers:
        whole += x
    return tuple([x / whole if whole else otherwise for x in numbers])


def _softmax_paired(numbers: tuple[float, ...]) -> tuple[float, ...]:
    """The exponentials of some numbers over their sum."""
    largest = max(numbers)
    powers = [exp(x - largest) for x in numbers]
    whole = _sum(powers)
    return tuple([power / whole for power in powers])


def _softmax_of_log_paired(numbers: tuple[float, ...]) -> tuple[float, ...]:
    """The exponentials of some numbers less the logarithm of the sum of these."""
    largest = max(numbers)
    powers = [exp(x - largest) for x in numbers]
    whole = log(_sum(powers)) + largest
    return tuple([exp(x - whole) for x in numbers])


def _normalized_paired(
    numbers: tuple[float, ...], otherwise: float
) -> tuple[float, ...]:
    """Numbers over their sum, or all the same where that is zero."""
    whole = _sum(list(numbers))
    return tuple([x / whole if whole else otherwise for x in numbers])


def _normalized_single(
    numbers: tuple[float, ...], otherwise: float
) -> tuple[float, ...]:
    """Numbers over their sum, in single precision."""
    whole = 0.0
    for x in numbers:
        whole = _single(whole + x)
    return tuple([_single(x / whole) if whole else otherwise for x in numbers])


def _sum(terms: list[float]) -> float:
    """The sum as numpy has it: eight sums side by side, of stretches up to 128."""
    n = len(terms)
    if n > 128:
        half = n // 16 * 8
        return _sum(terms[:half]) + _sum(terms[half:])
    r = terms[:8]
    for i in range(8, n // 8 * 8):
        r[i % 8] += terms[i]
    total = r[0]
    if n >= 8:
        total = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
    for term in terms[n // 8 * 8 if n >= 8 else 1 :]:
        total += term
    return total
