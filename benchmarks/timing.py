"""What the benchmarks share: times taken in turn, and scorers made for the moment.

All ratios are of times taken in turn in one run. In each round every contender takes
records that no contender has seen in that process, in a new order, so that none profits
from a branch that the processor remembers or from a quieter moment of the machine.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from treecompile import compile_model

ROUNDS = 9


class Contender:
    """A function of one argument, and the arguments that it takes in each round.

    ``rows`` is how many records one call scores.
    """

    def __init__(
        self,
        name: str,
        function: Callable[[Any], Any],
        arguments: Sequence[Any],
        rows: int = 1,
        rounds: int = ROUNDS,
    ) -> None:
        self.name, self.function, self.rows = name, function, rows
        size = len(arguments) // rounds
        assert size, f"{name}: fewer arguments than rounds"
        self.shares = [arguments[i * size : (i + 1) * size] for i in range(rounds)]
        self.times: list[float] = []

    def run(self, turn: int) -> None:
        """Takes the time of one round, in seconds a record."""
        function, arguments = self.function, self.shares[turn]
        start = time.perf_counter()
        for argument in arguments:
            function(argument)
        taken = time.perf_counter() - start
        self.times.append(taken / (len(arguments) * self.rows))


def race(contenders: Sequence[Contender]) -> None:
    """Every contender once a round, in a new order each time; the first round is run
    twice, since it warms the interpreter and the caches up."""
    order = list(contenders)
    shuffle = random.Random(0).shuffle
    for turn in [0, *range(len(order[0].shares))]:
        shuffle(order)
        for contender in order:
            contender.run(turn)
    for contender in order:
        del contender.times[0]


def ratio(slow: Contender, fast: Contender) -> float:
    """How many times as long one takes: the median over the rounds."""
    return statistics.median(a / b for a, b in zip(slow.times, fast.times))


def report(title: str, contenders: Sequence[Contender]) -> None:
    """A line for each contender: the time of a record, and its ratio to the first."""
    race(contenders)
    print(title)
    first = contenders[0]
    for contender in contenders:
        took = statistics.median(contender.times)
        print(
            f"    {contender.name:<46} {written(took):>10}"
            f"  {ratio(contender, first):10.2f} x"
        )
    print()


def written(seconds: float) -> str:
    """A time in a unit that fits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def scorer(model: Any, **options: Any) -> SimpleNamespace:
    """The compiled scorer of a fitted model, as a module."""
    return module(compile_model(model, format=False, **options))


def module(source: str) -> SimpleNamespace:
    """The names that a module defines, from its text."""
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(source, "generated", "exec"), names)
    return SimpleNamespace(**names)
