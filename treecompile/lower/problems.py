"""Everything in a model that cannot be compiled, not only the first of it.

Lowering stops at the first part that it cannot compile exactly. Here each part of the
model is asked on its own, and lowering has the last word on the whole.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import UnsupportedModel
from ..read.records import Record
from .compose import COMPOSITES, TRANSFORMERS, transform
from .flow import Flow, Raw, Step
from .labels import ENCODERS
from .models import ENSEMBLES, INNER, refuse
from .outline import Estimator
from .paths import name_part
from .versions import version_of
from .wrappers import WRAPPERS

_MODELS = {*ENSEMBLES, *INNER, *WRAPPERS, ("sklearn", "_CalibratedClassifier")}
#: Every class that is compiled, as a model or before one.
COMPILED = {
    *_MODELS,
    *TRANSFORMERS,
    *ENCODERS,
    ("sklearn", "Tree"),
    ("sklearn", "TreePredictor"),
}


def problems(outlined: Estimator) -> list[UnsupportedModel]:
    """What is wrong with each part of a model, the outermost first."""
    found = []
    for estimator in _compiled_parts(outlined):
        if estimator.record is not None:
            try:
                _check(estimator, estimator.record)
            except UnsupportedModel as problem:
                found.append(problem)
    return found


def _compiled_parts(outlined: Estimator) -> Iterator[Estimator]:
    """This one and all inside that answer or transform. What a transformer holds beside
    other transformers, as a selector its estimator, is asked for its fitted numbers."""
    todo = [outlined]
    while todo:
        estimator = todo.pop()
        yield estimator
        kind = estimator.record.kind if estimator.record is not None else None
        if not estimator.transforms or kind not in TRANSFORMERS or kind in COMPOSITES:
            todo.extend(reversed(estimator.inside))


def _check(estimator: Estimator, record: Record) -> None:
    """Refused where this part, whatever is around and inside it, is not compiled."""
    known = TRANSFORMERS if estimator.transforms else _MODELS
    if record.kind in known:
        version_of(record, name_part(estimator.path, record))
        return
    if estimator.role == "transformer of the target" or record.kind[0] == "imblearn":
        return  # an inverse, or a sampler, of which lowering knows more
    if estimator.transforms:
        transform(Step(record, Flow(()), estimator.path, Raw(())))
    elif record.kind[0] == "sklearn":
        refuse(record, estimator.path)


def same(one: UnsupportedModel, other: UnsupportedModel) -> bool:
    """Whether two problems are one, told from outside and from inside."""
    ends = [each.path.rpartition(": ")[2] for each in (one, other)]
    return one.problem == other.problem and ends[0] == ends[1]
