"""What estimators a file holds, inside one another, without compiling any of them.

This looks and never raises: a file can hold anything under the names of parameters and
of fitted attributes, and what does not look like them is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..read.allowed import PACKAGES
from ..read.budget import LABEL, charge
from ..read.records import Name, Record
from .early_nodes import nodes_of
from .paths import join
from .versions import version_text

DEEPEST = 12
MOST_ESTIMATORS = 400
MOST_OWN = 20
MOST_PARAMETERS = 60
MOST_COLUMNS = 200


@dataclass(frozen=True)
class Size:
    """How many trees there are, with how many nodes and leaves, and how deep."""

    trees: int = 0
    nodes: int = 0
    leaves: int = 0
    depth: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(
            self.trees + other.trees,
            self.nodes + other.nodes,
            self.leaves + other.leaves,
            max(self.depth, other.depth),
        )


@dataclass(frozen=True)
class Estimator:
    """An estimator: what it is to the one around it, and what is inside.

    ``count`` are those alike that stand side by side, of which this is the first.
    ``transforms`` says that it stands before the model. ``parameters`` are those that
    are not as they are by default; ``columns`` those that a ColumnTransformer gives it,
    where it says. ``size`` is that of its own trees. ``skipped`` is 'passthrough' or
    'drop', where that stands in the place of an estimator.
    """

    record: Record | None
    role: str
    path: str
    count: int
    transforms: bool
    columns: tuple[str, ...]
    parameters: tuple[tuple[str, Any], ...]
    size: Size
    inside: tuple[Estimator, ...]
    skipped: str = ""

    @property
    def name(self) -> str:
        return self.record.name if self.record is not None else self.skipped

    @property
    def version(self) -> str | None:
        return version_text(self.record) if self.record is not None else None

    def walk(self) -> Iterator[Estimator]:
        """This one and all that are inside."""
        todo = [self]
        while todo:
            estimator = todo.pop()
            yield estimator
            todo.extend(reversed(estimator.inside))


def outline(record: Record, path: str = "") -> Estimator:
    """The estimator that a record is, and all that it is made of."""
    return _Outliner().estimator(_Part("", record), path, 0)


@dataclass(frozen=True)
class _Part:
    """A part of an estimator, before it is looked into."""

    role: str
    value: Any
    transforms: bool = False
    columns: tuple[str, ...] = ()
    alike: tuple[Any, ...] = ()


class _Outliner:
    def __init__(self) -> None:
        self.left = MOST_ESTIMATORS
        self.sizes: dict[int, Size] = {}
        self.seen: set[int] = set()  # what stands in several places is shown once

    def estimator(self, part: _Part, path: str, depth: int) -> Estimator:
        self.left -= 1
        record = part.value if isinstance(part.value, Record) else None
        here = join(path, part.role) if part.role else path
        inside: list[Estimator] = []
        if record is not None and depth < DEEPEST and id(record) not in self.seen:
            self.seen.add(id(record))
            for one in _parts(record):
                if part.transforms:  # all steps of a pipeline of transformers do
                    one = replace(one, transforms=True)
                if self.left > 0:
                    inside.append(self.estimator(one, here, depth + 1))
        alike = part.alike or ((record,) if record is not None else ())
        size = Size()
        for each in alike:
            if id(each) not in self.sizes:
                self.sizes[id(each)] = size_of(each)
            size += self.sizes[id(each)]
        return Estimator(
            record=record,
            role=part.role,
            path=here,
            count=max(len(part.alike), 1),
            transforms=part.transforms,
            columns=part.columns,
            parameters=parameters(record) if record is not None else (),
            size=size,
            inside=tuple(inside),
            skipped="" if record is not None else str(part.value),
        )


# --- What is inside -------------------------------------------------------------------

# Fitted attributes that hold one estimator, and what it is to the one around it.
_SINGLE = (
    ("best_estimator_", "best estimator"),
    ("regressor_", "regressor"),
    ("final_estimator_", "final estimator"),
    ("estimator_", "estimator"),
)
# Where one stands that has not been fitted, or that was fitted beforehand.
_UNFITTED = ("estimator", "base_estimator", "regressor", "classifier")


def _parts(record: Record) -> list[_Part]:
    """What stands in an estimator, in the order in which a record meets it."""
    found = [*_steps(record), *_blocks(record), *_members(record)]
    for attribute, role in _SINGLE:
        if isinstance(record.get(attribute), Record) and not _is_template(
            record, attribute
        ):
            found.append(_Part(role, record[attribute]))
    if isinstance(record.get("transformer_"), Record):
        found.append(_Part("transformer of the target", record["transformer_"]))
    if not found:
        for attribute in _UNFITTED:
            if isinstance(record.get(attribute), Record):
                found.append(_Part(attribute.replace("_", " "), record[attribute]))
                break
    if not found and record.kind[0] not in PACKAGES:  # a class of somebody's own
        held = [(n, v) for n, v in record.attributes.items() if isinstance(v, Record)]
        found = [_Part(f"attribute {name!r}", value) for name, value in held[:MOST_OWN]]
    return found


def _is_template(record: Record, attribute: str) -> bool:
    """Bagging and boosting keep what their members were cloned from."""
    return attribute == "estimator_" and "estimators_" in record


def _steps(record: Record) -> Iterator[_Part]:
    steps = _pairs(record.get("steps"))
    for place, (name, part) in enumerate(steps):
        before = place < len(steps) - 1
        yield from _part(f"step {name!r}", part, before, ())
    for name, part in _pairs(record.get("transformer_list")):
        yield from _part(f"transformer {name!r}", part, True, ())


def _blocks(record: Record) -> Iterator[_Part]:
    blocks = record.get("transformers_", record.get("transformers"))
    if not isinstance(blocks, (list, tuple)):
        return
    for block in blocks:
        if not isinstance(block, (list, tuple)) or len(block) != 3:
            continue
        name, part, columns = block
        role = "remainder" if name == "remainder" else f"transformer {name!r}"
        yield from _part(role, part, True, _names(columns))


def _names(columns: Any) -> tuple[str, ...]:
    if isinstance(columns, Record):
        columns = columns.get("data")
    if isinstance(columns, (str, int)):
        columns = [columns]
    if isinstance(columns, np.ndarray):
        columns = columns[:MOST_COLUMNS].tolist()
    if not isinstance(columns, (list, tuple)):
        return ()
    return tuple(str(c) for c in columns[:MOST_COLUMNS] if isinstance(c, (str, int)))


def _part(
    role: str, part: Any, transforms: bool, columns: tuple[str, ...]
) -> Iterator[_Part]:
    if part is None:
        part = "passthrough"
    word = isinstance(part, str) and part in ("passthrough", "drop")
    if isinstance(part, Record) or word:
        yield _Part(role, part, transforms, columns)


def _members(record: Record) -> Iterator[_Part]:
    """The models of an ensemble: by their names, or else those alike together."""
    members = record.get("estimators_")
    if members is None:
        members = record.get("calibrated_classifiers_")
    records = _flat(members)
    names = [name for name, part in _pairs(record.get("estimators")) if part != "drop"]
    if names and (not records or len(names) == len(records)):
        pairs = _pairs(record.get("estimators"))
        for name, member in zip(names, records or [part for _, part in pairs]):
            if isinstance(member, Record):
                yield _Part(f"estimator {name!r}", member)
        return
    groups: dict[tuple[str, str], list[Record]] = {}
    for member in records:
        groups.setdefault(member.kind, []).append(member)
    for alike in groups.values():
        yield _Part("each" if len(alike) > 1 else "", alike[0], alike=tuple(alike))


def _flat(members: Any) -> list[Record]:
    if isinstance(members, np.ndarray) and members.dtype == object:
        members = members.ravel().tolist()
    if not isinstance(members, (list, tuple)):
        return []
    return [member for member in members if isinstance(member, Record)]


def _pairs(value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, (list, tuple)):
        return []
    pairs = [pair for pair in value if isinstance(pair, (list, tuple))]
    return [
        (pair[0], pair[1])
        for pair in pairs
        if len(pair) == 2 and isinstance(pair[0], str)
    ]


# --- Trees ------------------------------------------------------------------------------


def whole_size(record: Record) -> Size:
    """The size of all trees in an estimator, however deep inside."""
    size, todo, seen = Size(), [record], {id(record)}
    while todo:
        one = todo.pop()
        size += size_of(one)
        for part in _parts(one):
            for inner in part.alike or (part.value,):
                if isinstance(inner, Record) and id(inner) not in seen:
                    seen.add(id(inner))
                    todo.append(inner)
    return size


def size_of(record: Any) -> Size:
    """The size of the trees that an estimator holds itself."""
    if not isinstance(record, Record):
        return Size()
    tree = record.get("tree_")
    if isinstance(tree, Record):
        return _size_of_nodes(nodes_of(tree))
    size = Size()
    rounds = record.get("_predictors")
    for predictors in rounds if isinstance(rounds, (list, tuple)) else ():
        for tree in predictors if isinstance(predictors, (list, tuple)) else ():
            if isinstance(tree, Record):
                size += _size_of_nodes(tree.get("nodes"))
    return size


def _size_of_nodes(nodes: Any) -> Size:
    if not isinstance(nodes, np.ndarray) or not nodes.dtype.names or nodes.ndim != 1:
        return Size()
    names = nodes.dtype.names
    if "left_child" in names and "right_child" in names:
        left, right = nodes["left_child"], nodes["right_child"]
        leaves = left == -1
    elif "left" in names and "right" in names and "is_leaf" in names:
        left, right = nodes["left"], nodes["right"]
        leaves = nodes["is_leaf"].astype(bool)
    else:
        return Size(1, len(nodes))
    if left.dtype.kind not in "iu" or right.dtype.kind not in "iu":
        return Size(1, len(nodes))
    depth = _depth(left.astype(np.int64), right.astype(np.int64), leaves)
    return Size(1, len(nodes), int(leaves.sum()), depth)


def _depth(left: Any, right: Any, leaves: Any) -> int:
    """The number of tests on the longest way to a leaf; children come after their
    parent, and one that does not is no child."""
    charge(LABEL * len(left))
    depth = [0] * len(left)
    rows = zip(left.tolist(), right.tolist(), leaves.tolist())
    for node, (one, other, ends) in enumerate(rows):
        if not ends:
            for child in (one, other):
                if node < child < len(depth):
                    depth[child] = depth[node] + 1
    return max(depth, default=0)


# --- Parameters -------------------------------------------------------------------------

# What says nothing about the answers, or stands in the outline anyway.
_NOISE = frozenset("""
    base_estimator classifier copy copy_X copy_x estimator
    estimators final_estimator memory n_jobs pre_dispatch random_state regressor
    remainder return_train_score steps transformer transformer_list transformers
    transform_input validate verbose verbose_feature_names_out warm_start oob_score
    error_score cv estimator_params refit presort cache_size sparse_threshold dtype interaction_cst
    feature_name_combiner force_int_remainder_cols check_inverse importance_getter
    """.split())
# What is so by default in scikit-learn, whichever estimator has it.
_DEFAULTS: dict[str, tuple[Any, ...]] = {
    "C": (1.0,),
    "alpha": (0.9,),
    "analyzer": ("word",),
    "bootstrap": (True,),
    "categorical_features": ("from_dtype",),
    "ccp_alpha": (0.0,),
    "chain_method": ("predict",),
    "criterion": ("gini", "mse", "squared_error", "friedman_mse"),
    "decode_error": ("strict",),
    "encoding": ("utf-8",),
    "feature_range": ((0, 1), [0, 1]),
    "fit_intercept": (True,),
    "flatten_transform": (True,),
    "handle_unknown": ("error",),
    "include_bias": (True,),
    "input": ("content",),
    "intercept_scaling": (1,),
    "l2_regularization": (0.0,),
    "lowercase": (True,),
    "l1_ratio": (0.0,),
    "leaf_size": (30,),
    "max_bins": (255,),
    "max_df": (1.0,),
    "max_features": (1.0, "sqrt"),
    "min_impurity_decrease": (0.0,),
    "min_samples_leaf": (1,),
    "min_samples_split": (2,),
    "min_weight_fraction_leaf": (0.0,),
    "metric": ("minkowski", "nan_euclidean"),
    "min_df": (1,),
    "multi_class": ("ovr",),
    "n_iter_no_change": (10,),
    "ngram_range": ((1, 1),),
    "norm": ("l2",),
    "order": ("C",),
    "output_distribution": ("uniform",),
    "p": (2,),
    "penalty": ("l2",),
    "quantile_range": ((25.0, 75.0),),
    "replacement": (False,),
    "sampling_strategy": ("auto",),
    "scoring": ("loss",),
    "smooth_idf": (True,),
    "solver": ("lbfgs",),
    "sparse": (True,),
    "sparse_output": (True,),
    "splitter": ("best",),
    "stack_method": ("auto",),
    "standardize": (True,),
    "subsample": (1.0, 200_000, 10_000),
    "token_pattern": (r"(?u)\b\w\w+\b",),
    "tol": (1e-4, 1e-7, 0.0, 1e-3),
    "use_idf": (True,),
    "validation_fraction": (0.1,),
    "weights": ("uniform",),
    "with_centering": (True,),
    "with_mean": (True,),
    "with_scaling": (True,),
    "with_std": (True,),
}
_NOTHING = (None, False, "auto", "deprecated", "warn", "warning")
_PLAIN = (str, int, float, bool)


def parameters(record: Record) -> tuple[tuple[str, Any], ...]:
    """The constructor's parameters that are not as they are by default, as far as that
    can be told without the library: scikit-learn sets them first, in their order."""
    found = []
    for name, value in record.attributes.items():
        if not isinstance(name, str) or not name.isidentifier():
            continue
        if name.startswith("_") or name.endswith("_") or name in _NOISE:
            continue
        value = _plain(value)
        if value is None or _is_default(name, value, record.name):
            continue
        found.append((name, value))
    return tuple(found[:MOST_PARAMETERS])


def _plain(value: Any) -> Any:
    """A parameter as a plain value; a function by its name; None for what is neither."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Name):
        return f"{value.module}.{value.name}"
    if isinstance(value, (list, tuple)) and len(value) <= 20:
        return value if all(isinstance(item, _PLAIN) for item in value) else None
    if isinstance(value, dict) and len(value) <= 20:
        items = [*value.keys(), *value.values()]
        return value if all(isinstance(item, _PLAIN) for item in items) else None
    return value if isinstance(value, _PLAIN) else None


def _is_default(name: str, value: Any, estimator: str) -> bool:
    if name == "splitter" and estimator.startswith("ExtraTree"):
        return bool(value == "random")
    known = (*_NOTHING, *_DEFAULTS.get(name, ()))
    alike = (x for x in known if isinstance(x, bool) == isinstance(value, bool))
    return value != value or any(value == x for x in alike)
