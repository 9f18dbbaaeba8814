"""Make small model files with scikit-learn 0.12 to 0.14, with the answers of these.

    python2.7 make.py OUTDIR

writes OUTDIR/<version>/<name>.pkl and answers.json. There are no wheels of these versions:
pip builds them from source, for CPython 2.7, with numpy 1.11.3 and scipy 0.19.1.

answers.json holds, by the name of the file, ``rows``, and one answer a row of ``predict``
and, where the model has it, of ``predict_proba``; all answers come from one call.
"""

import json
import os
import pickle
import sys

import numpy as np
import sklearn
from sklearn import ensemble, tree
from sklearn.datasets import load_diabetes, load_iris


def models():
    iris, diabetes = load_iris(), load_diabetes()
    X, y = iris.data[:, [1, 2, 3]], iris.target
    D, target = np.round(diabetes.data[:, [2, 3, 8]], 4), diabetes.target
    words = ["a", "b", "c"] if sklearn.__version__ >= "0.14" else [3, 5, 8]
    labels = np.array(words)[y]
    both = np.array([y, y > 0]).T

    def fitted(name, *data, **options):
        kind = getattr(tree, name, None) or getattr(ensemble, name, None)
        try:
            return kind(random_state=0, **options).fit(*data), data[0]
        except ValueError:  # 0.13 cannot fit boosting beside that numpy
            return None

    few = {"n_estimators": 3, "max_depth": 2}
    yield "tree", fitted("DecisionTreeClassifier", X, y, max_depth=3)
    yield "tree_labels", fitted("ExtraTreeClassifier", X, labels, max_depth=3)
    yield "tree_numbers", fitted("DecisionTreeRegressor", D, target, max_depth=3)
    yield "forest", fitted("RandomForestClassifier", X, y, **few)
    yield "forest_numbers", fitted("RandomForestRegressor", D, target, **few)
    yield "extra", fitted("ExtraTreesClassifier", X, labels, **few)
    yield "boosting", fitted("GradientBoostingClassifier", X, y, **few)
    yield "boosting_two", fitted("GradientBoostingClassifier", X, y > 0, **few)
    yield "boosting_numbers", fitted("GradientBoostingRegressor", D, target, **few)
    if hasattr(ensemble, "AdaBoostClassifier"):
        yield "boosted", fitted("AdaBoostClassifier", X, y, n_estimators=3)
        yield "boosted_numbers", fitted("AdaBoostRegressor", D, target, n_estimators=3)
        options = {"algorithm": "SAMME", "n_estimators": 3}
        yield "boosted_samme", fitted("AdaBoostClassifier", X, y, **options)
    if sklearn.__version__ >= "0.14":
        yield "outputs", fitted("DecisionTreeClassifier", X, both, max_depth=3)


def main(outdir):
    folder = os.path.join(outdir, sklearn.__version__)
    if not os.path.isdir(folder):
        os.makedirs(folder)
    answers = {}
    for name, made in models():
        if made is None:
            continue
        model, X = made
        with open(os.path.join(folder, name + ".pkl"), "wb") as stream:
            pickle.dump(model, stream, 2)
        rows = X[3::9]
        answers[name] = {"rows": rows.tolist(), "predict": model.predict(rows).tolist()}
        if hasattr(model, "predict_proba"):
            shares = model.predict_proba(rows)
            if isinstance(shares, list):  # of each output: one row for each record
                answers[name]["predict_proba"] = [
                    [output[i].tolist() for output in shares] for i in range(len(rows))
                ]
            else:
                answers[name]["predict_proba"] = shares.tolist()
    with open(os.path.join(folder, "answers.json"), "w") as stream:
        stream.write("{\n")
        for name in sorted(answers):
            end = "\n" if name == max(answers) else ",\n"
            text = json.dumps(answers[name], sort_keys=True)
            stream.write(json.dumps(name) + ": " + text + end)
        stream.write("}\n")


if __name__ == "__main__":
    main(sys.argv[1])
