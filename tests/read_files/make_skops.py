"""Writes pipeline.skops, and the same pipeline as pipeline.pkl.

python make_skops.py        with scikit-learn 1.9.1 and skops 0.16.0
"""

import pickle

import numpy as np
import pandas as pd
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier as Boosting
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler


def main() -> None:
    data = pd.DataFrame(
        {
            "colour": ["red", "green", "blue", "red"] * 6,
            "size": np.linspace(0.0, 9.0, 24),
            "count": np.arange(24) % 5,
        }
    )
    columns = ColumnTransformer(
        [
            ("colour", OneHotEncoder(), ["colour"]),
            ("size", StandardScaler(), ["size"]),
            ("count", FunctionTransformer(np.log1p), slice(2, 3)),
        ]
    )
    vote = VotingClassifier(
        [
            ("forest", RandomForestClassifier(2, random_state=0)),
            ("boosting", Boosting(max_iter=1, max_leaf_nodes=3)),
            ("neighbours", KNeighborsClassifier(2)),
        ]
    )
    labels = np.array(["no", "yes"])[data["count"] // 3]
    model = Pipeline([("columns", columns), ("vote", vote)]).fit(data, labels)
    model.notes_ = {1: (True, None), "b": {2.5}, "c": b"bytes", "d": 3 + 0j == 3}
    with open("pipeline.pkl", "wb") as file:
        pickle.dump(model, file)
    skops.io.dump(model, "pipeline.skops", compression=8)


if __name__ == "__main__":
    main()
