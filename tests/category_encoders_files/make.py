"""Make small pipelines with category_encoders, with their answers: make.py FOLDER.

Run in an environment with category_encoders (2.11.2 made those that are there, and 2.6.0 with
pandas 1.5 and scikit-learn 1.2 those in old/, of which two are kept) and scikit-learn. Beside NAME.pkl, NAME.json holds records and, for each, what ``predict`` answers
and what the encoder makes of it (null stands for NaN, and for both where the record is
refused).
"""

import json
import pickle
import sys
import warnings
from pathlib import Path

import category_encoders as ce
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

draw = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "town": draw.choice(["rome", "oslo", "bern"], 80),
        "age": draw.normal(40, 20, 80).round(1),
        "plan": draw.choice(["pro", "free"], 80),
    }
).astype({"town": object, "plan": object})
HOLED = FRAME.copy()
HOLED.loc[draw.random(80) < 0.2, "town"] = None
Y = (FRAME.age + 20 * (FRAME.town == "oslo") + 9 * (FRAME.plan == "pro") > 45).astype(
    int
)
ENCODERS = {
    "ordinal": (FRAME, ce.OrdinalEncoder()),
    "ordinal_holed": (HOLED, ce.OrdinalEncoder()),
    "ordinal_nan": (
        HOLED,
        ce.OrdinalEncoder(handle_unknown="return_nan", handle_missing="return_nan"),
    ),
    "ordinal_error": (
        FRAME,
        ce.OrdinalEncoder(handle_unknown="error", handle_missing="error"),
    ),
    "target": (HOLED, ce.TargetEncoder(smoothing=2.0, min_samples_leaf=5)),
    "target_nan": (
        FRAME,
        ce.TargetEncoder(handle_unknown="return_nan", handle_missing="return_nan"),
    ),
    "target_error": (FRAME, ce.TargetEncoder(handle_unknown="error")),
    "m_estimate": (FRAME, ce.MEstimateEncoder()),
    "james_stein": (HOLED, ce.JamesSteinEncoder()),
    "woe": (FRAME, ce.WOEEncoder()),
}


def answer(model, record):
    frame = pd.DataFrame([record])[list(FRAME)].astype({"age": float})
    frame = frame.astype({"town": object, "plan": object})
    try:
        found = np.asarray(model[:-1].transform(frame), dtype=float)[0].tolist()
        return int(model.predict(frame)[0]), [None if x != x else x for x in found]
    except (ValueError, TypeError):
        return None, None


def main(folder):
    warnings.simplefilter("ignore")
    for name, (frame, encoder) in ENCODERS.items():
        tree = DecisionTreeClassifier(max_depth=4, random_state=0)
        if ce.__version__ == "2.6.0":  # trees of that time take no missing values
            tree = HistGradientBoostingClassifier(max_iter=2, max_depth=3)
        model = make_pipeline(encoder, tree).fit(frame, Y)
        rows = frame.where(frame.notna(), None).to_dict("records")[:8]
        rows += [{**rows[0], "town": x} for x in ("paris", None, "")]
        rows += [{**rows[1], "plan": None}]
        answers = [answer(model, record) for record in rows]
        path = Path(folder) / name
        path.with_suffix(".pkl").write_bytes(pickle.dumps(model, protocol=4))
        told = {"records": rows, "answers": answers}
        path.with_suffix(".json").write_text(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
