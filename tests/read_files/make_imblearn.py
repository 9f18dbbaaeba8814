"""Writes the files of imblearn/: pipelines with samplers, and forests that balance.

    python make_imblearn.py      with imbalanced-learn 0.14.2 and scikit-learn 1.9.1

Each is a joblib file with a JSON file of rows and what the model itself answers.
"""

import json
import warnings
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from imblearn import FunctionSampler
from imblearn.combine import SMOTEENN
from imblearn.ensemble import (
    BalancedBaggingClassifier,
    BalancedRandomForestClassifier,
    EasyEnsembleClassifier,
)
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline, make_pipeline
from imblearn.under_sampling import RandomUnderSampler, TomekLinks
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    BaggingClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

HERE = Path(__file__).parent / "imblearn"


def main():
    warnings.simplefilter("ignore")
    random = np.random.RandomState(0)
    array = random.normal(size=(200, 3)).round(2)
    y = np.where(array[:, 0] + random.normal(size=200) * 0.3 > 0.9, "yes", "no")
    frame = pd.DataFrame(array, columns=list("abc"))
    mixed = frame.assign(k=random.choice(["u", "v", "w"], 200))
    small = {"n_estimators": 4, "max_depth": 3, "random_state": 0}
    smote = SMOTE(random_state=0)
    tree = DecisionTreeClassifier(max_depth=3, random_state=0)
    columns = ColumnTransformer(
        [
            ("n", StandardScaler(), ["a", "b", "c"]),
            ("k", OneHotEncoder(handle_unknown="ignore"), ["k"]),
        ]
    )
    models = {
        "smote": (
            Pipeline(
                [
                    ("scale", StandardScaler()),
                    ("smote", smote),
                    ("model", RandomForestClassifier(**small)),
                ]
            ),
            frame,
        ),
        "under": (
            make_pipeline(RandomUnderSampler(random_state=0), TomekLinks(), tree),
            array,
        ),
        "columns": (
            Pipeline(
                [
                    ("columns", columns),
                    ("both", SMOTEENN(random_state=0)),
                    ("model", GradientBoostingClassifier(**small)),
                ]
            ),
            mixed,
        ),
        "search": (
            GridSearchCV(
                Pipeline(
                    [("smote", smote), ("model", RandomForestClassifier(**small))]
                ),
                {"model__max_depth": [2, 3]},
                cv=3,
            ),
            frame,
        ),
        "function": (
            make_pipeline(
                FunctionSampler(),
                HistGradientBoostingClassifier(max_iter=4, learning_rate=0.9),
            ),
            frame,
        ),
        "voting": (
            VotingClassifier(
                [("balanced", make_pipeline(smote, tree)), ("plain", tree)],
                voting="soft",
            ),
            frame,
        ),
        "bagging": (
            BaggingClassifier(
                make_pipeline(smote, tree), n_estimators=3, random_state=0
            ),
            array,
        ),
        "balanced_forest": (BalancedRandomForestClassifier(**small), frame),
        "balanced_bagging": (
            BalancedBaggingClassifier(n_estimators=3, random_state=0),
            frame,
        ),
        "easy_ensemble": (
            EasyEnsembleClassifier(n_estimators=3, random_state=0),
            frame,
        ),
    }
    HERE.mkdir(exist_ok=True)
    for name, (model, data) in models.items():
        model.fit(data, y)
        if hasattr(model, "cv_results_"):
            for key in model.cv_results_:
                if key.endswith("_time"):
                    model.cv_results_[key][:] = 0.0
            model.refit_time_ = 0.0
        joblib.dump(model, HERE / f"{name}.joblib", compress=3)
        rows = data[:25]
        answers = {
            "columns": list(getattr(data, "columns", ["x0", "x1", "x2"])),
            "rows": np.asarray(rows, dtype=object).tolist(),
            "predict": model.predict(rows).tolist(),
            "predict_proba": model.predict_proba(rows).tolist(),
        }
        with open(HERE / f"{name}.json", "w") as file:
            json.dump(answers, file, separators=(",", ":"))
            file.write("\n")


if __name__ == "__main__":
    main()
