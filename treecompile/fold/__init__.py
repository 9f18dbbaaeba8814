"""fold: a Program -> the same Program, its tests put to the raw columns.

Every test on a feature becomes a test on the column that the feature is read from; a
check on one column becomes its bounds, so that the validator speaks of columns; a test
that the tests above it have decided is dropped with the branch that no record can
reach; a column that no test reads is not required.
"""

from __future__ import annotations

from dataclasses import replace

from ..program import Among, Cuts, Program, Threshold, columns_of
from .constrain import constrain
from .prune import prune
from .rewrite import raw_tests


def fold(program: Program, *, require_all: bool = False) -> Program:
    """The folded program; ``require_all`` keeps every column required."""
    program = constrain(program)
    tree, kept = prune(raw_tests(program), program)
    old = program.model
    model = replace(
        old,
        tree=tree,
        predictions=tuple(old.predictions[i] for i in kept),
        probabilities=old.probabilities and tuple(old.probabilities[i] for i in kept),
        nodes=tuple(old.nodes[i] for i in kept),
    )
    read: set[int] = set()
    for test in set(tree.tests):
        if isinstance(test, Threshold):
            read |= columns_of(program.features[test.feature].value)
        elif isinstance(test, (Cuts, Among)):
            read.add(test.column)
    everything = range(len(program.columns))
    required = tuple(i for i in everything if require_all or i in read)
    checks = tuple(c for c in program.checks if columns_of(c.value) <= set(required))
    return replace(program, model=model, required=required, checks=checks)
