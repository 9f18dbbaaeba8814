"""Writes the small files of this folder that only Python 2 and old joblib can write.

    python2.7 make_old.py        with scikit-learn 0.18.2, numpy 1.16 and joblib 0.9.4

One tree of seven nodes over four records, saved in every way that these versions offer.
``tree.json`` holds what the tree's arrays are.
"""

import json
import pickle
import zlib

import joblib
import numpy as np
from sklearn.tree import DecisionTreeClassifier

RECORDS = [[0.0, 1.5], [1.0, 2.5], [2.0, 1.5], [3.0, 2.5]]
LABELS = ["no", "yes", "no", "caf\xe9"]


def main():
    model = DecisionTreeClassifier(random_state=0).fit(RECORDS, np.array(LABELS))
    model.random_state_ = np.random.RandomState(0)
    tree = model.tree_
    parts = {
        "feature": tree.feature.tolist(),
        "threshold": tree.threshold.tolist(),
        "value": tree.value.tolist(),
        "classes": model.classes_.tolist(),
    }
    with open("tree.json", "w") as file:
        json.dump(parts, file, indent=1, sort_keys=True)
    for protocol in (0, 1, 2):
        with open(f"python2_protocol{protocol}.pkl", "wb") as file:
            pickle.dump(model, file, protocol)
    with open("python2_protocol0.pkl", "rb") as file:
        text = file.read()
    if b"\r" not in text:
        with open("python2_carriage_returns.pkl", "wb") as file:
            file.write(text.replace(b"\n", b"\r\n"))
    joblib.dump(model, "old_joblib.pkl")
    joblib.dump(model, "old_joblib_zf.pkl", compress=3)
    joblib.dump(model, "old_joblib_zf_files.pkl", compress=3, cache_size=0)
    # The same "ZF" header in the width of joblib up to 0.8.4 under Python 2.
    with open("old_joblib_zf.pkl", "rb") as file:
        content = zlib.decompress(file.read()[21:])
    with open("old_joblib_zf_wide.pkl", "wb") as file:
        file.write(b"ZF" + hex(len(content)).ljust(20).encode())
        file.write(zlib.compress(content))


if __name__ == "__main__":
    main()
