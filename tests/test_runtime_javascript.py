"""The functions that scorers in JavaScript take along answer the bits of Python's.

By hand, with a million points for each function (takes minutes):

    python tests/test_runtime_javascript.py 1000000
"""

from __future__ import annotations

import base64
import importlib.util
import json
import math
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

TEMPLATES = Path(__file__).parents[1] / "templates"
PYTHON = TEMPLATES / "python" / "runtime.py"
JAVASCRIPT = TEMPLATES / "javascript" / "runtime.mjs"
POINTS = 20_000
Array = np.ndarray[Any, np.dtype[np.float64]]

# Answers the calls of one list after another: rows of numbers, each a record of arguments
# (or one vector) between the same numbers before and after.
NODE = """
import { readFileSync } from "node:fs";
const runtime = await import(process.argv[1]);
const answers = JSON.parse(readFileSync(0, "utf8")).map((ask) => {
  const bytes = Buffer.from(ask.rows, "base64");
  const numbers = new Float64Array(bytes.length / 8);
  Buffer.from(numbers.buffer).set(bytes);
  const call = runtime[ask.name];
  const answers = [];
  for (let i = 0; i < numbers.length; i += ask.width) {
    const row = Array.from(numbers.subarray(i, i + ask.width));
    const given = ask.vector ? [row] : row;
    answers.push(...[call(...ask.before, ...given, ...ask.after)].flat());
  }
  const result = Float64Array.from(answers, (x) => (x === null ? NaN : x));
  return Buffer.from(result.buffer).toString("base64");
});
console.log(JSON.stringify(answers));
"""


# A comment, and one function or constant.
BLOCK = r"/\*\*(?:(?!\*/).)*\*/\n(?:function \w+\(.*\n\}|const [A-Z0-9_]+ =.*;)$"


@dataclass(frozen=True)
class Calls:
    """Calls of one function, a row of numbers each."""

    name: str
    rows: Array
    vector: bool = False
    before: tuple[object, ...] = ()
    after: tuple[object, ...] = ()


@cache
def _node() -> str | None:
    """Where node 18 or later is."""
    node = shutil.which("node")
    if node is None:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True)
    match = re.match(r"v(\d+)\.", version.stdout)
    return node if match and int(match[1]) >= 18 else None


def _python(name: str) -> Callable[..., Any]:
    """The function of Python's runtime that answers to a name of JavaScript's."""
    function: Callable[..., Any] = getattr(
        _module(),
        "_" + re.sub(r"(?<!^)([A-Z])", lambda match: "_" + match[1].lower(), name),
    )
    return function


@cache
def _module() -> Any:
    spec = importlib.util.spec_from_file_location("scorer_runtime", PYTHON)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _bits(answers: Array) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """The bits of some numbers, the same for each NaN."""
    return np.where(np.isnan(answers), np.nan, answers).view(np.uint64)


def _answers_of_python(calls: Calls) -> Array:
    function = _python(calls.name)
    answers: list[float] = []
    for row in calls.rows.tolist():
        given = [row] if calls.vector else row
        answer = function(*calls.before, *given, *calls.after)
        answers.extend(answer if isinstance(answer, tuple) else [answer])
    return np.array(answers, dtype=np.float64)


def _answers_of_javascript(node: str, asked: list[Calls]) -> list[Array]:
    """What one process of node answers."""
    asks = [
        {
            "name": calls.name,
            "rows": base64.b64encode(calls.rows.astype("<f8").tobytes()).decode(),
            "width": calls.rows.shape[1],
            "vector": calls.vector,
            "before": calls.before,
            "after": calls.after,
        }
        for calls in asked
    ]
    command = [node, "--input-type=module", "-e", NODE, JAVASCRIPT.as_uri()]
    done = subprocess.run(
        command, input=json.dumps(asks), capture_output=True, text=True, check=True
    )
    return [
        np.frombuffer(base64.b64decode(answer), dtype="<f8")
        for answer in json.loads(done.stdout)
    ]


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


def _asked(count: int, seed: str) -> Iterator[Calls]:
    """The calls that are compared, about as many of each function."""
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


