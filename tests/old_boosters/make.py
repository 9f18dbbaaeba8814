"""Make small model files with many versions of XGBoost and LightGBM, with their answers.

    python make.py OUTDIR

writes, inside one environment, OUTDIR/<library>-<version>/<name>.joblib for each library
that is installed, and answers.json with rows and the answers that this version gives.

    python make.py --all OUTDIR [--pythons DIR] [--venvs DIR] [--only xgboost-1.0.2]

makes one virtual environment for each entry of VERSIONS and runs itself in it.
Interpreters are looked for as python3.8 and so on in PATH, or, with --pythons,
as DIR/3.8*/bin/python.

answers.json holds ``versions`` (of what made the files), and under ``models``, by the
name of the file: ``rows`` (null stands for NaN), and one answer a row of ``predict`` and,
where the model has it, of ``predict_proba``; all answers come from one call. Rows are
some of the training data, pairs one double apart whose answers differ, and such with
missing values. ``single`` says that an answer is computed in single precision by a way
that a scorer does not follow: numpy's own exp, and the isotonic curve of scipy 1.18.
"""

import argparse
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import warnings

# library and version, CPython, other packages
VERSIONS = [
    ("xgboost==0.90", "3.7", "numpy==1.16.6 scipy==1.3.3 scikit-learn==0.21.3"),
    ("xgboost==1.0.2", "3.7", "numpy==1.18.5 scipy==1.5.4 scikit-learn==0.22.2.post1"),
    ("xgboost==1.2.1", "3.8", "numpy==1.19.5 scipy==1.6.3 scikit-learn==0.23.2"),
    ("xgboost==1.3.3", "3.8", "numpy==1.19.5 scipy==1.6.3 scikit-learn==0.24.2"),
    ("xgboost==1.5.2", "3.8", "numpy==1.21.6 scipy==1.7.3 scikit-learn==1.0.2"),
    ("xgboost==1.6.2", "3.8", "numpy==1.21.6 scipy==1.7.3 scikit-learn==1.0.2"),
    ("xgboost==1.7.6", "3.10", "numpy==1.24.4 scipy==1.10.1 scikit-learn==1.3.2"),
    ("xgboost==2.0.3", "3.11", "numpy==1.26.4 scipy==1.13.1 scikit-learn==1.5.2"),
    ("xgboost-cpu==3.0.5", "3.12", "numpy==2.0.2 scipy==1.14.1 scikit-learn==1.6.1"),
    ("xgboost-cpu==3.2.0", "3.13", "numpy==2.5.5 scipy==1.18.1 scikit-learn==1.9.1"),
    ("xgboost-cpu==3.3.0", "3.13", "numpy==2.5.5 scipy==1.18.1 scikit-learn==1.9.1"),
    ("xgboost-cpu==3.4.1", "3.13", "numpy==2.5.5 scipy==1.18.1 scikit-learn==1.9.1"),
    ("lightgbm==2.1.2", "3.7", "numpy==1.16.6 scipy==1.3.3 scikit-learn==0.21.3"),
    ("lightgbm==2.3.1", "3.7", "numpy==1.18.5 scipy==1.5.4 scikit-learn==0.22.2.post1"),
    ("lightgbm==3.3.2", "3.8", "numpy==1.21.6 scipy==1.7.3 scikit-learn==1.0.2"),
    ("lightgbm==4.6.0", "3.12", "numpy==2.0.2 scipy==1.14.1 scikit-learn==1.6.1"),
    ("lightgbm==4.7.0", "3.13", "numpy==2.5.5 scipy==1.18.1 scikit-learn==1.9.1"),
]
COMMON = "joblib pandas"
# Whose answers models of scikit-learn go on from: XGBoost's of numpy 1 and of numpy 2,
# LightGBM's before and since it has a decision_function.
AROUND = [(1, 0), (2, 0), (3, 2), (3, 4), (4, 6), (4, 7)]
# The same bytes each time: no hash order, no threads.
STEADY = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


# ---------------------------------------------------------------- environments


