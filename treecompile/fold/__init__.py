"""fold: a Program -> the same Program, its tests put to the raw columns.

Every test on a feature becomes a test on the column that the feature is read from; a
check on one column becomes its bounds, so that the validator speaks of columns; a test
that the tests above it have decided is dropped with the branch that no record can
reach; a column that no test reads is not required.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..program import (
    Among,
    Bands,
    Cuts,
    Ensemble,
    Expression,
    Program,
    SingleTree,
    Test,
    Threshold,
    Trees,
    columns_of,
    inputs_of,
)
from ..progress import Progress, silent
from .constrain import constrain
from .prune import Everything, merged, prune
from .rewrite import RawTests


def fold(
    program: Program, *, require_all: bool = False, progress: Progress = silent
) -> Program:
    """The folded program; ``require_all`` keeps every column required.

    ``progress`` is told of every tree.
    """
    program = constrain(program)
    folding = _Folding(program, progress)
    old = program.model
    model: SingleTree | Ensemble
    if isinstance(old, SingleTree):
        model = folding.single(old)
    else:
        stages = tuple(
            (
                folding.trees(stage, apart=number == old.applies)
                if isinstance(stage, Trees)
                else stage
            )
            for number, stage in enumerate(old.stages)
        )
        for stage in stages:
            folding.reads(inputs_of(stage))
        folding.reads(old.scores)
        model = replace(old, stages=stages)
    everything = range(len(program.columns))
    required = tuple(i for i in everything if require_all or i in folding.read)
    checks = tuple(c for c in program.checks if columns_of(c.value) <= set(required))
    return replace(program, model=model, required=required, checks=checks)


class _Folding:
    """The trees of a program, folded one by one; ``read`` are the columns they read."""

    def __init__(self, program: Program, progress: Progress) -> None:
        self.program = program
        self.read: set[int] = set()
        self._progress = progress
        self._done, self._trees = 0, sum(1 for _ in program.trees())
        self._raw = RawTests(program)
        self._everything = Everything(program)
        self._seen: set[int] = set()

    def single(self, old: SingleTree) -> SingleTree:
        tree, kept = prune(self._raw.of(old.tree), self.program, self._everything)
        self._look(tree.tests)
        return replace(
            old,
            tree=tree,
            predictions=tuple(old.predictions[i] for i in kept),
            probabilities=old.probabilities
            and tuple(old.probabilities[i] for i in kept),
            nodes=tuple(old.nodes[i] for i in kept),
        )

    def trees(self, old: Trees, apart: bool) -> Trees:
        """``apart`` keeps equal leaves apart, where they are asked for by number."""
        trees, rows, nodes = [], [], []
        for tree, row, node in zip(old.trees, old.rows, old.nodes, strict=True):
            self._progress("Folding", self._done, self._trees)
            self._done += 1
            if not apart:
                tree = merged(tree, row)
            folded, kept = prune(self._raw.of(tree), self.program, self._everything)
            self._look(folded.tests)
            trees.append(folded)
            rows.append(tuple(map(row.__getitem__, kept)))
            nodes.append(tuple(map(node.__getitem__, kept)))
        return replace(old, trees=tuple(trees), rows=tuple(rows), nodes=tuple(nodes))

    def reads(self, expressions: Iterable[Expression]) -> None:
        self.read |= columns_of(*expressions)

    def _look(self, tests: tuple[Test | None, ...]) -> None:
        computed = set()
        for test in tests:
            if isinstance(test, (Cuts, Among)):
                self.read.add(test.column)
            elif isinstance(test, (Threshold, Bands)):
                computed.add(test.feature)
        for feature in computed - self._seen:
            self._seen.add(feature)
            self.reads([self.program.feature(feature).value])
