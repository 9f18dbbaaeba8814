"""The models that can be compiled, by package and class, and what is around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from ..errors import DAMAGED, UnsupportedModel, wrapped
from ..program import Choice
from ..read.records import Record
from .boosting import boosting
from .build import Answering, Builder, Member
from .calibration import calibrated
from .catboost_model import catboost
from .catboost_model import own_codes as catboost_codes
from .chains import chain
from .committees import (
    ada_classifier,
    ada_regressor,
    bagging,
    voting_classifier,
    voting_regressor,
)
from .compose import TRANSFORMERS, transform
from .flow import Flow, Raw, Step
from .forests import forest, single
from .histograms import histogram_boosting, own_encoding
from .inverse import inverse_expression
from .isolation import isolation_forest
from .labels import ENCODERS
from .lightgbm_model import lightgbm
from .lightgbm_model import own_codes as lightgbm_codes
from .pairs import one_vs_one
from .paths import name_part, of_another
from .registry import Family, Row, by_kind
from .several import multi_output, one_vs_rest
from .singles import scalar
from .stacking import linear, stacking
from .tree import Positive
from .wrappers import AROUND, unwrap
from .xgboost_model import own_codes as xgboost_codes
from .xgboost_model import xgboost

Lowering = Callable[[Member], Answering]
T = TypeVar("T")

#: Single trees; ``tree.py`` lowers one that stands alone.
TREE_FAMILY: Family[Lowering] = Family(
    "trees",
    (
        "DecisionTreeClassifier",
        "DecisionTreeRegressor",
        "ExtraTreeClassifier",
        "ExtraTreeRegressor",
    ),
    "sklearn.tree",
    single,
    "any criterion, labels that are text, numbers or booleans, several outputs, class and "
    "sample weights, pruning, monotonic constraints, missing values",
)
TREES = TREE_FAMILY.names

#: Models that are a sum of products, and an intercept.
LINEAR: tuple[Row[Lowering], ...] = (
    Row("LinearRegression", "sklearn.linear_model", linear),
    Row("Ridge", "sklearn.linear_model", linear),
    Row("RidgeCV", "sklearn.linear_model", linear),
    Row("Lasso", "sklearn.linear_model", linear),
    Row("LassoCV", "sklearn.linear_model", linear),
    Row("ElasticNet", "sklearn.linear_model", linear),
    Row("ElasticNetCV", "sklearn.linear_model", linear),
    Row("LassoLars", "sklearn.linear_model", linear),
    Row("BayesianRidge", "sklearn.linear_model", linear),
    Row("HuberRegressor", "sklearn.linear_model", linear),
    Row("QuantileRegressor", "sklearn.linear_model", linear),
    Row("SGDRegressor", "sklearn.linear_model", linear),
    Row("LinearSVR", "sklearn.svm", linear),
    Row("LinearSVC", "sklearn.svm", linear),
    Row("RidgeClassifier", "sklearn.linear_model", linear),
    Row("RidgeClassifierCV", "sklearn.linear_model", linear),
    Row("LogisticRegression", "sklearn.linear_model", linear),
    Row("LogisticRegressionCV", "sklearn.linear_model", linear),
)

#: Models of many trees, and those that put other models together.
FAMILIES: tuple[Family[Lowering], ...] = (
    Family(
        "forests",
        (
            "RandomForestClassifier",
            "RandomForestRegressor",
            "ExtraTreesClassifier",
            "ExtraTreesRegressor",
        ),
        "sklearn.ensemble",
        forest,
        "any criterion, several outputs, missing values; `n_jobs` counts as 1",
    ),
    Family(
        "gradient boosting",
        ("GradientBoostingClassifier", "GradientBoostingRegressor"),
        "sklearn.ensemble",
        boosting,
        "every loss; `init` the default, zero, a dummy or a tree",
    ),
    Family(
        "histograms",
        ("HistGradientBoostingClassifier", "HistGradientBoostingRegressor"),
        "sklearn.ensemble",
        histogram_boosting,
        "every loss, monotonic constraints, missing values, categories of each kind",
    ),
    Family(
        "AdaBoost",
        ("AdaBoostClassifier",),
        "sklearn.ensemble",
        ada_classifier,
        "SAMME, and SAMME.R of old files (over trees)",
    ),
    Family(
        "its regressor",
        ("AdaBoostRegressor",),
        "sklearn.ensemble",
        ada_regressor,
        "the weighted median",
    ),
    Family(
        "bagging",
        ("BaggingClassifier", "BaggingRegressor"),
        "sklearn.ensemble",
        bagging,
        "of rows and of columns, several outputs; `n_jobs` counts as 1",
    ),
    Family(
        "votes",
        ("VotingClassifier",),
        "sklearn.ensemble",
        voting_classifier,
        'soft and hard, weights, `"drop"`',
    ),
    Family(
        "means",
        ("VotingRegressor",),
        "sklearn.ensemble",
        voting_regressor,
        'weights, `"drop"`',
    ),
    Family(
        "stacks",
        ("StackingClassifier", "StackingRegressor"),
        "sklearn.ensemble",
        stacking,
        "`passthrough`, any model of this table at the end, or a linear one "
        f"({', '.join(f'`{row.name}`' for row in LINEAR)}), whose last bits are not promised",
    ),
    Family(
        "outliers",
        ("IsolationForest",),
        "sklearn.ensemble",
        isolation_forest,
        "`predict`, `decision_function`, `score_samples`; since scikit-learn 1.6 it takes infinities",
    ),
    Family(
        "calibration",
        ("CalibratedClassifierCV",),
        "sklearn.calibration",
        calibrated,
        "sigmoid and isotonic; not temperature, which looks at the whole batch",
    ),
    Family(
        "a model for each output",
        ("MultiOutputClassifier", "MultiOutputRegressor"),
        "sklearn.multioutput",
        multi_output,
        "over any model of this table",
    ),
    Family(
        "chains",
        ("ClassifierChain", "RegressorChain"),
        "sklearn.multioutput",
        chain,
        "any order, every `chain_method` (logarithms of trees, forests, gradient boosting and AdaBoost)",
    ),
    Family(
        "one against the rest",
        ("OneVsRestClassifier",),
        "sklearn.multiclass",
        one_vs_rest,
        "one label of many, or several at once",
    ),
    Family(
        "one against one",
        ("OneVsOneClassifier",),
        "sklearn.multiclass",
        one_vs_one,
        "votes of a model of each pair of classes",
    ),
)
# Another fit, and the predict of scikit-learn's own.
_IMBLEARN: tuple[Row[Lowering], ...] = (
    Row("BalancedRandomForestClassifier", "imblearn.ensemble", forest),
    Row("BalancedBaggingClassifier", "imblearn.ensemble", bagging),
    Row("EasyEnsembleClassifier", "imblearn.ensemble", bagging),
)
_OF_FAMILIES = tuple(row for family in FAMILIES for row in family.rows)
#: Every model of scikit-learn that can be compiled, alone or inside another.
ROWS: tuple[Row[Lowering], ...] = (*TREE_FAMILY.rows, *LINEAR, *_OF_FAMILIES)
#: Models of other libraries; a Booster is what such a model holds, saved alone.
BOOSTERS: dict[tuple[str, str], Lowering] = {
    (package, name): lowering
    for package, names, lowering in (
        (
            "xgboost",
            (
                "XGBClassifier",
                "XGBRegressor",
                "XGBRFClassifier",
                "XGBRFRegressor",
                "XGBRanker",
                "Booster",
            ),
            xgboost,
        ),
        (
            "lightgbm",
            ("LGBMClassifier", "LGBMRegressor", "LGBMRanker", "Booster"),
            lightgbm,
        ),
        (
            "catboost",
            ("CatBoostClassifier", "CatBoostRegressor", "CatBoostRanker", "CatBoost"),
            catboost,
        ),
    )
    for name in names
}
ENSEMBLES = {**by_kind((*_OF_FAMILIES, *_IMBLEARN)), **BOOSTERS}
_OF_SKLEARN = ", ".join(row.name for row in (*_OF_FAMILIES, *_IMBLEARN))
_OF_OTHERS = ", ".join(name for _, name in BOOSTERS if name != "Booster")
#: Models that encode the categories of their columns themselves.
OWN_ENCODINGS: dict[tuple[str, str], Callable[[Record, Flow, str, Raw], Flow]] = {
    **{
        kind: own_encoding for kind, of in ENSEMBLES.items() if of is histogram_boosting
    },
    **{kind: catboost_codes for kind in BOOSTERS if kind[0] == "catboost"},
    **{kind: lightgbm_codes for kind in BOOSTERS if kind[0] == "lightgbm"},
    **{kind: xgboost_codes for kind in BOOSTERS if kind[0] == "xgboost"},
}
#: Models that are compiled inside others only.
INNER = by_kind((*TREE_FAMILY.rows, *LINEAR))

_AROUND = [row.name for row in AROUND]
SUPPORTED = (
    f"{', '.join(TREES)}, {_OF_SKLEARN}, {_OF_OTHERS}, alone, at the end of a Pipeline, "
    f"inside one another, or inside {', '.join(_AROUND[:-1])} or {_AROUND[-1]}"
)


def lower_member(member: Member) -> Answering:
    """What a model inside another answers: it may be a pipeline, or wrapped."""
    if member.path.count(",") > 40:
        raise UnsupportedModel(member.path, "it is wrapped in itself")
    if isinstance(member.record, Record):
        member.build.raw.visit(member.record, member.here)
    unwrapped = unwrap(member.record, member.path)
    flow = member.flow
    for where, part in unwrapped.transformers:
        flow = transform(Step(part, flow, where, member.build.raw))
    record = unwrapped.record
    if not isinstance(record, Record) or not (
        record.kind in ENSEMBLES or record.kind in INNER
    ):
        refuse(record, unwrapped.path)
    build = member.build
    members = (*build.members, (member.word, record.name))
    with build.inside(*members):
        answering = lower_flow(record, unwrapped.path, flow, build, member.word)
    answering = replace(
        answering,
        shares=_inside(build, members, answering.shares),
        later_decision=_inside(build, members, answering.later_decision),
    )
    if unwrapped.positive is not None:
        answering = with_positive(
            answering, unwrapped.positive, member.build, member.here
        )
    for where, regressor in reversed(unwrapped.targets):
        answering = with_inverse(answering, regressor, member.build, where)
    return answering


def _inside(
    build: Builder, members: tuple[tuple[str, str], ...], add: Callable[[], T] | None
) -> Callable[[], T] | None:
    """The same, with the stages that it adds named after these models."""
    if add is None:
        return None

    def added() -> T:
        with build.inside(*members):
            return add()

    return added


def lower_flow(
    record: Record, path: str, flow: Flow, build: Builder, word: str = ""
) -> Answering:
    """What a model answers, of the columns that flow into it."""
    flow = encoded_by_itself(record, flow, name_part(path, record), build.raw)
    member = Member(record, path, flow, build, word)
    lowering = ENSEMBLES.get(record.kind) or INNER[record.kind]
    answering = lowering(member)
    if record.kind[0] == "sklearn":
        _check_counts(member, answering)
    return answering


def _check_counts(member: Member, answering: Answering) -> None:
    """That there are as many outputs and classes as the record announces, to whose
    numbers scikit-learn cuts its answers."""
    outputs, classes = len(answering.answers), answering.classes
    if not outputs or member.record.get("n_outputs_", outputs) != outputs:
        raise member.refuse("its n_outputs_ is not that of its trees", DAMAGED)
    said = member.record.get("n_classes_")
    if said is not None and classes is not None:
        if np.asarray(said).reshape(-1).tolist() != list(map(len, classes)):
            raise member.refuse("its n_classes_ does not fit its classes_", DAMAGED)


def encoded_by_itself(record: Record, flow: Flow, path: str, raw: Raw) -> Flow:
    """What flows in with the codes that a model itself gives its categories."""
    encoding = OWN_ENCODINGS.get(record.kind)
    return encoding(record, flow, path, raw) if encoding is not None else flow


def with_positive(
    answering: Answering, positive: Positive, build: Builder, path: str
) -> Answering:
    """The same model, answering by a threshold on the share of one of two classes, or
    on its decision_function, whose sign is turned for the first of them."""
    classes = answering.classes
    if classes is None or answering.several or len(classes[0]) != 2:
        what = "a regressor" if classes is None else "not a classifier of two classes"
        raise UnsupportedModel(
            path,
            f"a decision threshold needs two classes, and this is {what}",
            "Leave --threshold out.",
        )
    second = 1
    if positive.label is not None:
        if positive.label not in classes[0]:
            raise UnsupportedModel(
                path, f"its positive label {positive.label!r} is not a class"
            )
        second = classes[0].index(positive.label)
    if positive.decision:
        decision = answering.decided()
        if decision is None:
            raise UnsupportedModel(
                path, "it asks for decision_function, which the model does not have"
            )
        cut = positive.threshold if second else -positive.threshold
        by_decision = Choice(decision, cut, inclusive=bool(second))
        return replace(
            answering, answers=(by_decision,), decision=decision, later_decision=None
        )
    if answering.shares is None:
        raise UnsupportedModel(
            path,
            "a decision threshold needs predict_proba, and this has none",
            "Leave --threshold out.",
        )
    shares = answering.shares()
    cut = positive.threshold
    if answering.single and positive.said is not None:
        cut = scalar(build, path, positive.said).value
    choice = Choice(shares[0][second : second + 1], cut, inclusive=True)
    return replace(
        answering,
        answers=(replace(choice, flipped=second == 0),),
        shares=lambda: shares,
    )


def with_inverse(
    answering: Answering, record: Record, build: Builder, path: str
) -> Answering:
    """The regressor's answers, taken back through ``transformer_``."""
    numbers: list[Any] = list(answering.answers)
    if answering.classes is not None:
        raise UnsupportedModel(path, "its regressor is a classifier")
    back = [
        inverse_expression(record.get("transformer_"), path, k, x, answering.single)
        for k, x in enumerate(numbers)
    ]
    words = f"{answering.words}, taken back to the target"
    return replace(answering, answers=build.values(back, "answer"), words=words)


