"""Small models of the CatBoost that runs this, each with what it answers: make.py FOLDER.

Run once in an environment of each version (CPython 3.7 for 0.24, 3.8 and 3.9 for later
ones); a folder of its name is made in FOLDER.
"""

import json
import pickle
import sys
import zlib
from pathlib import Path

import catboost
import numpy as np
from catboost.version import VERSION

draw = np.random.RandomState(0)
X = np.round(draw.normal(size=(200, 3)), 2)
X[draw.rand(*X.shape) < 0.1] = np.nan
Z = np.nan_to_num(X)
y = np.round(3 * Z[:, 0] + 4 * np.abs(Z[:, 1]), 1)
k = np.digitize(y, [0, 4])
REGRESSOR, CLASSIFIER = catboost.CatBoostRegressor, catboost.CatBoostClassifier
MODELS = {
    "plain": (REGRESSOR, y, {"nan_mode": "Max"}),
    "counts": (REGRESSOR, np.abs(y).round(), {"loss_function": "Poisson"}),
    "several": (REGRESSOR, np.stack([y, -y], 1), {"loss_function": "MultiRMSE"}),
    "by_node": (REGRESSOR, y, {"grow_policy": "Lossguide", "max_leaves": 6}),
    "booleans": (CLASSIFIER, k > 0, {}),
    "fractions": (CLASSIFIER, (k > 0) * 0.5, {"grow_policy": "Depthwise"}),
    "texts": (
        CLASSIFIER,
        np.array(["a", "b", "c"])[k],
        {"loss_function": "MultiClass"},
    ),
    "each": (CLASSIFIER, k + 1, {"loss_function": "MultiClassOneVsAll"}),
}
COMMON = {"iterations": 3, "depth": 3, "random_seed": 1, "thread_count": 1}
COMMON.update(verbose=False, allow_writing_files=False)


def main(folder):
    into = Path(folder) / VERSION
    into.mkdir(exist_ok=True)
    rows = X[:40]
    for name, (kind, target, options) in MODELS.items():
        model = kind(**dict(COMMON, **options)).fit(X, target)
        answers = {"predict": np.asarray(model.predict(rows)).tolist()}
        if kind is CLASSIFIER:
            if np.ndim(answers["predict"]) == 2:  # labels in a column
                answers["predict"] = [label for (label,) in answers["predict"]]
            answers["predict_proba"] = model.predict_proba(rows).tolist()
            answers["classes"] = np.asarray(model.classes_).tolist()
        answers["rows"] = [
            [None if x != x else x for x in row] for row in rows.tolist()
        ]
        data = zlib.compress(pickle.dumps(model, protocol=2), 9)
        (into / (name + ".pkl")).write_bytes(data)
        (into / (name + ".json")).write_text(json.dumps(answers) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
