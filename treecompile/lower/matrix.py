"""Whether what comes out of the parts beside a model reaches it as a sparse matrix.

A part may make a sparse matrix, and the user, whose own code stands between the parts,
may have made it dense (``toarray()``), or have put several side by side
(``scipy.sparse.hstack``). It matters: XGBoost takes what a sparse matrix does not hold
for missing, and scikit-learn computes some things otherwise. So both are tried. What a
model cannot have been fitted on falls out; where both are possible, and differ, the user
is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..errors import TreecompileError, UnsupportedModel
from ..program import Program
from .flow import OtherMatrix, Told

Lowering = Callable[[Told], Program]


def with_matrix(lower: Lowering, told: Told, by_hand: bool, frame: bool) -> Program:
    """The program of a model, behind a matrix of the kind that reaches it.

    ``by_hand`` says that parts stand beside the model, with code of the user's between,
    and ``frame`` that the model was fitted on a frame.
    """
    if not by_hand or told.sparse is not None:
        return lower(told)
    dense = _try(lower, told, False)
    parts = dense.told.made_sparse
    if not parts and not isinstance(dense.error, OtherMatrix):
        return dense.made()  # no part makes a sparse one, and none is needed
    sparse = _try(lower, told, True)
    ways = [way for way in (sparse, dense) if not isinstance(way.error, OtherMatrix)]
    if len(ways) == 1:
        return ways[0].made()
    if not ways:
        raise _open(parts, "and the model fits neither it nor a dense one")
    if sparse.error is not None and dense.error is not None:
        return sparse.made()
    if sparse.error is None and dense.error is None and _same(sparse, dense):
        # They differ at most in the missing values that are taken.
        return dense.made() if frame else sparse.made()
    raise _open(
        parts, "and the model does not show whether it was fitted on a dense one"
    )


class _Way:
    """What lowering comes to under a supposition: a program, or an error."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.program: Program | None = None
        self.error: TreecompileError | None = None

    def made(self) -> Program:
        if self.program is None:
            assert self.error is not None
            raise self.error
        return self.program


def _try(lower: Lowering, told: Told, sparse: bool) -> _Way:
    way = _Way(replace(told, sparse=sparse, trial=True, made_sparse=[], encoded={}))
    try:
        way.program = lower(way.told)
    except TreecompileError as error:
        way.error = error
    return way


def _same(one: _Way, other: _Way) -> bool:
    """Whether two programs answer the same; one may refuse more of the missing values,
    which scikit-learn does where a matrix is sparse."""
    a, b = one.made(), other.made()
    return (a.model, a.features, a.inner) == (b.model, b.features, b.inner)


def _open(parts: list[str], problem: str) -> UnsupportedModel:
    names = " and ".join(dict.fromkeys(parts)) or "the parts beside the model"
    makes = "make" if len(set(parts)) != 1 else "makes"
    what = f"{makes} a sparse matrix" if parts else "make a dense matrix"
    return UnsupportedModel(
        names,
        f"{what}, {problem}",
        "Say which one reaches the model: --sparse, which holds no zeros (XGBoost takes "
        "these for missing),\nor --dense, if the matrix is made dense before, as by "
        "toarray() or in a frame.",
    )
