"""scikit-learn beside a scorer: the same records to both, on ordinary rows and edges.

What a record means to scikit-learn is a one-row frame (or array) of the kind that the
pipeline was fitted on: numbers are doubles, everything else is an object, and None and
NaN are the missing value that the column held when it was fitted.
"""

from __future__ import annotations

import ast
import math
import random
import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from runners import load, same

from treecompile import compile_model

Record = dict[str, Any]
#: What no number column takes, and what is no category of any encoder here.
STRANGE = ("zzz", "1", 99, True, 1, 1.0, 0, False)
NUMBERS = (0.0, -0.0, 5e-324, -1e-310, 1e-40, 1.0, -1.0, 1e30, -1e30, 1e300, -1e300)
MOST_CUTS = 12
MOST_REFUSED = 40


#: What a fitted model answers beside ``predict``, where it has it.
ANSWERS = ("predict_proba", "decision_function", "score_samples", "apply")


@dataclass
class Answers:
    """What scikit-learn says of one record, by the name of the function, and the
    features that the last model saw; None for what there is not."""

    said: dict[str, Any]
    features: list[float] | None


class Reference:
    """A fitted model, or a pipeline that ends in one, asked about records.

    A record is asked in a batch, be it of itself twice (``by_row``: alone), since
    scikit-learn adds up some sums otherwise for one row (docs/arithmetic.md, One
    row and many).
    """

    def __init__(
        self, pipe: Any, X: Any, by_row: bool = False, hole: Any = None
    ) -> None:
        self.pipe, self.by_row, self.hole = pipe, by_row, hole
        self.frame = X if isinstance(X, pd.DataFrame) else None
        if self.frame is None:
            self.names = [f"x{i}" for i in range(X.shape[1])]
            self.numbers = set(self.names)
        else:
            self.names = list(X.columns)
            self.numbers = {n for n in X if X[n].dtype.kind in "iuf"}

    def given(self, records: list[Record]) -> Any:
        """The records as the pipeline takes them."""
        if self.frame is None:
            rows = [[_number(r[name]) for name in self.names] for r in records]
            return np.array(rows, dtype=np.float64)
        columns = {}
        for name in self.names:
            values = [record[name] for record in records]
            if name in self.numbers:
                columns[name] = pd.Series(list(map(_number, values)), dtype=np.float64)
            else:
                hole = self._hole(name)
                values = [hole if v is None or v != v else v for v in values]
                columns[name] = pd.Series(values, dtype=object)
        return pd.DataFrame(columns)

    def _hole(self, name: str) -> Any:
        """The missing value of a column: its own, else that of any other, else as
        told."""
        assert self.frame is not None
        others = [n for n in self.names if n not in self.numbers]
        holes = (
            value
            for column in [name, *others]
            for value in self.frame[column]
            if value is None or value != value
        )
        return next(holes, self.hole)

    def answers(self, records: list[Record]) -> list[Answers | None]:
        """What it answers for each; a batch that is refused is halved."""
        if not records:
            return []
        if self.by_row and len(records) > 1:
            return [answer for r in records for answer in self.answers([r])]
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                return self._answers(records)
        except (ValueError, TypeError):
            if len(records) == 1:
                return [None]
        half = len(records) // 2
        return self.answers(records[:half]) + self.answers(records[half:])

    def _answers(self, records: list[Record]) -> list[Answers | None]:
        count = len(records)
        if count == 1 and not self.by_row:
            records = records * 2
        model, T = self.pipe, self.given(records)
        features: list[Any] = [None] * len(records)
        if len(getattr(model, "steps", ())) > 1:
            T, model = model[:-1].transform(T), model[-1]
            dense = T.toarray() if hasattr(T, "toarray") else T
            features = np.asarray(dense, dtype=np.float64).tolist()
        said = {"predict": model.predict(T).tolist()}
        for name in ANSWERS:
            asked = _with_apply(model) if name == "apply" else model
            if hasattr(asked, name):
                try:
                    said[name] = _by_record(getattr(asked, name)(T))
                except (ValueError, IndexError):
                    pass  # a chain of more than two classes has no row of shares
        return [
            Answers({name: rows[i] for name, rows in said.items()}, features[i])
            for i in range(count)
        ]