def find_python(version, folder):
    if folder is None:
        found = shutil.which("python" + version)
        if found is None:
            raise SystemExit("no python%s in PATH" % version)
        return found
    for entry in sorted(os.listdir(folder)):
        if entry == version or entry.startswith(version + "."):
            path = os.path.join(folder, entry, "bin", "python")
            if os.path.exists(path):
                return path
    raise SystemExit("no CPython %s in %s" % (version, folder))


def make_all(args):
    venvs = args.venvs or tempfile.mkdtemp(prefix="old-boosters-")
    for library, python, packages in VERSIONS:
        if (
            args.only
            and library.replace("-cpu", "").replace("==", "-") not in args.only
        ):
            continue
        print(library, "on CPython", python, flush=True)
        folder = os.path.join(venvs, library)
        inside = os.path.join(folder, "bin", "python")
        done = os.path.join(folder, "done")
        if not os.path.exists(done):
            outside = find_python(python, args.pythons)
            subprocess.check_call([outside, "-m", "venv", "--clear", folder])
            pip = [inside, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
            wanted = [library] + (packages + " " + COMMON).split()
            subprocess.check_call(pip + ["--only-binary", ":all:"] + wanted)
            open(done, "w").close()
        subprocess.check_call(
            [inside, os.path.abspath(__file__), args.outdir],
            env=dict(os.environ, **STEADY),
        )
    if not args.venvs:
        shutil.rmtree(venvs)


# -------------------------------------------------------------------- the rows


def plain(answer):
    return np.asarray(answer).tolist()


def ordinal(value):
    """Doubles numbered in their order."""
    bits = struct.unpack("<q", struct.pack("<d", value))[0]
    return bits if bits >= 0 else -(bits & 0x7FFFFFFFFFFFFFFF)


def from_ordinal(number):
    if number < 0:
        return -struct.unpack("<d", struct.pack("<q", -number))[0]
    return struct.unpack("<d", struct.pack("<q", number))[0]


def with_value(row, i, value):
    row = list(row)
    row[i] = value
    return row


def rows_for(model, X, missing):
    rows = X[7::60].tolist()
    whole = X[~np.isnan(X).any(axis=1)].tolist()
    ask = model.predict_proba if hasattr(model, "predict_proba") else model.predict

    def marks(rows):
        return list(map(repr, plain(ask(np.array(rows)))))

    for i in range(X.shape[1]):
        base = whole[(13 * i + 5) % len(whole)]
        values = sorted(set(row[i] for row in whole))[::5]
        found = marks([with_value(base, i, v) for v in values])
        steps = [k for k in range(len(values) - 1) if found[k] != found[k + 1]]
        for k in steps[:1]:
            low, high = ordinal(values[k]), ordinal(values[k + 1])
            while high - low > 1:
                middle = (low + high) // 2
                row = with_value(base, i, from_ordinal(middle))
                low, high = (
                    (middle, high) if marks([row])[0] == found[k] else (low, middle)
                )
            rows += [with_value(base, i, from_ordinal(n)) for n in (low, high)]
        rows.append(with_value(base, i, float("nan")))
        if i == 2:
            rows.append(with_value(base, i, 0.0))
    return rows if missing else [row for row in rows if not np.isnan(row).any()]


# ------------------------------------------------------------------ the models


class Maker:
    def __init__(self, outdir, library, version, versions):
        self.folder = os.path.join(outdir, "%s-%s" % (library, version))
        if os.path.exists(self.folder):
            shutil.rmtree(self.folder)
        os.makedirs(self.folder)
        self.models = {}
        self.singles = library == "xgboost"
        self.version = tuple(map(int, version.split(".")[:2]))
        self.versions = versions

    def add(self, name, model, X, missing=True, single=False):
        """Keep a fitted model with its answers."""
        joblib.dump(model, os.path.join(self.folder, name + ".joblib"), compress=9)
        rows = rows_for(model, X, missing)
        asked = np.array(rows)
        answers = {"predict": plain(model.predict(asked))}
        if hasattr(model, "predict_proba"):
            answers["predict_proba"] = plain(model.predict_proba(asked))
        if single:
            answers["single"] = True
        answers["rows"] = [[None if x != x else x for x in row] for row in rows]
        self.models[name] = answers

    def add_asked(self, name, model, ask, rows):
        """Keep a model with what a function answers to rows, which may hold texts."""
        joblib.dump(model, os.path.join(self.folder, name + ".joblib"), compress=9)
        answers = {"predict": plain(ask(rows))}
        answers["rows"] = [[None if x != x else x for x in row] for row in rows]
        self.models[name] = answers

    def close(self):
        lines = [
            "  %s: %s"
            % (json.dumps(name), json.dumps(self.models[name], sort_keys=True))
            for name in sorted(self.models)
        ]
        with open(os.path.join(self.folder, "answers.json"), "w") as file:
            file.write('{"versions": %s,\n' % json.dumps(self.versions, sort_keys=True))
            file.write('"models": {\n%s\n}}\n' % ",\n".join(lines))


def data():
    iris = load_iris()
    X = iris.data.copy()
    X[np.random.RandomState(0).rand(*X.shape) < 0.1] = np.nan
    D = load_diabetes()
    numbers = np.round(D.data[:200, [2, 3, 8, 9]], 4)
    return X, iris.target, numbers, D.target[:200]


def make(outdir):
    versions = {"sklearn": sklearn.__version__, "numpy": np.__version__}
    versions["python"] = "%d.%d.%d" % sys.version_info[:3]
    for library, build in (("xgboost", xgboost_models), ("lightgbm", lightgbm_models)):
        try:
            module = __import__(library)
        except ImportError:
            continue
        maker = Maker(outdir, library, module.__version__, versions)
        found = tuple(map(int, module.__version__.split(".")[:2]))
        build(maker, module, found)
        maker.close()


def around(maker, classifier, X, y):
    """Models of scikit-learn that hold some of the library's."""
    add = maker.add
    two = (y > 0).astype(int)
    add("pipeline", make_pipeline(StandardScaler(), classifier()).fit(X, y), X)
    full = np.nan_to_num(X)
    if maker.version in AROUND:
        model = CalibratedClassifierCV(classifier(), cv=2)
        add("calibrated_binary", model.fit(full, two), full, missing=False)
    if maker.version not in AROUND or not maker.singles:
        return
    for method in ("sigmoid", "isotonic"):
        model = CalibratedClassifierCV(classifier(), method=method, cv=2)
        try:
            model.fit(full, y)
        except ValueError:  # isotonic, of singles, up to scikit-learn 0.22
            continue
        other = method == "isotonic" and SCIPY >= (1, 18)
        add("calibrated_" + method, model, full, missing=False, single=other)
    model = VotingClassifier(
        [("a", classifier()), ("b", classifier(max_depth=1))], voting="soft"
    )
    add("voting", model.fit(full, y), full, missing=False)
    model = OneVsRestClassifier(classifier())
    add("one_against_rest", model.fit(full, y), full, missing=False)
    try:
        from sklearn.model_selection import FixedThresholdClassifier
    except ImportError:
        return
    shares = classifier().fit(X, two).predict_proba(X)[:, 1]
    between = np.nextafter(np.float64(np.unique(shares)[1]), 1.0)
    for name, threshold in (("number", float(between)), ("double", between)):
        model = FixedThresholdClassifier(classifier(), threshold=threshold)
        add("threshold_" + name, model.fit(X, two), X)


def xgboost_models(maker, xgboost, version):
    add = maker.add
    X, y, D, target = data()
    common = dict(n_estimators=2, max_depth=2, n_jobs=1)
    if (1, 3) <= version < (1, 6):
        common["use_label_encoder"] = False
    plain_numbers = {k: v for k, v in common.items() if k != "use_label_encoder"}

    def classifier(**options):
        return xgboost.XGBClassifier(**dict(common, **options))

    def regressor(**options):
        return xgboost.XGBRegressor(**dict(plain_numbers, **options))

    two = (y > 0).astype(int)
    words = np.array(["a", "b", "c"])[y] if version < (1, 3) else y
    add("binary", classifier(base_score=0.3).fit(X, two), X)
    add("many", classifier().fit(X, words), X)
    # Before, it was fitted as multi:softprob; 1.6 has no predict_proba for it.
    if version >= (1, 4) and version != (1, 6):
        add("softmax", classifier(objective="multi:softmax").fit(X, y), X, single=True)
    add("regressor", regressor().fit(D, target), D)
    base = regressor(base_score=77.3, missing=0.0).fit(D, target)
    add("base", base, D, missing=version >= (1, 0))
    add("poisson", regressor(objective="count:poisson").fit(D, target), D)
    if version >= (1, 0):
        options = dict(booster="dart", rate_drop=0.5, seed=3)
        add("dart", regressor(**options).fit(D, target), D)
    add("forest", xgboost.XGBRFClassifier(**common).fit(X, y), X)
    stop = dict(early_stopping_rounds=2)
    half = dict(eval_set=[(X[1::2], y[1::2])], verbose=False)
    before = classifier(n_estimators=60, learning_rate=1.0, max_depth=1)
    if version >= (1, 6):
        before.set_params(**stop)
        stop = {}
    add("stopped", before.fit(X[::2], y[::2], **dict(half, **stop)), X)
    around(maker, classifier, X, y)
    if version in AROUND:
        from sklearn.compose import TransformedTargetRegressor

        model = TransformedTargetRegressor(regressor(), transformer=StandardScaler())
        add("target", model.fit(D, target), D)
    xgboost_boosters(maker, xgboost, version)


def xgboost_boosters(maker, xgboost, version):
    """A Booster itself, of DART and over codes of categories, and what came later."""
    X, y, D, target = data()
    draw = np.random.RandomState(0)
    common = {"max_depth": 2, "nthread": 1, "seed": 0}
    if version >= (1, 4):
        dart = dict(common, booster="dart", rate_drop=0.5, base_score=77.3)
        booster = xgboost.train(dart, xgboost.DMatrix(D, target), 4)
        rows = D[::9].tolist()
        maker.add_asked("booster", booster, asking(booster, xgboost), rows)
    if version >= (1, 6):
        K = np.c_[draw.randint(0, 40, 300), draw.randint(0, 3, 300), draw.rand(300)]
        wanted = 9 * np.sin(K[:, 0]) + 5 * (K[:, 1] == 1) + K[:, 2]
        K[draw.rand(*K.shape) < 0.1] = np.nan
        kinds = {"feature_types": ["c", "c", "q"], "enable_categorical": True}
        method = "hist" if version >= (1, 7) else "approx"
        options = dict(common, tree_method=method, max_cat_to_onehot=5)
        booster = xgboost.train(options, xgboost.DMatrix(K, wanted, **kinds), 3)
        strange = [-1, -0.5, 0.5, 2.5, 31, 32, 39.5, 63.5, 64, 1000, 2**24, 3e7]
        rows = K[::9].tolist()
        rows += [[float(x), draw.randint(3), 0.5] for x in strange]
        rows += [[draw.randint(40), float(x), 0.5] for x in strange]
        rows = [[float(x) for x in row] for row in rows]
        ask = asking(booster, xgboost, **kinds)
        maker.add_asked("codes", booster, ask, rows)
    if version >= (3, 1):
        import pandas as pd

        words = (
            ["bern", "oslo", "rome"]
            if version < (3, 4)
            else ["k\xf6ln", "\xe9", "\u6f22"]
        )
        codes = draw.randint(0, 3, 200)
        frame = pd.DataFrame({"town": pd.Categorical.from_codes(codes, words)})
        frame["size"] = pd.Categorical.from_codes(
            draw.randint(0, 2, 200),
            np.array([7, 2**15 + 7], "uint16" if version >= (3, 4) else "int64"),
        )
        frame["age"] = draw.rand(200).round(2)
        model = xgboost.XGBRegressor(
            n_estimators=3, max_depth=3, enable_categorical=True, n_jobs=1
        )
        model.fit(frame, 3 * codes + 2 * frame["size"].cat.codes + frame.age)
        few = frame.iloc[::9]
        rows = [list(row) for row in few.astype(object).values.tolist()]
        maker.add_asked("towns", model, lambda rows: model.predict(few), rows)
    if version >= (2, 0):
        model = xgboost.XGBRegressor(
            objective="reg:quantileerror",
            quantile_alpha=[0.1, 0.5, 0.9],
            n_estimators=6,
            max_depth=3,
            n_jobs=1,
        )
        model.fit(D, draw.permutation(target))
        rows = D[::4].tolist()
        maker.add_asked(
            "quantiles", model, lambda rows: model.predict(np.array(rows)), rows
        )


def asking(booster, xgboost, **options):
    """What asks a Booster for rows."""
    return lambda rows: booster.predict(xgboost.DMatrix(np.array(rows), **options))


def lightgbm_models(maker, lightgbm, version):
    add = maker.add
    X, y, D, target = data()
    common = dict(n_estimators=2, num_leaves=4, min_child_samples=5, n_jobs=1)

    def classifier(**options):
        return lightgbm.LGBMClassifier(**dict(common, **options))

    def regressor(**options):
        return lightgbm.LGBMRegressor(**dict(common, **options))

    two = (y > 0).astype(int)
    add("binary", classifier(is_unbalance=True, sigmoid=0.7).fit(X, two), X)
    add("many", classifier().fit(X, np.array(["a", "b", "c"])[y]), X)
    add("regressor", regressor().fit(D, target), D)
    before = classifier(n_estimators=60, learning_rate=1.0, num_leaves=2)
    half = dict(eval_set=[(X[1::2], y[1::2])])
    if version >= (4, 0):
        half["callbacks"] = [lightgbm.early_stopping(2, verbose=False)]
    else:
        half.update(early_stopping_rounds=2, verbose=False)
    add("stopped", before.fit(X[::2], y[::2], **half), X)
    around(maker, classifier, X, y)
    if version >= (4, 7):  # the rest as 4.6
        return
    add("poisson", regressor(objective="poisson").fit(D, target), D)
    add("dart", regressor(boosting_type="dart", drop_rate=0.5).fit(D, target), D)
    forest = dict(boosting_type="rf", bagging_freq=1, bagging_fraction=0.6)
    forest["feature_fraction"] = 0.8
    add("forest", regressor(**forest).fit(D, target), D)
    add("zero", regressor(zero_as_missing=True).fit(np.round(D, 1), target), D)
    K = np.nan_to_num(X)
    K[:, 0] = np.round(K[:, 0] * 2)
    own = regressor(min_data_per_group=5, cat_smooth=1, max_cat_to_onehot=1)
    add("categories", own.fit(K, y + 0.1 * K[:, 1], categorical_feature=[0]), K)


def main():
    parser = argparse.ArgumentParser(
        description="Make model files, with answers, by the libraries installed or by "
        "those of the table VERSIONS."
    )
    parser.add_argument("outdir")
    parser.add_argument(
        "--all", action="store_true", help="make environments for all of VERSIONS"
    )
    parser.add_argument(
        "--only", action="append", help="with --all: only this, as xgboost-1.0.2"
    )
    parser.add_argument(
        "--pythons", metavar="DIR", help="with --all: a folder with CPythons by version"
    )
    parser.add_argument(
        "--venvs", metavar="DIR", help="with --all: keep the environments here"
    )
    args = parser.parse_args()
    if args.all:
        return make_all(args)
    warnings.simplefilter("ignore")
    make(args.outdir)


if "--all" not in sys.argv:  # which itself needs none of the packages
    import joblib
    import numpy as np
    import scipy
    import sklearn
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.datasets import load_diabetes, load_iris
    from sklearn.ensemble import VotingClassifier
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    SCIPY = tuple(map(int, scipy.__version__.split(".")[:2]))

if __name__ == "__main__":
    main()
