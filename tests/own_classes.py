"""Classes of one's own, as people put them into pipelines."""

from __future__ import annotations

from typing import Any

from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.tree import DecisionTreeClassifier


class Passing(TransformerMixin, BaseEstimator):
    """A transformer that does nothing."""

    def fit(self, x: Any, y: Any = None) -> Passing:
        self.fitted_ = True
        return self

    def transform(self, x: Any) -> Any:
        return x


class OwnTree(DecisionTreeClassifier):
    """A tree that might answer otherwise."""


class Holder:
    """An object around a model."""

    def __init__(self, model: Any) -> None:
        self.model = model
