"""Calls of the functions that scorers take along, with numbers of every kind."""

from __future__ import annotations

import math
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Calls:
    """Calls of one function, a row of numbers each."""

    name: str
    rows: Array
    vector: bool = False
    before: tuple[object, ...] = ()
    after: tuple[object, ...] = ()


# Where a function changes its steps, overflows, or is exact.
CENTERS = [0.0, 1.0, 2.0, 10.0, 0.5, 0.25, 0.0625, 16.0, 22.0, 2.0**53, 2.0**52]
CENTERS += [2.0**-n for n in (26, 27, 28, 29, 30, 53, 54, 55, 65, 1022, 1073)]
CENTERS += [2.0**n for n in (10, 28, 54, 63, 127, 1023)] + [1.79e308, 5.8053612651e15]
CENTERS += [709.78271289338397, 745.13321910194111, 708.39641853226408, 512.0, 1024.0]
CENTERS += [88.72283172607422, 103.97207641601562, 710.0, 37.4299477502370407]
CENTERS += [0.9375, 1.064697265625, 0.9576029777526855, 1.0442743301391602, 0.6875]
CENTERS += [0.4142136573791504, 0.2928934097290039, 38.81622314453125, 1.375]
CENTERS += [0.3465735912322998, 1.0397205352783203, math.log(2), math.pi / 2, 1e5]
EDGES = [0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, -5e-324]
EDGES += [sys.float_info.max, -sys.float_info.max, sys.float_info.min]

# Where an answer changes if one product and sum of the steps is rounded twice.
HARD = """
log 1.0477408072135554 1.054853726824286 1.0365112403640961
log 1.049856865925911
log2 2.4750880497767493 0.6177840697886385 0.9589844262405287
log2 1.0409209933640164 0.9649868540679656 0.971028649301027
log2 1.0428170253131535 0.9764140795490689
log1p -0.22222236225877215 0.3128363010300112
exp -7.0485850401960315 -20.353371371094518 -75.17668542283938
exp 223.56974939849704 0.7482348337719631 -0.9993681400484757
exp 609.9875078661303 636.8523992821422
expm1 -0.1876241448179626 -0.31466239336238 18.332173875382193
expm1 0.3577793321778212 0.3358966164438848 0.29092260803705666
expm1 0.3024708620284356 0.22101796266370408 0.34769303354863706
expm1 1.09546148756223
arctan 0.0514586179593969 0.0387404969357201 0.0970620161326883
arctan 0.5217499941197143 0.18191788206868897 11.347490413276129
arctan 9.266231504639123
"""