def _differences(
    node: str, count: int, seed: str = ""
) -> dict[str, tuple[int, int, int]]:
    """By function: how many answers are compared, differ, and the most units by which."""
    found: dict[str, tuple[int, int, int]] = {}
    asked = list(_asked(count, seed))
    answers = _answers_of_javascript(node, asked)
    for calls, given in zip(asked, answers, strict=True):
        ours, theirs = _bits(given), _bits(_answers_of_python(calls))
        assert len(ours) == len(theirs), calls.name
        differ = ours != theirs
        units = np.abs(ours.view(np.int64) - theirs.view(np.int64))[differ]
        before = found.get(calls.name, (0, 0, 0))
        most = max(before[2], int(units.max())) if len(units) else before[2]
        found[calls.name] = (before[0] + len(ours), before[1] + len(units), most)
    return found


# Where the C library of this machine has other bits than glibc's with FMA, none of the
# functions that call it can be compared.
REFERENCE = {
    math.exp(1.789): "0x1.7ef11b68e4057p+2",
    math.expm1(1.867): "0x1.5e01d037dcef3p+2",
    math.log1p(1.881): "0x1.0ee218a8a1e57p+0",
    math.atan(2.851): "0x1.3bc35e6e623e1p+0",
    math.pow(2.222, 2.5): "0x1.d70554e88e281p+2",
}
HAS_REFERENCE = all(float.fromhex(text) == x for x, text in REFERENCE.items())
needs_node = pytest.mark.skipif(
    _node() is None, reason="node 18 or later is not on the PATH"
)


@needs_node
@pytest.mark.skipif(not HAS_REFERENCE, reason="the C library is not glibc with FMA")
def test_each_function_answers_the_bits_of_pythons() -> None:
    node = _node()
    assert node is not None
    found = _differences(node, POINTS)
    assert {name: seen for name, seen in found.items() if seen[1]} == {}
    assert set(found) == _functions()


@needs_node
def test_a_product_and_a_sum_are_rounded_once() -> None:
    node = _node()
    assert node is not None
    random = np.random.default_rng(3)
    a, b, c = random.uniform(1, 2, (3, 3000))
    c *= random.choice([-1, 1], 3000) * 2.0 ** random.integers(-60, 60, 3000)
    # These are half way between two numbers, but for what the product of n and 1 / n
    # lacks.
    a[::2] = random.integers(3, 2**30, 1500)
    b[::2] = 1 / a[::2]
    c[::2] = random.choice([-1, 1], 1500) * (2.0**53 + 2 * random.integers(0, 9, 1500))
    rows = np.column_stack([a * random.choice([-1, 1], 3000), b, c])
    exact = [
        float(Fraction(a) * Fraction(b) + Fraction(c)) for a, b, c in rows.tolist()
    ]
    (given,) = _answers_of_javascript(node, [Calls("fma", rows)])
    assert given.tolist() == exact


def test_the_file_holds_nothing_but_functions_constants_and_their_comments() -> None:
    text = JAVASCRIPT.read_text()
    _, *blocks, exports = re.split(r"\n\n(?=/\*\*|export )", text)
    assert not [x for x in blocks if not re.match(BLOCK, x, re.DOTALL)]
    assert set(re.findall(r"^  (\w+),$", exports, re.MULTILINE)) == (
        _functions() | {"fma"}
    )
    assert "import" not in text


def _functions() -> set[str]:
    """The functions of Python's runtime, by their names in JavaScript."""
    names = re.findall(r"^def _(\w+)", PYTHON.read_text(), re.MULTILINE)
    return {re.sub("_([a-z0-9])", lambda match: match[1].upper(), x) for x in names}


def _by_hand(count: int) -> None:
    """Print a line for each function; every round has other points."""
    node = _node()
    assert node is not None
    found: dict[str, tuple[int, int, int]] = {}
    for turn in range(-(-count // POINTS)):
        for name, (seen, differ, most) in _differences(node, POINTS, str(turn)).items():
            before = found.get(name, (0, 0, 0))
            found[name] = (before[0] + seen, before[1] + differ, max(before[2], most))
    print("function                 answers  differ    most")
    for name, numbers in found.items():
        print(name.ljust(22), *(str(number).rjust(9) for number in numbers))


if __name__ == "__main__":
    _by_hand(int(sys.argv[1]))
