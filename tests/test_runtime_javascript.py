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
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from runtime_calls import Array, Calls, asked

TEMPLATES = Path(__file__).parents[1] / "templates"
PYTHON = TEMPLATES / "python" / "runtime.py"
JAVASCRIPT = TEMPLATES / "javascript" / "runtime.mjs"
POINTS = 20_000

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


def _answers_of_javascript(node: str, every: list[Calls]) -> list[Array]:
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
        for calls in every
    ]
    command = [node, "--input-type=module", "-e", NODE, JAVASCRIPT.as_uri()]
    done = subprocess.run(
        command, input=json.dumps(asks), capture_output=True, text=True, check=True
    )
    return [
        np.frombuffer(base64.b64decode(answer), dtype="<f8")
        for answer in json.loads(done.stdout)
    ]


def _differences(
    node: str, count: int, seed: str = ""
) -> dict[str, tuple[int, int, int]]:
    """By function: how many answers are compared, differ, and the most units by which."""
    found: dict[str, tuple[int, int, int]] = {}
    every = list(asked(count, seed))
    answers = _answers_of_javascript(node, every)
    for calls, given in zip(every, answers, strict=True):
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
