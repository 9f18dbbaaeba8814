"""lower: the records of a model file -> a Program. All knowledge of scikit-learn.

Estimators are dispatched on (package, class name), never on a base class: a subclass
may override ``predict``. ``models.ENSEMBLES`` and ``models.TREES`` are the models, and
``compose.TRANSFORMERS`` what may stand before them in a pipeline.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import DAMAGED, BadSchema, TreecompileError, UnsupportedModel
from ..program import Feature, Origin, Program, Read
from ..read import ModelFile
from ..read.budget import COLUMN, Exhausted, at_work, charge
from ..read.records import Record
from ..schema import Described
from .beside import (
    Beside,
    encode,
    encodings,
    fit_to,
    preprocess,
    raw_names,
    relabel,
    start_names,
    versions_beside,
)
from .boosters import is_booster, library_of
from .compose import transform
from .dummies import match_columns
from .encoded import check_encoded
from .ensembles import lower_ensemble as _ensemble
from .flow import Flow, Raw, Step, Told
from .inverse import with_inverse
from .kinds import with_kinds
from .matrix import with_matrix
from .models import ENSEMBLES, TREES, refuse, refuse_a_part
from .names import fitted_names
from .parts import find_part
from .paths import name_part
from .precision import SINGLE_LIMIT
from .shadowed import check_shadows
from .tree import Positive, lower_tree, with_positive
from .versions import accepts_missing, version_of, version_text
from .wrappers import Unwrapped, unwrap

NOTHING = Beside()

# scikit-learn's own models of trees, beside the trees themselves.
_OF_TREES = ("RandomForest", "ExtraTrees", "GradientBoosting")


# numpy moved it in 1.25.
_ComplexWarning: type[Warning] = getattr(np, "exceptions", np).ComplexWarning


def lower(
    file: ModelFile,
    described: tuple[Described, ...] | None = None,
    threshold: float | None = None,
    *,
    reject_unknown: bool = False,
    part: str | None = None,
    beside: Beside = NOTHING,
    category_dtype: tuple[str, ...] | None = None,
    sparse: bool | None = None,
    predict_as: str | None = None,
    dummies: tuple[str, ...] = (),
) -> Program:
    """The program that a model file's fitted estimator stands for.

    ``described`` are the raw columns as a schema or the training data describes them.
    ``threshold`` is the share of the second of two classes from which it is the answer.
    ``reject_unknown`` refuses categories that an encoder did not know, where it would
    take them. ``part`` is the path of the estimator, where the file holds a container of
    several. ``beside`` are encoders, a preprocessing and labels to put around it.
    ``category_dtype``, ``sparse`` and ``dummies`` say what a file may not (``flow.Told``), and
    ``predict_as`` as what a booster answers (``predict_as.py``). Raises
    UnsupportedModel, naming the part, for what cannot be compiled exactly, and BadSchema
    where ``described`` does not fit.
    """

    def one(told: Told) -> Program:
        return _lower(root, file, described, threshold, reject_unknown, beside, told)

    try:
        # A copy: the file may be lowered again.
        with at_work(file.budget.copy()), warnings.catch_warnings():
            # Complex numbers in the place of real ones: numpy would only warn.
            warnings.simplefilter("error", _ComplexWarning)
            root = find_part(file.root, part, predict_as)
            for each in (root, *(part.value for part in beside.parts)):
                check_shadows(each)
            told = Told(category_dtype, sparse=sparse, dummies=dummies)
            frame = fitted_names([root]) is not None
            return with_matrix(one, told, bool(beside.parts), frame)
    except Exhausted:
        raise UnsupportedModel(
            "",
            "The model comes to far more than its file can hold: the file is damaged, or "
            "made to exhaust its reader.",
            "Do not load it. If you made it yourself, save the model without compression.",
        ) from None
    except TreecompileError:
        raise
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
        _ComplexWarning,
    ) as error:
        # A file can hold anything under the names of fitted attributes.
        lacking = str(error.args[0]) if isinstance(error, KeyError) else ""
        if lacking.endswith("_") and lacking.isidentifier():
            raise UnsupportedModel(
                "",
                f"A part of the model has no {lacking}, which every fitted part has.",
                "Call fit() first; if it was fitted, the file is "
                "damaged or was made by hand.",
            ) from error
        raise UnsupportedModel(
            "",
            f"The parts of the model do not fit together ({type(error).__name__}: "
            f"{error}).",
            DAMAGED,
        ) from error


def _lower(
    root: Any,
    file: ModelFile,
    described: tuple[Described, ...] | None,
    threshold: float | None,
    reject_unknown: bool,
    beside: Beside,
    told: Told,
) -> Program:
    unwrapped = unwrap(root)
    record, path = unwrapped.record, name_part(unwrapped.path, unwrapped.record)
    is_tree = isinstance(record, Record) and record.name in TREES
    if not isinstance(record, Record) or not (is_tree or record.kind in ENSEMBLES):
        refuse_a_part(root)
        refuse(record, unwrapped.path)
    version_of(record, path)
    library = library_of(record, path)
    _check_fitted(record, path)
    raw, flow = _start(unwrapped, described, reject_unknown, path, beside, told)
    raw.of_numpy_2 = file.of_numpy_2
    inputs, frame = flow.features, flow.frame
    for where, part in unwrapped.transformers:
        flow = transform(Step(part, flow, where, raw))
    lowering = _tree if is_tree and record.kind[0] == "sklearn" else _ensemble
    positive = unwrapped.positive
    if threshold is not None:
        positive = Positive(positive.label if positive else None, threshold)
    program = lowering(unwrapped, path, flow, raw, positive)
    program = relabel(program, beside, record, path)
    check_encoded(program, told, is_tree or record.name.startswith(_OF_TREES))
    _check_used(told, path)
    program, columns = with_kinds(program, raw)
    return replace(
        program,
        columns=columns,
        required=tuple(range(len(columns))),
        origin=replace(
            program.origin,
            steps=tuple(part.name for _, part in unwrapped.transformers),
            library=library.name,
            version=library.version,
            sha256=file.sha256,
            mixed=versions_beside(beside, version_text(record)),
            options=_decided(told),
        ),
        checks=tuple(raw.checks),
        inputs=inputs,
        frame=frame,
    )


def _tree(
    unwrapped: Unwrapped, path: str, flow: Flow, raw: Raw, positive: Positive | None
) -> Program:
    """One tree, whose leaves are the answers."""
    record = unwrapped.record
    _check_width(record, len(flow.features), path)
    lowered = lower_tree(record, path, len(flow.features))
    if positive is not None:
        lowered = with_positive(lowered, positive, path)
    for where, regressor in reversed(unwrapped.targets):
        lowered = with_inverse(lowered, regressor, where)
    missing = accepts_missing(version_of(record, path), record) and not flow.sparse
    for value in flow.values:
        raw.check(value, missing, -SINGLE_LIMIT, SINGLE_LIMIT)
    return Program(
        columns=(),
        required=(),
        features=flow.features,
        model=lowered.model,
        classes=lowered.classes,
        origin=Origin(
            estimator=record.name,
            steps=(),
            library="",
            version=None,
            sha256="",
            nodes=lowered.nodes,
            leaves=lowered.leaves,
            depth=lowered.depth,
        ),
    )


def _check_used(told: Told, path: str) -> None:
    """Refused where columns are named for a model that knows no such columns."""
    if told.category_dtype is not None and not told.category_used:
        raise UnsupportedModel(
            path,
            "--category-dtype is for models of LightGBM that were fitted on a frame with "
            "columns of dtype category, and this is not one",
            "Leave it out.",
        )


def _decided(told: Told) -> tuple[tuple[str, str], ...]:
    """Options that say what the description of the columns has told."""
    if told.decided is None:
        return ()
    return (("category_dtype", ",".join(told.decided)),)


def _check_fitted(record: Record, path: str) -> None:
    """Fitting leaves attributes whose names end in an underscore."""
    if not is_booster(record) and not any(name.endswith("_") for name in record):
        raise UnsupportedModel(path, "it is not fitted", "Call fit() first.")


def _check_width(record: Record, width: int, path: str) -> None:
    """The columns that reach a tree are as many as it was fitted on."""
    fitted = record["tree_"].args[0] if record["tree_"].args else width
    said = record.get("n_features_in_", record.get("n_features_", fitted))
    if not fitted == said == width:
        raise UnsupportedModel(
            path,
            f"it was fitted on {fitted} columns, and {width} reach it",
            DAMAGED,
        )


def _start(
    unwrapped: Unwrapped,
    described: tuple[Described, ...] | None,
    reject_unknown: bool,
    path: str,
    beside: Beside,
    told: Told,
) -> tuple[Raw, Flow]:
    """The raw columns, and the flow before the first step of the model."""
    parts = [part for _, part in unwrapped.transformers]
    records = [*unwrapped.outer, *parts, unwrapped.record]
    names = start_names(beside, records, path)
    before = [part.value for part in beside.preprocess]
    frame = fitted_names([*before, *records]) is not None
    encoded = encodings(names, beside, frame)
    given = raw_names(names, encoded)
    charge(COLUMN * len(given))
    if described is None and told.dummies:
        raise BadSchema(
            "--dummies says of which column a feature is, and not which categories that "
            "column holds:\ngive the raw training data with --data as well, or a schema "
            "with --schema."
        )
    if described is None:
        features = tuple(Feature(name, Read(i)) for i, name in enumerate(given))
        raw = Raw(given, reject_unknown, told=told)
    else:
        matched, features = match_columns(
            given, described, _spaceless(unwrapped), told.dummies
        )
        columns = tuple(each.column for each in matched)
        told.seen = tuple(each.seen for each in matched)
        told.of_category = tuple(each.category for each in matched)
        names_ = tuple(c.name for c in columns)
        raw = Raw(names_, reject_unknown, described=columns, told=told)
    flow = encode(names, Flow(features, frame=frame), encoded, raw)
    flow = fit_to(preprocess(flow, beside, raw), beside, records, path)
    return raw, flow if told.sparse is None else replace(flow, sparse=told.sparse)


def _spaceless(unwrapped: Unwrapped) -> bool:
    """Whether the names of the columns are LightGBM's, which has no spaces in them."""
    record = unwrapped.record
    return not unwrapped.transformers and record.kind[0] == "lightgbm"
