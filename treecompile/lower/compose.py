"""Pipeline, ColumnTransformer and FeatureUnion: how transformers are put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import UnsupportedModel, wrapped
from ..program import Arithmetic, Number, columns_of
from ..read.budget import EXPRESSION, charge
from ..read.records import Name, Record
from . import (
    agglomeration,
    bins,
    category_encoders,
    embedding,
    encoders,
    feature_engine,
    impute,
    numpy_functions,
    polynomial,
    power,
    scalers,
    selectors,
)
from .dict_vectorizer import KIND as DICT_VECTORIZER
from .dict_vectorizer import dict_vectorizer
from .flow import MOST_PARTS, MOST_WITH_LENGTHS, Flow, Step, parts_of, side_by_side
from .paths import join, name_part, of_another
from .registry import Row, TransformerRow, by_kind

#: Types of whole numbers in which small products are too large.
NARROW = {"int8", "int16", "int32", "uint8", "uint16", "uint32", "uint64"}

# Of which some transformers are compiled, and named where another one is met.
_LIBRARIES = ("category_encoders", "feature_engine")
UNSUPPORTED_ADVICE = (
    "Do this step before the records reach the scorer, and pickle the rest."
)


def transform(step: Step) -> Flow:
    """The flow behind one transformer; UnsupportedModel where it cannot be compiled."""
    record = step.record
    if isinstance(record, Record) and record.kind in TRANSFORMERS:
        step.raw.visit(record, step.here)
        if record.kind not in COMPOSITES:
            step.raw.met.update(*map(columns_of, step.flow.values))
        if not is_fitted(record):
            raise step.refuse("it is not fitted", "Call fit() first.")
        flow = TRANSFORMERS[record.kind](step)
        if record.kind not in COMPOSITES:
            _bound(step, flow)
        if flow.sparse and not step.flow.sparse and record.kind not in COMPOSITES:
            step.raw.stored.update(flow.values)
        passes_on = flow.frame and record.name in ("Pipeline", "FunctionTransformer")
        return replace(flow, frame=passes_on or makes_frames(record))
    package = record.kind[0] if isinstance(record, Record) else "sklearn"
    package = package if package in _LIBRARIES else "sklearn"
    names = ", ".join(sorted(name for of, name in TRANSFORMERS if of == package))
    other = of_another(record)
    whose = (
        f" of {package}" if package != "sklearn" else " of scikit-learn" * bool(other)
    )
    supported = wrapped(f"Supported transformers{whose} are {names}.")
    problem = f"this transformer{other} cannot be compiled exactly"
    if isinstance(record, Record) and record.kind in INEXACT:
        problem += f": {INEXACT[record.kind]}"
    raise UnsupportedModel(
        name_part(step.path, record), problem, f"{supported}\n{UNSUPPORTED_ADVICE}"
    )


def _bound(step: Step, flow: Flow) -> None:
    """Each column is an expression of its own, in which those before it stand as often
    as they are used: a few steps that mix all columns come to more than any memory."""
    for count, most in zip(parts_of(flow.values), (MOST_PARTS, MOST_WITH_LENGTHS)):
        if count <= most:
            continue
        raise step.refuse(
            f"its columns, each with all that it is computed from, have {count:,} parts; "
            f"at most {most:,} can be compiled",
            "Select columns before it, or leave out one of the steps that mix them.",
        )


def is_fitted(record: Record) -> bool:
    """Whether a transformer was fitted, which leaves attributes that end in ``_``."""
    prefit = record.name == "SelectFromModel" and record.get("prefit") is True
    return (
        record.name in _STATELESS
        or prefit
        or any(name.endswith("_") and name[:1] != "_" for name in record)
    )


def makes_frames(record: Record) -> bool:
    """Whether set_output has a transformer answer with a pandas or polars frame."""
    config = record.get("_sklearn_output_config") or {}
    return config.get("transform") in ("pandas", "polars")


def skipped(part: Any) -> bool:
    """Whether a step passes its columns on as they are.

    The samplers of imblearn are for fitting: predict goes past them.
    """
    if isinstance(part, Record):
        return part.kind in SAMPLERS
    return part is None or (isinstance(part, str) and part == "passthrough")


def steps_of(
    record: Record, here: str, attribute: str = "steps"
) -> list[tuple[str, Any]]:
    """The (name, part) pairs of a pipeline or a union."""
    pairs = record.get(attribute)
    if not isinstance(pairs, (list, tuple)) or not pairs:
        raise UnsupportedModel(here, f"it has no {attribute}")
    try:
        return [(str(name), part) for name, part in pairs]
    except (TypeError, ValueError):
        raise UnsupportedModel(here, f"its {attribute} are not pairs") from None


def pipeline(step: Step) -> Flow:
    """Every step of a pipeline of transformers, one after the other."""
    flow = step.flow
    for name, part in steps_of(step.record, step.here):
        flow = through(replace(step, flow=flow), f"step {name!r}", part)
    return flow


def through(step: Step, where: str, part: Any) -> Flow:
    """The flow behind a named part, which may be 'passthrough'."""
    if skipped(part):
        return step.flow
    return transform(replace(step, record=part, path=join(step.path, where)))


def column_transformer(step: Step) -> Flow:
    """The blocks of a ColumnTransformer side by side (docs/arithmetic.md, Column
    transformers)."""
    record = step.record
    if "transformers_" not in record:
        raise step.refuse("it is not fitted", "Call fit() first.")
    prefixes = record.get("verbose_feature_names_out", True)
    weights = record.get("transformer_weights") or {}
    blocks: list[Flow] = []
    for name, part, columns in record["transformers_"]:
        if isinstance(part, str) and part == "drop":
            continue
        picked = select(step, name, columns)
        if not picked:
            continue
        picked_features = tuple(step.flow.features[i] for i in picked)
        block = replace(step.flow, features=picked_features)
        where = "remainder" if name == "remainder" else f"transformer {name!r}"
        block = through(replace(step, flow=block), where, part)
        block = weighted(step, block, weights.get(name))
        titles = [_prefixed(prefixes, name, title) for title in block.names]
        blocks.append(block.with_names(titles))
    sparse = bool(record.get("sparse_output_", False))
    _stored(step, blocks, sparse)
    return side_by_side(blocks, sparse, makes_frames(record))


def _stored(step: Step, blocks: list[Flow], sparse: bool) -> None:
    """Notes what a sparse matrix is made of; blocks that are sparse stay as they are."""
    for block in blocks:
        if sparse and not block.sparse:
            step.raw.stored.update(block.values)


def _prefixed(prefixes: Any, transformer: str, feature: str) -> str:
    if prefixes is True:
        return f"{transformer}__{feature}"
    if isinstance(prefixes, str):
        return prefixes.replace("{transformer_name}", transformer).replace(
            "{feature_name}", feature
        )
    return feature


def weighted(step: Step, flow: Flow, weight: Any) -> Flow:
    """Every column of a block times its weight, as transformer_weights has it."""
    if weight is None:
        return flow
    if isinstance(weight, int) and flow.dtypes & NARROW:
        raise step.refuse(
            "its weight is an integer, and the products may not fit the columns' dtype",
            "Make the weight a float and fit again.",
        )
    replace(step, flow=flow).doubles()
    return flow.computed(
        Arithmetic("*", value, Number(float(weight))) for value in flow.values
    )


def select(step: Step, name: str, columns: Any) -> list[int]:
    """The places of the columns that a ColumnTransformer gives one transformer."""
    count, names = len(step.flow.features), step.flow.names
    if isinstance(columns, Record):  # _RemainderColsList of 1.5 and 1.6
        columns = columns.get("data")
    if isinstance(columns, Name):
        raise step.refuse(f"the columns of transformer {name!r} are a function")
    if isinstance(columns, slice):
        return list(range(count))[_by_place(columns, names)]
    if isinstance(columns, np.ndarray):
        columns = columns.tolist()
    if isinstance(columns, (str, int)) and not isinstance(columns, bool):
        columns = [columns]
    if not isinstance(columns, (list, tuple)):  # such as the columns of a frame
        places = step.record.get("_transformer_to_input_indices") or {}
        columns = places.get(name)
        if not isinstance(columns, (list, tuple)):
            raise step.refuse(
                f"the columns of transformer {name!r} are not known",
                "Give them as a list, and fit again.",
            )
    charge(EXPRESSION * len(columns))
    columns = [c.item() if isinstance(c, np.generic) else c for c in columns]
    if columns and all(isinstance(column, bool) for column in columns):
        return [i for i, wanted in enumerate(columns) if wanted]
    places = []
    known: dict[str, int] = {}
    for place, own in enumerate(names):
        known.setdefault(own, place)
    for column in columns:
        if isinstance(column, str) and column in known:
            places.append(known[column])
        elif isinstance(column, int) and -count <= column < count:
            places.append(column % count)
        else:
            raise step.refuse(f"transformer {name!r} asks for column {column!r}")
    return places


def _by_place(columns: slice, names: list[str]) -> slice:
    """A slice of places; one of names includes its end, as pandas has it."""

    def place(end: Any, after: int) -> Any:
        return names.index(end) + after if isinstance(end, str) else end

    return slice(place(columns.start, 0), place(columns.stop, 1), columns.step)


def feature_union(step: Step) -> Flow:
    """The blocks of a FeatureUnion side by side (docs/arithmetic.md, Unions)."""
    weights = step.record.get("transformer_weights") or {}
    prefixes = step.record.get("verbose_feature_names_out", True)
    blocks: list[Flow] = []
    for name, part in steps_of(step.record, step.here, "transformer_list"):
        if isinstance(part, str) and part == "drop":
            continue
        block = through(step, f"transformer {name!r}", part)
        block = weighted(step, block, weights.get(name))
        start = f"{name}__" if prefixes else ""
        blocks.append(block.with_names(start + title for title in block.names))
    sparse = any(block.sparse for block in blocks)
    _stored(step, blocks, sparse)
    return side_by_side(blocks, sparse, makes_frames(step.record))


SAMPLERS = {
    ("imblearn", name)
    for name in (
        "ADASYN",
        "AllKNN",
        "BorderlineSMOTE",
        "ClusterCentroids",
        "CondensedNearestNeighbour",
        "EditedNearestNeighbours",
        "FunctionSampler",
        "InstanceHardnessThreshold",
        "KMeansSMOTE",
        "NearMiss",
        "NeighbourhoodCleaningRule",
        "OneSidedSelection",
        "RandomOverSampler",
        "RandomUnderSampler",
        "RepeatedEditedNearestNeighbours",
        "SMOTE",
        "SMOTEENN",
        "SMOTEN",
        "SMOTENC",
        "SMOTETomek",
        "SVMSMOTE",
        "TomekLinks",
    )
}

_ROWS_HERE: tuple[TransformerRow, ...] = (
    Row("Pipeline", "imblearn.pipeline", pipeline, stateless=True),
    Row("Pipeline", "sklearn.pipeline", pipeline, stateless=True),
    Row("ColumnTransformer", "sklearn.compose", column_transformer),
    Row("FeatureUnion", "sklearn.pipeline", feature_union, stateless=True),
)
#: Every transformer that can be compiled.
ROWS: tuple[TransformerRow, ...] = (
    *_ROWS_HERE,
    *agglomeration.ROWS,
    *bins.ROWS,
    *embedding.ROWS,
    *encoders.ROWS,
    *impute.ROWS,
    *numpy_functions.ROWS,
    *polynomial.ROWS,
    *power.ROWS,
    *scalers.ROWS,
    *selectors.ROWS,
)
COMPOSITES = by_kind(_ROWS_HERE)
TRANSFORMERS: dict[tuple[str, str], Callable[[Step], Flow]] = {
    **by_kind(ROWS),
    DICT_VECTORIZER: dict_vectorizer,
    **category_encoders.TRANSFORMERS,
    **feature_engine.TRANSFORMERS,
}
_STATELESS = {row.name for row in ROWS if row.stateless}

_PRODUCT = "a matrix product is summed in an order that differs between machines"
_NEIGHBOURS = "it looks at the rows it was fitted on"
_MAPPER = (
    "sklearn-pandas maps columns in a way of its own; a ColumnTransformer can do it"
)
#: Why some transformers cannot be compiled.
INEXACT = {
    **{
        ("sklearn", name): _PRODUCT
        for name in ("PCA", "IncrementalPCA", "TruncatedSVD", "FastICA", "NMF")
    },
    ("sklearn", "KNNImputer"): _NEIGHBOURS,
    ("sklearn_pandas", "DataFrameMapper"): _MAPPER,
    ("sklearn", "IterativeImputer"): _PRODUCT,
    ("sklearn", "SplineTransformer"): "its splines are computed by a library",
}