def _with_apply(model: Any) -> Any:
    """The model, or the one in it that a search or a threshold was put around."""
    for name in ("best_estimator_", "estimator_", "regressor_"):
        if not hasattr(model, "apply") and not hasattr(model, "estimators_"):
            model = getattr(model, name, model)
    return model


def _by_record(answer: Any) -> list[Any]:
    """The rows of an answer; several outputs are a list of arrays, one of each."""
    if isinstance(answer, list):
        return [list(row) for row in zip(*(output.tolist() for output in answer))]
    return list(np.asarray(answer).tolist())


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def compare(
    pipe: Any,
    X: Any,
    *,
    curved: bool = False,
    by_row: bool = False,
    hole: Any = None,
    seed: int = 0,
    rows: int = 60,
    within: dict[str, int] | None = None,
) -> types.ModuleType:
    """Holds a scorer against scikit-learn on rows of X and on edges of all kinds.

    ``curved`` says that numbers pass through a function which numpy and libm round
    differently, ``by_row`` that scikit-learn sums otherwise in a batch of rows.
    ``within`` allows for so many ulp in what passes through exp, by function.
    """
    reference = Reference(pipe, X, by_row, hole)
    used = load(compile_model(pipe, format=False))
    scorer = load(compile_model(pipe, format=False, columns="all"))
    check_names(pipe, scorer)
    ordinary = records_of(reference, X, rows, seed)
    answers = reference.answers(ordinary)
    accepted = [r for r, answer in zip(ordinary, answers) if answer is not None]
    assert accepted
    sparse = is_sparse(pipe)
    rng = random.Random(seed)
    taken, others = [], []
    for record in edges(accepted, scorer, reference, rng):
        (taken if takes(scorer, record) else others).append(record)
    # Those that should be taken go in one batch, the others each on its own.
    others = rng.sample(others, min(len(others), MOST_REFUSED))
    answers += reference.answers(taken)
    answers += [reference.answers([record])[0] for record in others]
    for record, answer in zip(ordinary + taken + others, answers):
        if answer is None:
            refused(scorer, record)
            continue
        for name, expected in answer.said.items():
            said = getattr(scorer, name)(record)
            assert same(getattr(used, name)(record), said), (record, name)
            ulps = (within or {}).get(name, 0)
            assert close_to(said, expected, ulps, name), (record, name, said, expected)
        for name in set(ANSWERS) - answer.said.keys():
            assert not hasattr(scorer, name)
        if answer.features is not None:
            check_features(scorer, record, answer.features, curved, sparse)
    for record in accepted[:1]:
        for name in scorer.COLUMNS:
            if name in reference.numbers and "minimum" in scorer.RULES[name]:
                for bad in (-math.inf, "1", "x", 2**53 + 1):
                    refused(scorer, {**record, name: bad})
    return used


def close_to(a: Any, b: Any, ulps: int, name: str) -> bool:
    """The same, or within so many units in the last place; those of 1 at least where
    a number is the difference of others, and may be next to nothing."""
    if name == "apply":  # GradientBoosting* answers floats
        return bool(np.array_equal(a, b))
    if isinstance(a, tuple):
        return len(a) == len(b) and all(
            close_to(x, y, ulps, name) for x, y in zip(a, b)
        )
    if not ulps or not isinstance(a, float):
        return same(a, b)
    least = 0.0 if name in ("predict", "predict_proba") else 1.0
    return abs(a - b) <= ulps * math.ulp(max(abs(b), least))


def is_sparse(part: Any) -> bool:
    """Whether a sparse matrix, which has no -0.0, comes about anywhere."""
    if isinstance(part, (list, tuple)):
        return any(map(is_sparse, part))
    told = getattr(part, "__dict__", {})
    if told.get("encode") == "onehot" or told.get("sparse") is True:
        return True
    if told.get("sparse_output") or told.get("sparse_output_"):
        return True
    inner = ("steps", "transformers_", "transformer_list")
    return any(is_sparse(told[name]) for name in inner if name in told)


