"""Make a file with an old dill, which names numpy's functions by their module.

    python make_dill.py OUTDIR

writes OUTDIR/<version of dill>.pkl, a pipeline, and OUTDIR/answers.json: rows, and what
the pipeline predicts for them. Each was made on CPython 3.8, with scikit-learn 1.0.2 and
numpy 1.21.6, by dill 0.2.7.1 and dill 0.3.4.
"""

import json
import os
import sys

import dill
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

X = np.random.RandomState(0).rand(60, 2).round(2)
model = make_pipeline(
    FunctionTransformer(np.log1p),
    StandardScaler(),
    RandomForestClassifier(3, max_depth=2, random_state=0),
)
model.fit(X, np.array(["a", "b"])[(X[:, 0] > 0.5).astype(int)])
with open(os.path.join(sys.argv[1], dill.__version__ + ".pkl"), "wb") as stream:
    dill.dump(model, stream)
with open(os.path.join(sys.argv[1], "answers.json"), "w") as stream:
    answers = {"rows": X.tolist(), "predict": model.predict(X).tolist()}
    json.dump(dict(answers, predict_proba=model.predict_proba(X).tolist()), stream)