def _numbers(seed: str, count: int) -> Array:
    """Numbers of every kind, as many as asked for, the same for the same seed."""
    random = np.random.default_rng(zlib.crc32(seed.encode()))
    centers = np.array(CENTERS) * random.choice([-1.0, 1.0], (8, len(CENTERS)))
    near = centers.view(np.int64) + random.integers(-4, 5, centers.shape)
    part = max((count - near.size - len(EDGES)) // 10, 1)
    bits = random.integers(0, 2**64, part, dtype=np.uint64, endpoint=False)
    small = random.integers(0, 2**53, part) | random.integers(0, 2, part) << 63
    kinds = [
        np.array(EDGES),
        near.view(np.float64).ravel(),
        random.uniform(-1, 1, part),
        random.uniform(-10, 10, part),
        random.uniform(-760, 760, part),
        1 + random.uniform(-0.1, 0.1, part),
        1 + random.choice([-1, 1], part) * 2.0 ** random.uniform(-52, -1, part),
        random.choice([-1, 1], part) * 2.0 ** random.uniform(-60, 60, part),
        random.integers(-2000, 2000, part) / 2,
        bits.view(np.float64),
        small.view(np.float64),
        random.normal(0, 3, part),
    ]
    return np.concatenate(kinds)[:count]


def _singles(numbers: Array) -> Array:
    """The numbers in single precision."""
    with np.errstate(all="ignore"):
        return numbers.astype(np.float32).astype(np.float64)


def _pairs(seed: str, count: int) -> Array:
    """Bases and exponents: any, whose power is about 1, that overflow or underflow."""
    x, y = _numbers(seed + "x", count), _numbers(seed + "y", count)
    random = np.random.default_rng(7)
    random.shuffle(x)
    random.shuffle(y)
    third = count // 3
    with np.errstate(all="ignore"):
        far = random.uniform(-1100, 1100, third) / np.log2(np.abs(x[:third]))
        limit = random.choice([1024.0, -1022.0, -1075.0, -1050.0, 0.0], third)
        close = (limit + random.normal(0, 0.5, third)) / np.log2(np.abs(x[:third]))
    y[:third] = far
    y[third : 2 * third] = close
    x[third : 2 * third] = np.abs(x[:third])
    return np.column_stack([x, y])


ONE = ["known", "log", "log2", "log10", "log1p", "sqrt", "exp", "expm1", "abs"]
ONE += ["square", "negative", "tanh", "arcsinh", "arctan", "floor", "ceil", "trunc"]
ONE += ["rint", "reciprocal", "nudged", "sign", "expit", "exp2"]
# A scorer never asks these for a number that is not finite.
FINITE = ["single", "expSingle", "expByTable"]
POWERS = [-2.0, -0.5, 0.0, 1e-20, 0.3, 1.0, 1.7, 2.0, 2.5]
BY_POWER = ["yeoJohnson", "yeoJohnsonByPower", "boxCox", "yeoJohnsonInverse"]
BY_POWER += ["boxCoxInverse"]
TABLE = ((0.0, 1.0, 1.0, 2.5, 4.0), (0.0, 0.2, 0.3, 0.7, 1.0))
LINES = ((-1.5, 0.0, 0.3, 2.0, 4.0), (0.1, 0.2, 0.35, 0.35, 1.0))
OF_VECTOR = ["softmax", "softmaxPaired", "softmaxOfLog", "softmaxOfLogPaired"]
OF_VECTOR += ["softmaxByTable", "softmaxSingle", "firstLargest", "lastLargest", "sum"]
LEAST = ["l1", "l2", "max", "largest", "l1Paired", "l2Paired"]
SHARES = ["normalized", "normalizedPaired", "normalizedSingle"]


def asked(count: int, seed: str) -> Iterator[Calls]:
    """The calls that are compared, about as many of each function."""
    for line in HARD.split("\n")[1:-1]:
        name, *texts = line.split()
        yield Calls(name, np.array(texts, dtype=float)[:, None])
    for name in ONE:
        yield Calls(name, _numbers(name + seed, count)[:, None])
    for name in FINITE:
        numbers = _numbers(name + seed, count)
        if name == "single":
            numbers = numbers[np.abs(numbers) < 2.0**127]
        elif name == "expSingle":
            numbers = _singles(numbers)
        yield Calls(name, numbers[np.isfinite(numbers)][:, None])
    yield Calls("power", _pairs("power" + seed, count))
    for name in BY_POWER:
        for power in POWERS:
            numbers = _numbers(f"{name}{power}{seed}", count // len(POWERS))
            yield Calls(name, numbers[:, None], after=(power,))
    numbers = _numbers("tables" + seed, count)[:, None]
    finite = numbers[np.isfinite(numbers[:, 0])]
    single = _singles(finite)
    single = single[np.isfinite(single[:, 0])]
    yield Calls("fill", numbers, after=(-1.5,))
    yield Calls("replace", numbers, after=(0.0, 7.0))
    yield Calls("steps", numbers, after=(TABLE[0],))
    yield Calls("quantile", numbers, after=TABLE)
    yield Calls("interpolated", numbers, after=LINES)
    lines = tuple(_singles(np.array(LINES)).tolist())
    yield Calls("interpolatedSingle", single, after=lines)
    yield Calls("expitSingle", single, after=(88.0,))
    yield from _asked_of_vectors(count, seed)


def _asked_of_vectors(count: int, seed: str) -> Iterator[Calls]:
    for width in (1, 2, 3, 4, 7, 8, 10, 17, 129, 300):
        rows = _vectors(f"{width}{seed}", count // 5, width)
        for name in OF_VECTOR:
            some = _singles(rows) if name == "softmaxSingle" else rows
            yield Calls(name, some, vector=True)
        for name in LEAST:
            yield Calls(name, rows, vector=True, before=(2.5,))
        for name in SHARES:
            some = np.abs(rows)
            if name == "normalizedSingle":
                some = _singles(some)
            yield Calls(name, some, vector=True, after=(1 / width,))
        weights = tuple(_vectors("weights", width, width)[0] ** 2)
        yield Calls("weightedMedian", rows, vector=True, after=(weights,))


def _vectors(seed: str, count: int, width: int) -> Array:
    """Rows of numbers of the same size, from tiny to what overflows exp; some equal."""
    random = np.random.default_rng(zlib.crc32(seed.encode()))
    rows = random.normal(0, 1, (max(count // width, 2), width))
    rows *= random.choice([0.0, 1e-8, 0.1, 1.0, 5.0, 50.0, 300.0], (len(rows), 1))
    rows[::3] = np.round(rows[::3])
    return rows
