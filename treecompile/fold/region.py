"""Where on the line of numbers a yes-or-no question is answered with yes.

A question about a feature becomes one about the column it is read from by pulling it
back through the operations between, the last one first: what was "feature <= cut"
becomes "column in these intervals", exactly, on every double.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..functions import EVERYWHERE, FUNCTIONS, VALLEY, Piece
from ..interpret import arithmetic, evaluate
from ..program import (
    Apply,
    Arithmetic,
    Clip,
    Expression,
    Fill,
    Inside,
    IsMissing,
    Match,
    Number,
    Read,
    Replace,
    State,
    Steps,
)
from .doubles import HIGHEST, LOWEST, double, index, last_true

# A function of libm or numpy may waver within a few places of a cut: so many on either
# side are tried one by one (docs/arithmetic.md, Cuts behind functions).
NEIGHBOURS = 64
_TINY = 5e-324


@dataclass(frozen=True)
class Region:
    """Yes up to the first cut if ``first``, then no up to the second, and so on.

    Cuts are places of doubles (``doubles.py``), ascending; each is the last place of
    its stretch. ``missing`` is the answer for NaN.
    """

    cuts: tuple[int, ...]
    first: bool
    missing: bool

    def holds(self, x: float) -> bool:
        """The answer for one double."""
        if x != x:
            return self.missing
        place = index(x)
        return (sum(cut < place for cut in self.cuts) % 2 == 0) == self.first


def at_most(cut: float, missing: bool) -> Region:
    """``x <= cut``, and as said for NaN."""
    return Region((index(cut),), True, missing)


def from_answers(pieces: Iterable[tuple[int, bool]], missing: bool) -> Region:
    """The region of (last place, answer) pieces, which together cover the line."""
    cuts: list[int] = []
    answer = first = None
    previous = LOWEST - 1
    for last, says in pieces:
        if last <= previous:
            continue  # an empty piece
        if first is None:
            first = says
        elif says != answer:
            cuts.append(previous)
        answer, previous = says, last
    return Region(tuple(cuts), bool(first), missing)


def pull_back(
    expression: Expression, region: Region, *, of_check: bool = False
) -> Region | None:
    """The region of the column's numbers whose feature lies in ``region``.

    ``expression`` reads one number column. None where an operation is not made of
    rising and falling pieces, so that its value must be computed at run time. Those
    ``of_check`` go through powers and reciprocals, too: of a check, nothing is left to
    be computed at run time.
    """
    while not isinstance(expression, Read):
        step = _of_check(expression, region) if of_check else None
        step = step or _step(expression, region)
        if step is None:
            return None
        expression, region = step
    return region


def _step(expression: Expression, region: Region) -> tuple[Expression, Region] | None:
    """The operand of the outermost operation, and the region pulled back through it."""
    match expression:
        case Fill(operand, value):
            answer = region.holds(float(value))  # type: ignore[arg-type]
            return operand, Region(region.cuts, region.first, answer)
        case Replace(operand, old, new):
            answer = region.missing if new is None else region.holds(float(new))
            return operand, _with_points(region, {float(old): answer})  # type: ignore[arg-type]
        case IsMissing(operand):
            return operand, Region((), region.holds(0.0), region.holds(1.0))
        case Match(operand, table, default):
            entries = dict(table)
            missing = region.holds(entries.pop(State.MISSING, default))
            entries.pop(State.UNKNOWN, None)
            base = Region((), region.holds(default), missing)
            points = {float(k): region.holds(v) for k, v in entries.items()}  # type: ignore[arg-type]
            return operand, _with_points(base, points)
        case Inside((operand,), ((low, high, missing),)):
            answers = [region.holds(x) for x in (0.0, 1.0)]
            last = [index(end) for end in (low, high, math.inf)]
            says = (answers[0], answers[1], answers[0])
            return operand, from_answers(zip(last, says), answers[missing])
        case Steps(operand, edges):
            ends = [index(edge) - 1 for edge in edges] + [HIGHEST]
            answers = [region.holds(float(count)) for count in range(len(ends))]
            return operand, from_answers(zip(ends, answers), region.missing)
        case Clip(operand, low, high):
            rising: tuple[Piece, ...] = ((-math.inf, math.inf, 1),)
            return operand, _through(lambda x: min(max(x, low), high), rising, region)
        case Arithmetic(operator, left, right):
            return _arithmetic(operator, left, right, region)
        case Apply(name, operand, parameters):
            function = FUNCTIONS[name]
            pieces = function.pieces_for(parameters)
            if not pieces:
                return None
            scan = 0 if function.exact else NEIGHBOURS
            return operand, _through(
                lambda x: function.apply(x, *parameters), pieces, region, scan
            )
    return None


def _of_check(
    expression: Expression, region: Region
) -> tuple[Expression, Region] | None:
    """The same through a reciprocal, whose infinities on both sides of zero go one way,
    or through a power, as a product of the operand and itself."""
    if isinstance(expression, Apply) and expression.function == "reciprocal":
        if region.holds(math.inf) != region.holds(-math.inf):
            return None
        apply = FUNCTIONS["reciprocal"].apply
        apart = ((-math.inf, -_TINY, -1), (0.0, 0.0, 1), (_TINY, math.inf, -1))
        return expression.operand, _through(apply, apart, region)
    factors = _factors(expression)
    if len(factors) < 2 or len(set(factors)) > 1:
        return None
    pieces = VALLEY if len(factors) % 2 == 0 else EVERYWHERE
    power = _of_itself(expression, factors[0])
    return factors[0], _through(lambda x: evaluate(power, {0: x}), pieces, region)


def _factors(expression: Expression) -> list[Expression]:
    """What a product of numbers that are no constants is made of."""
    found: list[Expression] = []
    todo = [expression]
    while todo:
        part = todo.pop()
        if isinstance(part, Arithmetic) and part.operator == "*":
            todo += [part.left, part.right]
        else:
            found.append(part)
    return [] if any(isinstance(part, Number) for part in found) else found


def _of_itself(expression: Expression, factor: Expression) -> Expression:
    """The product with a column in the place of its factor."""
    if expression == factor or not isinstance(expression, Arithmetic):
        return Read(0)
    left = _of_itself(expression.left, factor)
    return Arithmetic("*", left, _of_itself(expression.right, factor))


def _with_points(region: Region, points: dict[float, bool]) -> Region:
    """The region with the answers at single numbers replaced."""
    pieces: list[tuple[int, bool]] = []
    answer = region.first
    ends = [*region.cuts, HIGHEST]
    places = sorted((index(x), says) for x, says in points.items() if x == x)
    upcoming = iter([*places, (HIGHEST + 1, False)])
    place, says = next(upcoming)
    for end in ends:
        while place <= end:
            pieces += [(place - 1, answer), (place, says)]
            place, says = next(upcoming)
        pieces.append((end, answer))
        answer = not answer
    return from_answers(pieces, region.missing)


def _arithmetic(
    operator: str, left: Expression, right: Expression, region: Region
) -> tuple[Expression, Region] | None:
    """Through one operation with a constant: each is monotone, rounding included."""
    if isinstance(right, Number):
        operand, c = left, right.value
        rises = operator in "+-" or c > 0 or (c == 0 and math.copysign(1, c) > 0)
        guesses = {"+": "-", "-": "+", "*": "/", "/": "*"}

        def apply(x: float) -> float:
            return arithmetic(operator, x, c)

        def guess(y: float) -> float:
            return arithmetic(guesses[operator], y, c)

    elif isinstance(left, Number) and operator in "+-*":
        operand, c = right, left.value
        rises = operator == "+" or (operator == "*" and c > 0)

        def apply(x: float) -> float:
            return arithmetic(operator, c, x)

        def guess(y: float) -> float:
            inverse = {"+": ("-", y, c), "-": ("-", c, y), "*": ("/", y, c)}
            return arithmetic(*inverse[operator])

    else:
        return None
    if c != c or (c == 0 and operator in "*/") or math.isinf(c):
        return operand, _flat(apply, region)
    pieces = ((-math.inf, math.inf, 1 if rises else -1),)
    return operand, _through(apply, pieces, region, guess=guess)


def _flat(apply: Callable[[float], float], region: Region) -> Region:
    """Through an operation that has one value for each of -inf, < 0, 0, > 0 and inf."""
    ends = [
        (-math.inf, -math.inf),
        (-1.0, -5e-324),
        (0.0, 0.0),
        (1.0, double(HIGHEST - 1)),
    ]
    pieces = [(index(end), region.holds(apply(x))) for x, end in ends]
    pieces.append((HIGHEST, region.holds(apply(math.inf))))
    return from_answers(pieces, region.holds(apply(math.nan)))


def _through(
    apply: Callable[[float], float],
    pieces: tuple[Piece, ...],
    region: Region,
    scan: int = 0,
    guess: Callable[[float], float] | None = None,
) -> Region:
    """Through a function that rises or falls in each piece and is NaN between them."""
    answers: list[tuple[int, bool]] = []
    covered = LOWEST - 1
    for start, stop, sense in pieces:
        low, high = max(index(start), covered + 1), index(stop)
        answers.append((low - 1, region.missing))
        answers += _piece(apply, low, high, sense, region, scan, guess)
        covered = high
    answers.append((HIGHEST, region.missing))
    return from_answers(answers, region.holds(apply(math.nan)))


def _piece(
    apply: Callable[[float], float],
    low: int,
    high: int,
    sense: int,
    region: Region,
    scan: int,
    guess: Callable[[float], float] | None,
) -> list[tuple[int, bool]]:
    """The answers along one piece: a step at the image of each cut."""
    answers: list[tuple[int, bool]] = []
    done = low - 1
    for cut in region.cuts if sense > 0 else reversed(region.cuts):
        bound = double(cut)
        if sense > 0:

            def before(x: float, bound: float = bound) -> bool:
                return apply(x) <= bound

        else:

            def before(x: float, bound: float = bound) -> bool:
                return apply(x) > bound

        last = last_true(before, low, high, guess and guess(bound))
        first, stop = max(last - scan, done + 1), min(last + scan, high)
        if first - 1 > done:
            answers.append((first - 1, region.holds(apply(double(first - 1)))))
        places = range(first, stop + 1) if scan else range(first, last + 1)
        answers += [(place, region.holds(apply(double(place)))) for place in places]
        done = max(done, places[-1] if places else done, first - 1)
    if done < high:
        answers.append((high, region.holds(apply(double(high)))))
    return answers
