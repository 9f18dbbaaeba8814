"""FunctionTransformer over one of numpy's own functions, by name
(docs/arithmetic.md, Functions of numpy by name)."""

from __future__ import annotations

import math
from typing import Any

from ..functions import numpy_function
from ..program import Apply, Expression
from ..read.records import Name, Record
from .flow import FLOAT64, Flow, Step
from .registry import Row, TransformerRow
from .scalers import operate

# numpy multiplies by these.
FACTORS = {
    "deg2rad": math.pi / 180.0,
    "radians": math.pi / 180.0,
    "rad2deg": 180.0 / math.pi,
    "degrees": 180.0 / math.pi,
}
# Functions that scipy's sparse matrices have of their own, number by number.
ON_SPARSE = {
    "abs",
    "arcsinh",
    "arctan",
    "expm1",
    "log1p",
    "sqrt",
    "tanh",
}


def function(step: Step) -> Flow:
    """The function of each number; every check is off unless ``validate`` is on."""
    record, flow = step.record, step.flow
    validates = record.get("validate", False)
    if validates or (validates is None and step.version < (0, 22)):
        for value in flow.values:
            step.raw.check(value, missing=False)
        flow = Flow(flow.features, flow.sparse, flow.dtypes)
    what = record.get("func")
    if what is None:
        return flow
    if record.get("kw_args"):
        raise step.refuse(
            f"it calls {name_of(what)} with arguments of its own (kw_args)",
            "Apply it before the records reach the scorer, and fit the model without it.",
        )
    name = _known(step, what)
    if flow.dtypes != FLOAT64:
        raise step.refuse(
            f"it calls {name_of(what)} on numbers that are not doubles",
            "Leave the dtype of the steps before it at their defaults and fit again.",
        )
    if flow.sparse and name not in ON_SPARSE:
        raise step.refuse(
            f"it calls {name_of(what)} on a sparse matrix",
            "Give it a dense matrix (sparse_output=False, sparse_threshold=0).",
        )
    return flow.with_values(_applied(name, value) for value in flow.values)


def _known(step: Step, what: Any) -> str:
    """The name of one of the functions known here; anything else is refused."""
    if isinstance(what, Name) and what.package == "numpy":
        if what.name in FACTORS or what.name == "positive":
            return what.name
        name = numpy_function(what.module, what.name)
        if name is not None:
            return name
    raise step.refuse(
        f"it calls {name_of(what)}, a function that cannot be compiled",
        "Functions of numpy such as numpy.log1p, numpy.sqrt and numpy.abs can be. Apply "
        "any other before the records reach the scorer, and fit the model without it.",
    )


def _applied(name: str, value: Expression) -> Expression:
    if name == "positive":
        return value
    if name in FACTORS:
        return operate("*", value, FACTORS[name])
    return Apply(name, value)


def name_of(what: Any) -> str:
    """A function as the file names it."""
    if isinstance(what, Name):
        return f"{what.module}.{what.name}"
    return what.name if isinstance(what, Record) else type(what).__name__


ROWS: tuple[TransformerRow, ...] = (
    Row("FunctionTransformer", "sklearn.preprocessing", function, stateless=True),
)
