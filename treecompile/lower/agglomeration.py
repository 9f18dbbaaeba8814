"""FeatureAgglomeration: columns that are alike, as their mean
(docs/arithmetic.md, Clustered columns)."""

from __future__ import annotations

from ..program import Arithmetic, Expression, Number
from ..read.records import Name
from .bins import not_missing
from .flow import Flow, OtherMatrix, Step, flow_of
from .registry import Row, TransformerRow


def agglomeration(step: Step) -> Flow:
    """The mean of each cluster of columns, added up from zero in their order."""
    if step.flow.sparse:
        raise OtherMatrix(step.here, "it takes no sparse matrix, and one reaches it")
    if step.version < (0, 22):
        raise step.refuse(
            "how scikit-learn before 0.22 sums its columns is not known here",
            "Fit it again with scikit-learn 0.22 or later.",
        )
    pooling = step.record.get("pooling_func", Name("numpy", "mean"))
    if not (isinstance(pooling, Name) and pooling.kind == ("numpy", "mean")):
        raise step.refuse(
            "its pooling_func is not numpy.mean",
            "Leave its pooling_func at the default and fit again.",
        )
    clusters: dict[int, list[Expression]] = {}
    labels = step.per_column(step.record["labels_"], "labels_")
    for label, value in zip(labels, not_missing(step)):
        clusters.setdefault(label, []).append(value)
    if set(clusters) != set(range(len(clusters))):
        raise step.refuse("its labels_ do not number clusters: the file is damaged")
    word = step.record.name.lower()
    return flow_of((f"{word}{k}", _mean(clusters[k])) for k in sorted(clusters))


def _mean(values: list[Expression]) -> Expression:
    """From zero on, so that a mean of negative zeros is a positive one, as numpy's is."""
    total: Expression = Number(0.0)
    for value in values:
        total = Arithmetic("+", total, value)
    if len(values) == 1:
        return total
    return Arithmetic("/", total, Number(float(len(values))))


ROWS: tuple[TransformerRow, ...] = (
    Row("FeatureAgglomeration", "sklearn.cluster", agglomeration),
)