_AS_ENCODER = (
    "Build the model, and give it this file as the encoder of a column with\n"
    "--encode COLUMN=FILE"
)
_AS_LABELS = ", or as that of the label with --labels FILE"
_IN_FRONT = (
    "Build the model, and put this file in front of it with --preprocess FILE, or in "
    "front of\nsome of its columns with --encode COLUMN,COLUMN=FILE."
)


def refuse_a_part(record: Any) -> None:
    """UnsupportedModel for what stands beside a model, with the option that puts it
    to use."""
    role = role_beside(record) if isinstance(record, Record) else ""
    if role == "encoder":
        problem = "it encodes a column, and answers nothing"
        label = _AS_LABELS if record.name == "LabelEncoder" else ""
        raise UnsupportedModel(record.name, problem, f"{_AS_ENCODER}{label}.")
    if role == "transformer":
        raise UnsupportedModel(
            record.name, "it transforms, and answers nothing", _IN_FRONT
        )


def role_beside(record: Record) -> str:
    """What a part is that answers nothing but can be put around a model: "encoder",
    "transformer", or nothing."""
    if record.kind in ENCODERS:
        return "encoder"
    if record.name in ("RFE", "RFECV"):  # which answer, too, and cannot be compiled so
        return ""
    if record.kind in TRANSFORMERS and record.name != "Pipeline":
        return "transformer"
    return "transformer" if _is_only_transformers(record) else ""


def _is_only_transformers(record: Record) -> bool:
    """Whether this is a pipeline whose last step transforms, too."""
    for _ in range(50):
        if record.name != "Pipeline":
            break
        steps = record.get("steps")
        last = steps[-1] if isinstance(steps, (list, tuple)) and steps else None
        inner = last[-1] if isinstance(last, (list, tuple)) and last else None
        if not isinstance(inner, Record):
            return False
        record = inner
    return record.kind in TRANSFORMERS


def refuse(record: Any, path: str) -> None:
    """UnsupportedModel for what cannot be compiled, with what can."""
    if isinstance(record, Record):
        other = of_another(record)
        problem = f"it is a class{other}, and" if other else "it"
        problem += " cannot be compiled"
    else:
        problem = "it is not a fitted estimator"
    raise UnsupportedModel(
        name_part(path, record), problem, wrapped(f"Supported are {SUPPORTED}.")
    )
