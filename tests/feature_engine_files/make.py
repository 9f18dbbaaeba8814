"""Make small pipelines with steps of feature_engine, with their answers: make.py FOLDER.

Run in an environment with feature_engine (1.9.4 made those that are there) and
scikit-learn. Beside NAME.pkl, NAME.json holds records and, for each, what ``predict`` answers
and what the steps before the tree make of it (null stands for NaN, and for both where the
record is refused).
"""

import json
import pickle
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from feature_engine.encoding import CountFrequencyEncoder, MeanEncoder, OrdinalEncoder
from feature_engine.imputation import (
    ArbitraryNumberImputer,
    CategoricalImputer,
    EndTailImputer,
    MeanMedianImputer,
)
from feature_engine.outliers import ArbitraryOutlierCapper, Winsorizer
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeRegressor

draw = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "age": draw.normal(40, 20, 80).round(1),
        "town": draw.choice(["rome", "oslo", "bern"], 80),
        "rent": draw.exponential(9, 80).round(2),
    }
)
HOLED = FRAME.mask(draw.random(FRAME.shape) < 0.15)
Y = (FRAME.age + 9 * (FRAME.town == "oslo") + FRAME.rent).round(1)
COUNTS = CountFrequencyEncoder(unseen="encode", missing_values="ignore")
PIPELINES = {
    "imputed": (
        HOLED,
        [
            MeanMedianImputer(imputation_method="median", variables=["age"]),
            ArbitraryNumberImputer(arbitrary_number=-1, variables=["rent"]),
            CategoricalImputer(),
            OrdinalEncoder(encoding_method="arbitrary", unseen="raise"),
        ],
    ),
    "tails": (HOLED, [EndTailImputer(), COUNTS]),
    "capped": (
        FRAME,
        [
            Winsorizer(capping_method="iqr", tail="both", fold=0.5),
            ArbitraryOutlierCapper(min_capping_dict={"age": 20}),
            MeanEncoder(smoothing=2.0),
        ],
    ),
}


def answer(model, record):
    frame = pd.DataFrame([record])[list(FRAME)]
    for name in ("age", "rent"):
        frame[name] = frame[name].astype(float)
    try:
        found = model[:-1].transform(frame).astype(float).to_numpy()[0].tolist()
        return float(model.predict(frame)[0]), [None if x != x else x for x in found]
    except (ValueError, TypeError):
        return None, None


def main(folder):
    warnings.simplefilter("ignore")
    for name, (frame, steps) in PIPELINES.items():
        tree = DecisionTreeRegressor(max_depth=6, random_state=0)
        model = make_pipeline(*steps, tree).fit(frame, Y)
        rows = frame.astype(object).where(frame.notna(), None).to_dict("records")[:25]
        rows += [{**rows[0], "town": "paris"}, {**rows[1], "town": None}]
        rows += [{**rows[2], "age": x} for x in (None, -1e6, 1e6, 20.0)]
        answers = [answer(model, record) for record in rows]
        path = Path(folder) / name
        path.with_suffix(".pkl").write_bytes(pickle.dumps(model, protocol=4))
        told = {"records": rows, "answers": answers}
        path.with_suffix(".json").write_text(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
