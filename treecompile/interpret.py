"""What a Program means, executable: the reference that every target is held against.

``clean`` turns one raw record into the values that a program computes with, or says
what is wrong with it; ``leaf`` walks the tree; ``features`` is the vector that the
fitted model sees. Numbers are floats (NaN is missing); a category is itself,
``State.MISSING`` or ``State.UNKNOWN``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from math import copysign, inf, isnan, nan, sqrt
from typing import Any

from .functions import FUNCTIONS
from .program import (
    Always,
    Among,
    Apply,
    Arithmetic,
    Category,
    Check,
    Clip,
    Column,
    Cuts,
    Element,
    Expression,
    Fill,
    Inside,
    IsMissing,
    Match,
    Norm,
    Number,
    Program,
    Read,
    Replace,
    State,
    Steps,
    Test,
    Threshold,
    Tree,
    columns_of,
)

LARGEST_EXACT_INTEGER = 2**53
# The kinds of numpy's complex numbers, times, and records of several values.
NO_VALUES = ("c", "m", "M", "V")
Clean = float | Category
# The clean values by column, and the numbers of earlier stages by Element.
Known = Mapping[Any, Clean]


def number(value: Any) -> float:
    """A number of a raw record as a float, NaN if it is missing.

    Raises TypeError for what is no number (strings too), ValueError for an integer
    that a double cannot be trusted to hold, OverflowError from ``float`` itself.
    """
    value = plain(value)
    if value is None:
        return nan
    if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise TypeError("not a number")
    if hasattr(value, "__index__") and abs(int(value)) > LARGEST_EXACT_INTEGER:
        raise ValueError("an integer beyond 2**53")
    return float(value)


def plain(value: Any) -> Any:
    """The value, None for pandas.NA; TypeError for complex numbers and numpy's dates,
    which are neither numbers nor categories, though some equal one."""
    if type(value).__name__ == "NAType":
        return None
    if isinstance(value, complex):
        raise TypeError("not a value")
    if getattr(getattr(value, "dtype", None), "kind", "") in NO_VALUES:
        raise TypeError("not a value")
    return value


def clean_value(column: Column, value: Any) -> Clean:
    """The clean value of one column; ValueError, TypeError or OverflowError if bad."""
    if column.categories is None:
        x = number(value)
        if isnan(x) and column.missing:
            return x
        if not column.holds(x):
            raise ValueError("out of range")
        return x
    value = plain(value)
    nan_of_times = type(value).__name__ == "NaTType"  # which is missing to no encoder
    if value is None or (value != value and not nan_of_times):
        if column.missing:
            return State.MISSING
        raise ValueError("missing")
    for category in column.categories:
        if hash(category) == hash(value) and category == value:
            return category
    if column.unknown:
        return State.UNKNOWN
    raise ValueError("not a known category")


def clean(
    program: Program, record: Mapping[str, Any]
) -> tuple[dict[int, Clean], tuple[str, ...], dict[str, Any]]:
    """The clean values of the required columns by index, the missing columns, and the
    invalid values by column."""
    values: dict[int, Clean] = {}
    absent: list[str] = []
    invalid: dict[str, Any] = {}
    for index in program.required:
        column = program.columns[index]
        if column.name not in record:
            absent.append(column.name)
            continue
        try:
            values[index] = clean_value(column, record[column.name])
        except (TypeError, ValueError, ArithmeticError):
            invalid[column.name] = record[column.name]
    if not absent and not invalid:
        for check in program.checks:
            used = columns_of(check.value)
            if used <= values.keys() and not passes(check, values):
                names = [program.columns[index].name for index in sorted(used)]
                invalid.update((name, record[name]) for name in names)
    return values, tuple(absent), invalid


def passes(check: Check, values: Known) -> bool:
    """Whether a clean record has what the model asks for there."""
    x = evaluate(check.value, values)
    return check.missing if x != x else check.low <= x <= check.high


def value_of(expression: Expression, values: Known) -> Clean:
    """What an expression is worth on a clean record: a float or a category."""
    match expression:
        case Read(column):
            return values[column]
        case Element():
            return values[expression]
        case Number(value):
            return value
        case Fill(operand, value):
            x = value_of(operand, values)
            return value if is_missing(x) else x
        case Replace(operand, old, new):
            x = value_of(operand, values)
            return x if x != old else State.MISSING if new is None else new
        case Match(operand, table, default):
            x = value_of(operand, values)
            state = State.MISSING if is_missing(x) else x
            return dict(table).get(state, default)
        case IsMissing(operand):
            return 1.0 if is_missing(value_of(operand, values)) else 0.0
        case Arithmetic(operator, left, right):
            return arithmetic(operator, evaluate(left, values), evaluate(right, values))
        case Clip(operand, low, high):
            return min(max(evaluate(operand, values), low), high)
        case Steps(operand, edges):
            x = evaluate(operand, values)
            return x if x != x else float(bisect_right(edges, x))
        case Apply(function, operand, parameters):
            return FUNCTIONS[function].apply(evaluate(operand, values), *parameters)
        case Norm(kind, vector, least, paired):
            return norm(kind, [evaluate(x, values) for x in vector], least, paired)
        case Inside(vector, ranges):
            numbers = [evaluate(x, values) for x in vector]
            return float(all(map(within, numbers, ranges)))
    raise TypeError(f"not an expression: {expression!r}")


def evaluate(expression: Expression, values: Known) -> float:
    """The same of an expression that is a number; a missing one is NaN."""
    value = value_of(expression, values)
    return nan if value is State.MISSING else float(value)  # type: ignore[arg-type]


def is_missing(value: Clean) -> bool:
    return value is State.MISSING or value != value


def arithmetic(operator: str, a: float, b: float) -> float:
    """One IEEE operation: a division by zero is an infinity or NaN, as in numpy."""
    if operator == "+":
        return a + b
    if operator == "-":
        return a - b
    if operator == "*":
        return a * b
    if b:
        return a / b
    return nan if a != a or b != b or not a else copysign(inf, a) * copysign(1.0, b)


def within(x: float, bounds: tuple[float, float, bool]) -> bool:
    """Whether a number is in the range of an ``Inside``."""
    low, high, missing = bounds
    return missing if x != x else low < x <= high


def norm(kind: str, vector: list[float], least: float, paired: bool) -> float:
    """The length of a vector; one where it is below ``least``."""
    if kind == "l1":
        magnitudes = [abs(x) for x in vector]
        length = numpy_sum(magnitudes) if paired else left_to_right(magnitudes)
    elif kind == "l2":
        squares = [x * x for x in vector]
        length = sqrt(numpy_dot(squares) if paired else left_to_right(squares))
    else:
        length = max(map(abs, vector) if kind == "max" else vector)
    return 1.0 if length < least else length


def left_to_right(terms: Sequence[float]) -> float:
    """The sum of doubles, each rounded (``sum`` compensates since CPython 3.12)."""
    total = 0.0
    for term in terms:
        total += term
    return total


def numpy_sum(terms: Sequence[float]) -> float:
    """The sum as numpy.sum has it of doubles side by side in memory (docs/arithmetic.md, Pairwise
    sums)."""
    n = len(terms)
    if n < 8:
        return left_to_right(terms)
    if n > 128:
        half = n // 2 - n // 2 % 8
        return numpy_sum(terms[:half]) + numpy_sum(terms[half:])
    r = [left_to_right(terms[k : n - n % 8 : 8]) for k in range(8)]
    eight = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
    for term in terms[n - n % 8 :]:
        eight += term
    return eight


def numpy_dot(products: Sequence[float]) -> float:
    """The sum as numpy.einsum has it of products side by side (docs/arithmetic.md, Sums of
    squares)."""
    n = len(products)
    pairs = [(i, i + 1) for i in range(0, n, 2)]
    blocks = n // 8
    order = [pairs[4 * b + k] for b in range(blocks) for k in (3, 2, 1, 0)]
    even = odd = 0.0
    for i, j in order + pairs[4 * blocks :]:
        even += products[i]
        odd += products[j] if j < n else 0.0
    return even + odd


def goes_left(program: Program, test: Test, values: Known) -> bool:
    """Which way a clean record goes at a node."""
    if isinstance(test, Always):
        return test.left
    if isinstance(test, Among):
        return (values[test.column] in test.states) == test.inside
    if isinstance(test, Cuts):
        x = values[test.column]
    else:
        x = evaluate(program.feature(test.feature).value, values)
    if x != x:
        return test.missing_left
    if isinstance(test, Threshold):
        return x <= test.cut  # type: ignore[operator]
    return (bisect_left(test.cuts, x) % 2 == 0) == test.first  # type: ignore[type-var]


def leaf(program: Program, tree: Tree, values: Known) -> int:
    """The number of the leaf of a tree that a clean record falls into."""
    node = 0
    while (test := tree.tests[node]) is not None:
        left = goes_left(program, test, values)
        node = tree.left[node] if left else tree.right[node]
    return tree.leaf[node]


def features(program: Program, values: Known) -> tuple[float, ...]:
    """The vector that the fitted model sees, of a record with every column."""
    return tuple(evaluate(feature.value, values) for feature in program.features)
