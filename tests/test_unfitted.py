"""What was never fitted is called so, alone and inside other estimators."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_selection import RFE, SelectFromModel, SelectKBest
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from treecompile import UnsupportedModel, compile_model

X = np.random.RandomState(0).rand(60, 2)
y = (X[:, 0] > 0.5).astype(int)
TREE = DecisionTreeClassifier(max_depth=2)
MODELS = [
    *(TREE, RandomForestClassifier(), ExtraTreesRegressor(), IsolationForest()),
    *(GradientBoostingClassifier(), HistGradientBoostingRegressor()),
    *(AdaBoostClassifier(), BaggingClassifier(), CalibratedClassifierCV(TREE)),
    *(VotingClassifier([("a", TREE)]), StackingClassifier([("a", TREE)])),
    *(MultiOutputClassifier(TREE), ClassifierChain(TREE), FrozenEstimator(TREE)),
    *(GridSearchCV(TREE, {"max_depth": [1]}), FixedThresholdClassifier(TREE)),
    TransformedTargetRegressor(DecisionTreeRegressor(), transformer=StandardScaler()),
]
TRANSFORMERS = [
    *(StandardScaler(), MinMaxScaler(), RobustScaler(), MaxAbsScaler()),
    *(OneHotEncoder(), OrdinalEncoder(), TargetEncoder(), SimpleImputer()),
    *(PolynomialFeatures(), KBinsDiscretizer(), QuantileTransformer()),
    *(PowerTransformer(), SelectKBest(), RFE(TREE), SelectFromModel(TREE)),
    ColumnTransformer([("a", StandardScaler(), [0])]),
    FeatureUnion([("a", StandardScaler())]),
    make_pipeline(Normalizer(), MinMaxScaler()),
]
SAYS = "(it is|was) not fitted.*\\n.*([Cc]all fit|Fit it)"


def name_of(estimator: Any) -> str:
    return type(estimator).__name__


@pytest.mark.parametrize("model", MODELS, ids=name_of)
def test_a_model(model: Any) -> None:
    for whole in (model, make_pipeline(StandardScaler(), model), {"model": model}):
        with pytest.raises(UnsupportedModel, match=SAYS):
            compile_model(whole)


@pytest.mark.parametrize("transformer", TRANSFORMERS, ids=name_of)
def test_a_transformer_before_a_fitted_model(transformer: Any) -> None:
    model = DecisionTreeClassifier(max_depth=2).fit(X, y)
    for part in (transformer, make_pipeline(transformer)):
        with pytest.raises(UnsupportedModel, match=SAYS):
            compile_model(make_pipeline(part, model))


def test_what_fitting_leaves_no_trace_in() -> None:
    model = DecisionTreeClassifier(max_depth=2).fit(X, y)
    chosen = SelectFromModel(model, prefit=True, threshold=-1.0)
    for part in (Normalizer(), Binarizer(), FunctionTransformer(), chosen):
        compile_model(make_pipeline(part, model))


def test_an_attribute_that_fitting_leaves() -> None:
    model = make_pipeline(StandardScaler(), DecisionTreeClassifier()).fit(X, y)
    del model[0].scale_
    del model[0].mean_
    with pytest.raises(
        UnsupportedModel, match="has no mean_, which every fitted part has"
    ):
        compile_model(model)