def takes(scorer: types.ModuleType, record: Record) -> bool:
    try:
        scorer.predict(record)
    except scorer.InvalidRecord:
        return False
    return True


def refused(scorer: types.ModuleType, record: Record) -> None:
    assert not takes(scorer, record), f"scikit-learn refuses {record}"


def check_names(pipe: Any, scorer: types.ModuleType) -> None:
    try:
        names = list(pipe[:-1].get_feature_names_out())
    except (AttributeError, TypeError, ValueError):
        return
    assert list(scorer.FEATURES) == names


def check_features(
    scorer: types.ModuleType,
    record: Record,
    expected: list[float],
    curved: bool,
    sparse: bool,
) -> None:
    found = scorer.encode(record)
    assert len(found) == len(expected)
    for name, x, y in zip(scorer.FEATURES, found, expected):
        if same(x, y) or (sparse and x == y):  # a sparse matrix has no -0.0
            continue
        near = math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-7)
        assert curved and (near or math.isinf(x)), (record, name, x, y)


# --- Records --------------------------------------------------------------------------


def records_of(reference: Reference, X: Any, rows: int, seed: int) -> list[Record]:
    """Some rows of the data, and as many with their values mixed."""
    generator = np.random.default_rng(seed)
    values = X.to_numpy(dtype=object) if reference.frame is not None else X
    picked = generator.integers(0, len(values), (rows, values.shape[1]))
    picked[: rows // 2] = picked[: rows // 2, :1]
    taken = values[picked, np.arange(values.shape[1])].tolist()
    return [dict(zip(reference.names, row)) for row in taken]


def edges(
    accepted: list[Record],
    scorer: types.ModuleType,
    reference: Reference,
    rng: random.Random,
) -> Iterator[Record]:
    """Accepted records with one value put on an edge."""
    cuts = cuts_of(scorer)
    for name in reference.names:
        rule = scorer.RULES[name]
        for value in values_of(name, rule, cuts.get(name, []), reference, rng):
            yield {**rng.choice(accepted), name: value}


def values_of(
    name: str, rule: dict[str, Any], cuts: list[float], reference: Reference, rng: Any
) -> Iterator[Any]:
    yield from (None, math.nan)
    if name not in reference.numbers:
        known = list(rule.get("enum", rule.get("examples", ())))
        yield from rng.sample(known, min(len(known), 12))
        yield from STRANGE
        return
    yield from NUMBERS
    yield from (True, 1, np.float32(0.5), np.int64(-3))
    yield from [-math.inf] * ("minimum" not in rule and "enum" not in rule)
    yield from [math.inf] * ("maximum" not in rule and "enum" not in rule)
    bounds = [rule[key] for key in ("minimum", "maximum") if key in rule]
    known = [x for x in rule.get("enum", ()) if x is not None]
    cuts = rng.sample(cuts, min(len(cuts), MOST_CUTS))
    for x in [*cuts, *bounds, *known[:5]]:
        for y in (x, math.nextafter(x, -math.inf), math.nextafter(x, math.inf)):
            if math.isfinite(y):
                yield float(y)


def cuts_of(scorer: types.ModuleType) -> dict[str, list[float]]:
    """The numbers that each column is compared with in ``score``."""
    name = scorer.score.__code__.co_filename
    import linecache

    tree = ast.parse("".join(linecache.getlines(name)))
    (score,) = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == "score"
    ]
    columns = dict(zip([a.arg for a in score.args.args], scorer.COLUMNS))
    found: dict[str, list[float]] = {}
    for node in ast.walk(score):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            names = [columns.get(s.id) for s in sides if isinstance(s, ast.Name)]
            for side in sides:
                try:
                    value = ast.literal_eval(side)
                except ValueError:
                    continue
                if type(value) is float and names and names[0] is not None:
                    found.setdefault(names[0], []).append(value)
    return {name: sorted(set(values)) for name, values in found.items()}
