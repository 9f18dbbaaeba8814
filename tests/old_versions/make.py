"""Make small model files with many scikit-learn versions, with their answers.

    python make.py OUTDIR [--group trees] [--only NAME]

writes, inside one environment, OUTDIR/<scikit-learn version>/<group>/<name>.*
for the version that is installed: a model file (.pkl or .joblib) and a .json
with rows and the answers that this version itself gives for them.

    python make.py --all OUTDIR [--pythons DIR] [--venvs DIR] [--version V]

makes one virtual environment for each entry of VERSIONS and runs itself in it.
Interpreters are looked for as python3.8 and so on in PATH, or, with --pythons,
as DIR/3.8*/bin/python.

The .json of a model holds

    sklearn, numpy, python   versions that made the file
    file, container          the model file beside it, and how it was written
    class, params            class name of the model; parameters set by hand
    classes                  classes_ of the model (a list per output), or null
    columns                  column names if frames were given, else null
    rows                     rows; null stands for NaN
    predict                  one answer per row; {"error": true} where the row
                             is refused when given alone
    predict_proba, apply, decision_function
                             one answer per row, null for refused rows; null as
                             a whole where the model has no such method.  With
                             several outputs a row of predict_proba holds one
                             list per output.  For a wrapper (a pipeline, a
                             search, ...) around one tree, apply is that of the
                             tree inside.
    refusals                 first line of an error: numbers of the rows
                             refused with it

All answers of one method come from one call over all accepted rows.

OUTDIR/<version>/missing.json says which kinds of trees that version lets learn
from NaN, and which take NaN in predict.  Python 2.7 is enough for this script.
"""

from __future__ import print_function

import argparse
import json
import os
import pickle
import shutil
import struct
import subprocess
import sys
import tempfile
import warnings

# version of scikit-learn, of CPython, other packages
VERSIONS = [
    ("0.17.1", "2.7", "numpy==1.11.3 scipy==0.19.1 pandas==0.20.3"),
    ("0.18.2", "2.7", "numpy==1.13.3 scipy==0.19.1 pandas==0.20.3"),
    ("0.19.2", "3.6", "numpy==1.14.6 scipy==1.1.0 pandas==0.23.4"),
    ("0.20.4", "3.6", "numpy==1.15.4 scipy==1.2.3 pandas==0.24.2"),
    ("0.21.3", "3.7", "numpy==1.16.6 scipy==1.3.3 pandas==0.25.3 joblib==0.13.2"),
    ("0.22.2.post1", "3.6", "numpy==1.16.6 scipy==1.4.1 pandas==0.25.3 joblib==0.14.1"),
    ("0.23.2", "3.7", "numpy==1.18.5 scipy==1.5.4 pandas==1.0.5 joblib==0.16.0"),
    ("0.24.2", "3.8", "numpy==1.19.5 scipy==1.6.3 pandas==1.2.5 joblib==1.0.1"),
    ("1.0.2", "3.8", "numpy==1.21.6 scipy==1.7.3 pandas==1.3.5 joblib==1.1.1"),
    ("1.1.3", "3.9", "numpy==1.22.4 scipy==1.8.1 pandas==1.4.4 joblib==1.1.1"),
    ("1.2.2", "3.9", "numpy==1.23.5 scipy==1.9.3 pandas==1.5.3 joblib==1.2.0"),
    ("1.3.2", "3.10", "numpy==1.24.4 scipy==1.10.1 pandas==2.0.3 joblib==1.3.2"),
    ("1.4.2", "3.11", "numpy==1.26.4 scipy==1.12.0 pandas==2.1.4 joblib==1.3.2"),
    ("1.5.2", "3.11", "numpy==1.26.4 scipy==1.13.1 pandas==2.2.3 joblib==1.4.2"),
    ("1.6.1", "3.12", "numpy==2.0.2 scipy==1.14.1 pandas==2.2.3 joblib==1.4.2"),
    ("1.7.2", "3.12", "numpy==2.2.6 scipy==1.15.3 pandas==2.3.3 joblib==1.5.2"),
    ("1.8.0", "3.13", "numpy==2.3.5 scipy==1.16.3 pandas==2.3.3 joblib==1.5.2"),
    ("1.9.1", "3.13", "numpy==2.5.5 scipy==1.18.1 pandas==3.1.1 joblib==1.6.0"),
]

# The same bytes each time: no hash order, no threads.
STEADY = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

MAX_ROWS = 25

if "--all" not in sys.argv:  # which itself needs none of the packages
    if any(os.environ.get(key) != STEADY[key] for key in STEADY):
        sys.exit(
            subprocess.call([sys.executable] + sys.argv, env=dict(os.environ, **STEADY))
        )
    import numpy as np
    import pandas as pd
    import sklearn

    SKLEARN = tuple(int(part) for part in sklearn.__version__.split(".")[:2])

    if SKLEARN < (0, 21):
        from sklearn.externals import joblib
    else:
        import joblib
    if (0, 21) <= SKLEARN < (1, 0):
        from sklearn.experimental import enable_hist_gradient_boosting  # noqa
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
    from sklearn.ensemble import (
        AdaBoostClassifier,
        AdaBoostRegressor,
        BaggingClassifier,
        BaggingRegressor,
        ExtraTreesClassifier,
        ExtraTreesRegressor,
        GradientBoostingClassifier,
        GradientBoostingRegressor,
        RandomForestClassifier,
        RandomForestRegressor,
        VotingClassifier,
    )
    from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
    from sklearn.preprocessing import (
        FunctionTransformer,
        MinMaxScaler,
        OneHotEncoder,
        RobustScaler,
        StandardScaler,
    )
    from sklearn.tree import (
        DecisionTreeClassifier,
        DecisionTreeRegressor,
        ExtraTreeClassifier,
        ExtraTreeRegressor,
    )

    if SKLEARN >= (0, 18):
        from sklearn.ensemble import IsolationForest
        from sklearn.model_selection import GridSearchCV
    else:
        from sklearn.grid_search import GridSearchCV
    if SKLEARN >= (0, 20):
        from sklearn.compose import ColumnTransformer, make_column_transformer
        from sklearn.impute import SimpleImputer
        from sklearn.preprocessing import (
            KBinsDiscretizer,
            OrdinalEncoder,
            PowerTransformer,
        )
    if SKLEARN >= (0, 21):
        from sklearn.ensemble import (
            HistGradientBoostingClassifier,
            HistGradientBoostingRegressor,
            VotingRegressor,
        )
    if SKLEARN >= (0, 22):
        from sklearn.ensemble import StackingClassifier, StackingRegressor


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


def make_environment(folder, sklearn, python, packages):
    """An environment in folder; returns its interpreter, and where its packages are.

    Python 2.7 comes without venv: its packages stand in a folder of their own.
    """
    inside = os.path.join(folder, "bin", "python")
    library = None
    if "/2." in python or python.endswith("python2.7"):
        inside, library = python, os.path.join(folder, "lib")
    done = os.path.join(folder, "done")
    if not os.path.exists(done):
        if library is None:
            subprocess.check_call([python, "-m", "venv", "--clear", folder])
        pip = [inside, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        if library is not None:
            pip += ["--target", library]
        subprocess.check_call(
            pip
            + ["--only-binary", ":all:", "scikit-learn==" + sklearn]
            + packages.split()
        )
        open(done, "w").close()
    return inside, library


def make_all(args):
    venvs = args.venvs or tempfile.mkdtemp(prefix="old-versions-")
    for sklearn, python, packages in VERSIONS:
        if args.version and sklearn not in args.version:
            continue
        print(sklearn, "on CPython", python, flush=True)
        inside, library = make_environment(
            os.path.join(venvs, sklearn),
            sklearn,
            find_python(python, args.pythons),
            packages,
        )
        command = [inside, os.path.abspath(__file__), args.outdir]
        for group in args.group or []:
            command += ["--group", group]
        for name in args.only or []:
            command += ["--only", name]
        paths = {} if library is None else {"PYTHONPATH": library}
        subprocess.check_call(command, env=dict(os.environ, **paths))
    if not args.venvs:
        shutil.rmtree(venvs)


# --------------------------------------------------------------------- answers


def plain(value):
    """A numpy value, array or list as JSON material."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, float) and value != value:
        return None
    return value


def by_row(answer):
    """An answer of predict_proba: for many outputs, a list per row."""
    if isinstance(answer, list):
        return [list(row) for row in zip(*[plain(a) for a in answer])]
    return plain(answer)


def has(model, method):
    """Whether the model has it, and means it.

    Up to 0.21 a hard vote has predict_proba, and refuses; up to 0.18 boosting of numbers
    has a decision_function, which is its predict.
    """
    if method == "predict_proba" and getattr(model, "voting", None) == "hard":
        return False
    if method == "decision_function" and type(model).__name__.endswith("Regressor"):
        return False
    return hasattr(model, method)


class Case(object):
    """A fitted model with the way in which its rows are given."""

    def __init__(self, model, rows, columns, strings):
        self.model = model
        self.rows = rows  # lists of float or str; NaN as nan
        self.columns = columns  # None: rows are given as an array
        self.strings = strings  # column numbers holding strings

    def numeric(self):
        return [i for i in range(len(self.rows[0])) if i not in self.strings]

    def given(self, rows):
        # Boosting of 0.17 and 0.18 takes no array in the order of a frame.
        if self.columns is None or not since(0, 19):
            return np.array(rows, dtype=np.float64)
        data = [
            (
                name,
                np.array(
                    [row[i] for row in rows],
                    dtype=object if i in self.strings else np.float64,
                ),
            )
            for i, name in enumerate(self.columns)
        ]
        return pd.DataFrame(dict(data), columns=self.columns)

    def marks(self, rows):
        """For each row something that changes when its answer changes."""
        X = self.given(rows)
        if has(self.model, "decision_function"):
            answer = self.model.decision_function(X)
        elif has(self.model, "predict_proba"):
            answer = self.model.predict_proba(X)
        else:
            answer = self.model.predict(X)
        return [repr(a) for a in by_row(answer)]


def with_value(row, i, value):
    row = list(row)
    row[i] = value
    return row


def is_nan(value):
    return isinstance(value, float) and value != value


def trees_inside(model):
    """The single trees that see the rows as they are given."""
    if hasattr(model, "tree_"):
        return [model]
    if hasattr(model, "steps"):
        if len(model.steps) > 1:
            return []
        return trees_inside(model.steps[-1][1])
    if hasattr(model, "estimators_features_"):
        return []
    for name in ("best_estimator_", "estimator_"):
        if hasattr(model, name):
            if hasattr(model, "estimators_"):
                break
            return trees_inside(getattr(model, name))
    if hasattr(model, "estimators_"):
        found = []
        for estimator in np.ravel(np.array(model.estimators_, dtype=object)):
            found += trees_inside(estimator)
        return found
    if type(model).__name__ == "FrozenEstimator":
        return trees_inside(model.estimator)
    return []


def last_tree(model):
    """What to call apply on, and the steps before it (or None)."""
    if hasattr(model, "steps"):
        inner, before = last_tree(model.steps[-1][1])
        if inner is None or before is not None:
            return None, None
        return inner, (Pipeline(model.steps[:-1]) if len(model.steps) > 1 else None)
    if type(model).__name__ == "FrozenEstimator":
        return last_tree(model.estimator)
    if hasattr(model, "apply"):
        return model, None
    for name in ("best_estimator_", "estimator_"):
        if hasattr(model, name) and not hasattr(model, "estimators_"):
            return last_tree(getattr(model, name))
    return None, None


def passing(tree, X, node):
    """Which rows pass a node (there is no decision_path before 0.18)."""
    above = dict((int(c), n) for n, c in enumerate(tree.children_left) if c != -1)
    above.update((int(c), n) for n, c in enumerate(tree.children_right) if c != -1)
    passed = []
    for leaf in tree.apply(X):
        way = [int(leaf)]
        while way[-1] in above:
            way.append(above[way[-1]])
        passed.append(node in way)
    return np.array(passed)


def threshold_rows(case, count):
    """Rows on the thresholds of the trees, and just beside them."""
    trees = trees_inside(case.model)
    if not trees or case.strings:
        return []
    found = []
    X = np.array(case.rows, dtype=np.float32)
    random = np.random.RandomState(3)
    for number in range(count):
        tree = trees[(number * 2) % len(trees)].tree_
        nodes = [
            n
            for n in range(tree.node_count)
            if tree.children_left[n] != -1 and np.isfinite(tree.threshold[n])
        ]
        if not nodes:
            continue
        if number < len(trees):
            node = nodes[0]
        else:
            node = nodes[random.randint(len(nodes))]
        through = passing(tree, X, node)
        bases = [
            i
            for i in np.flatnonzero(through)
            if not any(is_nan(v) for v in case.rows[i])
        ]
        if not bases:
            bases = [0]
        base = case.rows[bases[random.randint(len(bases))]]
        t = float(tree.threshold[node])
        near = np.float32(t)
        above = np.nextafter(near, np.float32(np.inf))
        below = np.nextafter(near, np.float32(-np.inf))
        tie = (float(near) + float(above)) / 2
        for value in (
            t,
            np.nextafter(t, -np.inf),
            np.nextafter(t, np.inf),
            float(near),
            tie,
            np.nextafter(tie, np.inf),
            (float(near) + float(below)) / 2,
        ):
            row = with_value(base, int(tree.feature[node]), float(value))
            if row not in found:
                found.append(row)
    return found


def ordinal(value):
    """Doubles numbered in their order."""
    bits = struct.unpack("<q", struct.pack("<d", value))[0]
    return bits if bits >= 0 else -(bits & 0x7FFFFFFFFFFFFFFF)


def from_ordinal(number):
    if number < 0:
        return -struct.unpack("<d", struct.pack("<q", -number))[0]
    return struct.unpack("<d", struct.pack("<q", number))[0]


def edge_rows(case, count):
    """Pairs of rows, one double apart, with differing answers."""
    found = []
    random = np.random.RandomState(5)
    whole = [row for row in case.rows if not any(is_nan(v) for v in row)]
    columns = case.numeric()
    for attempt in range(8 * len(columns)):
        if len(found) >= 2 * count:
            break
        i = columns[attempt % len(columns)]
        base = whole[random.randint(len(whole))]
        values = sorted(set(row[i] for row in whole))
        values = values[:: max(1, len(values) // 12)]
        marks = case.marks([with_value(base, i, v) for v in values])
        steps = [k for k in range(len(values) - 1) if marks[k] != marks[k + 1]]
        if not steps:
            continue
        k = steps[random.randint(len(steps))]
        low, high = ordinal(values[k]), ordinal(values[k + 1])
        while high - low > 1:
            middle = (low + high) // 2
            row = with_value(base, i, from_ordinal(middle))
            if case.marks([row])[0] == marks[k]:
                low = middle
            else:
                high = middle
        pair = [with_value(base, i, from_ordinal(n)) for n in (low, high)]
        if pair[0] not in found:
            found += pair
    return found


def missing_rows(case, count):
    """Rows with one NaN, in the features that are used first."""
    order = []
    for model in trees_inside(case.model):
        order += [int(f) for f in model.tree_.feature if f >= 0]
    order += range(len(case.rows[0]))
    seen = []
    for i in order:
        if i not in seen:
            seen.append(i)
    whole = [row for row in case.rows if not any(is_nan(v) for v in row)]
    return [
        with_value(whole[(17 * k + 5) % len(whole)], i, float("nan"))
        for k, i in enumerate(seen[:count])
    ]


def pick(rows, count):
    step = max(1, len(rows) // count)
    return [list(row) for row in rows[step // 2 :: step][:count]]


def choose_rows(case, group, extra):
    if group == "trees":
        rows = pick(case.rows, 4) + threshold_rows(case, 2) + missing_rows(case, 3)
    elif group == "pipelines":
        rows = pick(case.rows, 4) + edge_rows(case, 3) + missing_rows(case, 5)
    else:
        rows = pick(case.rows, 3) + edge_rows(case, 3) + missing_rows(case, 2)
    rows = rows + extra
    # a number beyond those of float32
    rows.append(with_value(rows[0], case.numeric()[-1], 1e40))
    if len(rows) > MAX_ROWS:
        raise AssertionError("%d rows" % len(rows))
    return rows


def answer(case, rows):
    model = case.model
    refusals = {}
    accepted = []
    for i, row in enumerate(rows):
        try:
            model.predict(case.given([row]))
            accepted.append(i)
        except Exception as error:  # what is refused, and how, is the finding
            first = str(error).strip().split("\n")[0][:100]
            refusals.setdefault("%s: %s" % (type(error).__name__, first), []).append(i)

    def spread(answers, refused):
        all_rows = [refused] * len(rows)
        for i, one in zip(accepted, answers):
            all_rows[i] = one
        return all_rows

    result = {
        "predict": None,
        "predict_proba": None,
        "apply": None,
        "decision_function": None,
        "refusals": refusals,
    }
    X = case.given([rows[i] for i in accepted])
    result["predict"] = spread(plain(model.predict(X)), {"error": True})
    for name in ("predict_proba", "decision_function"):
        if has(model, name):
            result[name] = spread(by_row(getattr(model, name)(X)), None)
    inner, before = last_tree(model)
    if inner is not None:
        seen = X if before is None else before.transform(X)
        result["apply"] = spread(plain(inner.apply(seen)), None)
    return result


# --------------------------------------------------------------------- writing


def write_json(path, pairs):
    lines = [
        "%s: %s"
        % (json.dumps(key), json.dumps(value, separators=(",", ":"), allow_nan=False))
        for key, value in pairs
    ]
    with open(path, "w") as f:
        f.write("{" + ",\n".join(lines) + "}\n")


def write_model(model, path, container):
    """Write the model; returns the name of the file."""
    if container == "joblib":
        path += ".joblib"
        joblib.dump(model, path)
    elif container == "joblib-zlib":
        path += ".joblib"
        joblib.dump(model, path, compress=3)
    else:
        path += ".pkl"
        protocol = int(container[len("pickle-") :])
        with open(path, "wb") as f:
            pickle.dump(model, f, protocol=protocol)
    return os.path.basename(path)


def forget_times(model):
    """Set the durations that a search has noted to nought."""
    results = getattr(model, "cv_results_", None)
    if isinstance(results, dict):
        for key in results:
            if key.endswith("_time"):
                results[key] = np.zeros_like(results[key])
    if hasattr(model, "refit_time_"):
        model.refit_time_ = 0.0


class Maker(object):

    def __init__(self, outdir, groups, only):
        self.outdir = os.path.join(outdir, sklearn.__version__)
        self.only = only
        self.group = None
        for group in groups:
            self.group = group
            folder = os.path.join(self.outdir, group)
            if not only:
                shutil.rmtree(folder, ignore_errors=True)
            if not os.path.isdir(folder):
                os.makedirs(folder)
            GROUPS[group](self)
            if group == "trees" and since(0, 18) and not only:
                write_missing(os.path.join(self.outdir, "missing.json"))

    def add(self, name, container, model, X, y, extra=(), **fit):
        """Fit model, write it, and write what it answers."""
        if self.only and name not in self.only:
            return
        if container == "pickle-5" and sys.version_info < (3, 8):
            container = "pickle-4"
        if container[:7] == "pickle-" and sys.version_info < (3,):
            container = "pickle-%d" % min(int(container[7:]), 2)
        columns, strings = None, []
        if hasattr(X, "columns"):
            columns = [str(c) for c in X.columns]
            strings = [
                i for i, c in enumerate(X.columns) if isinstance(X[c].iloc[0], str)
            ]
            rows = [
                [v if i in strings else float(v) for i, v in enumerate(row)]
                for row in X.values.tolist()
            ]
        else:
            rows = np.asarray(X, dtype=np.float64).tolist()
        if y is None:
            model.fit(X)
        else:
            model.fit(X, y, **fit)
        forget_times(model)
        case = Case(model, rows, columns, strings)
        path = os.path.join(self.outdir, self.group, name)
        written = write_model(model, path, container)
        chosen = choose_rows(case, self.group, [list(row) for row in extra])
        answers = answer(case, chosen)
        classes = getattr(model, "classes_", None)
        write_json(
            path + ".json",
            [
                ("sklearn", sklearn.__version__),
                ("numpy", np.__version__),
                ("python", "%d.%d" % sys.version_info[:2]),
                ("file", written),
                ("container", container),
                ("class", type(model).__name__),
                ("params", set_by_hand(model)),
                ("classes", None if classes is None else plain(classes)),
                ("columns", columns),
                ("rows", plain(chosen)),
            ]
            + [
                (key, answers[key])
                for key in (
                    "predict",
                    "predict_proba",
                    "apply",
                    "decision_function",
                    "refusals",
                )
            ],
        )


def set_by_hand(model):
    """The parameters of one tree that decide how it treats NaN."""
    inner = last_tree(model)[0]
    if inner is None or not hasattr(inner, "tree_"):
        return None
    names = ("splitter", "criterion", "monotonic_cst")
    params = inner.get_params()
    return dict((name, plain(params[name])) for name in names if name in params)


# ------------------------------------------------------------------------ data


def since(*version):
    return SKLEARN >= version


def iris_frame():
    data = load_iris()
    names = ["sepal length", "sepal width", "petal length", "petal width"]
    return (
        pd.DataFrame(data.data, columns=names),
        pd.Series(data.target_names[data.target].astype(object)),
    )


def cancer(columns=(0, 1, 6, 24, 27)):
    data = load_breast_cancer()
    return data.data[:, list(columns)], data.target


def diabetes():
    """Some columns, to three places: other versions scale them otherwise."""
    data = load_diabetes()
    return np.round(data.data[:200, [2, 3, 8, 9]], 3), data.target[:200]


def ten_classes():
    random = np.random.RandomState(10)
    y = np.arange(160) % 10
    centres = random.normal(scale=3, size=(10, 5))
    X = centres[y] + random.normal(size=(160, 5))
    return X, y, random.uniform(0.1, 3.0, size=160)


def holes():
    """Numbers with NaN; in column 1, that one is missing says much."""
    random = np.random.RandomState(20)
    X = np.round(random.normal(size=(90, 3)), 2)
    y = (X[:, 0] + X[:, 2] > 0.3).astype(int)
    y[:30] = 2
    X[:30, 1] = np.nan
    y[60:90:4] = 2
    X[random.uniform(size=90) < 0.15, 0] = np.nan
    X[random.uniform(size=90) < 0.1, 2] = np.nan
    order = random.permutation(90)
    return X[order], y[order]


def people(missing=True):
    """Two columns of strings, three of numbers; yes or no; an amount."""
    random = np.random.RandomState(30)
    n = 90
    city = np.array(["Oslo", "Lima", "Pune", "Bern", "Cork"])[
        np.minimum(random.geometric(0.35, n) - 1, 4)
    ]
    grade = np.array(["low", "mid", "high"])[random.randint(0, 3, n)]
    age = random.randint(18, 80, n).astype(float)
    income = np.round(np.exp(random.normal(7.5, 0.6, n)), 2)
    score = np.round(random.uniform(0, 10, n), 1)
    amount = np.round(
        income / 100
        + 12 * (grade == "high")
        + 3 * score
        + 25 * (city == "Lima")
        + random.normal(0, 4, n),
        3,
    )
    answer = np.where(amount + age / 4 > np.median(amount + age / 4), "yes", "no")
    if missing:
        age[random.uniform(size=n) < 0.1] = np.nan
        score[random.uniform(size=n) < 0.1] = np.nan
        age[0] = 41.0
    names = ["city", "grade", "age", "income", "score"]
    frame = pd.DataFrame(
        dict(
            city=city.astype(object),
            grade=grade.astype(object),
            age=age,
            income=income,
            score=score,
        ),
        columns=names,
    )
    return frame, answer, amount


# ----------------------------------------------------------------- group trees


def trees(maker):
    add = maker.add
    squared = "squared_error" if since(1, 0) else "mse"
    absolute = "absolute_error" if since(1, 0) else "mae"
    pruning = dict(ccp_alpha=0.004) if since(0, 22) else dict(min_samples_leaf=20)
    X, y = iris_frame()
    A, codes = X.values, load_iris().target
    add(
        "iris_frame",
        "pickle-4",
        DecisionTreeClassifier(max_depth=3, random_state=0),
        X,
        y,
    )
    C, ten, weights = ten_classes()
    add(
        "ten_classes",
        "pickle-2",
        DecisionTreeClassifier(max_leaf_nodes=16, min_samples_leaf=4, random_state=0),
        C,
        ten * 3 - 5,
        sample_weight=weights,
    )
    B, sick = cancer()
    add(
        "bool_labels",
        "pickle-3",
        DecisionTreeClassifier(max_depth=3, random_state=0),
        B,
        sick == 1,
    )
    add(
        "leaf_nodes",
        "joblib",
        DecisionTreeClassifier(max_leaf_nodes=7, random_state=0),
        A,
        codes,
    )
    few = np.r_[0:50, 50:75, 100:110]
    add(
        "balanced",
        "pickle-1",
        DecisionTreeClassifier(class_weight="balanced", max_depth=3, random_state=0),
        A[few],
        load_iris().target_names[codes[few]],
    )
    add(
        "multi_output",
        "pickle-5",
        DecisionTreeClassifier(max_depth=3, random_state=0),
        A,
        np.column_stack([codes, (A[:, 1] > 3.0) + 7]),
    )
    add(
        "entropy",
        "pickle-0",
        DecisionTreeClassifier(criterion="entropy", max_depth=2, random_state=0),
        A,
        codes * 2.0,
    )
    if since(1, 1):
        add(
            "log_loss",
            "pickle-4",
            DecisionTreeClassifier(criterion="log_loss", max_depth=3, random_state=0),
            A,
            codes,
        )
    add(
        "random_splitter",
        "joblib",
        DecisionTreeClassifier(splitter="random", max_depth=3, random_state=1),
        A,
        codes,
    )
    add(
        "pruned",
        "joblib-zlib",
        DecisionTreeClassifier(random_state=0, **pruning),
        B,
        sick,
    )
    add(
        "single_leaf",
        "pickle-2",
        DecisionTreeClassifier(min_samples_split=1000, random_state=0),
        A,
        codes,
    )
    add(
        "single_class",
        "pickle-3",
        DecisionTreeClassifier(random_state=0),
        A[:50],
        np.array(["only"] * 50),
    )
    add(
        "extra_tree", "pickle-4", ExtraTreeClassifier(max_depth=3, random_state=2), X, y
    )

    D, target = diabetes()
    frame = pd.DataFrame(D, columns=["bmi", "bp", "s5", "s6"])
    add(
        "regressor_squared",
        "pickle-5",
        DecisionTreeRegressor(criterion=squared, max_depth=3, random_state=0),
        frame,
        target,
    )
    if since(0, 18):
        add(
            "regressor_absolute",
            "joblib",
            DecisionTreeRegressor(criterion=absolute, max_depth=3, random_state=0),
            D,
            target,
        )
    add(
        "regressor_two_outputs",
        "pickle-2",
        DecisionTreeRegressor(max_depth=3, random_state=0),
        D,
        np.column_stack([target, D[:, 0] * 10]),
    )
    add(
        "regressor_friedman",
        "joblib-zlib",
        DecisionTreeRegressor(criterion="friedman_mse", max_depth=3, random_state=0),
        D,
        target,
    )
    if since(0, 24):
        add(
            "regressor_poisson",
            "pickle-4",
            DecisionTreeRegressor(
                criterion="poisson", max_leaf_nodes=6, random_state=0
            ),
            D,
            target,
        )
    add(
        "regressor_random",
        "joblib-zlib",
        DecisionTreeRegressor(splitter="random", max_depth=3, random_state=1),
        D,
        target,
    )
    if since(0, 22):
        pruning = dict(ccp_alpha=120.0)
    add(
        "regressor_pruned",
        "pickle-1",
        DecisionTreeRegressor(random_state=0, **pruning),
        D,
        target,
    )
    add(
        "regressor_single_leaf",
        "pickle-0",
        DecisionTreeRegressor(min_samples_split=1000, random_state=0),
        D,
        target,
    )
    add(
        "regressor_extra",
        "joblib-zlib",
        ExtraTreeRegressor(max_depth=3, random_state=2),
        D,
        target,
    )
    add(
        "regressor_extra_frame",
        "joblib",
        ExtraTreeRegressor(max_leaf_nodes=6, random_state=3),
        frame,
        target,
    )

    H, three = holes()
    named = pd.DataFrame(H, columns=["a", "b", "c"])
    if since(1, 3):
        add(
            "missing",
            "pickle-4",
            DecisionTreeClassifier(max_depth=4, random_state=0),
            H,
            three,
        )
        add(
            "missing_frame",
            "pickle-5",
            DecisionTreeClassifier(
                criterion="entropy", max_leaf_nodes=8, random_state=0
            ),
            named,
            np.where(three == 2, "gone", "here"),
        )
        add(
            "missing_regressor",
            "joblib-zlib",
            DecisionTreeRegressor(max_depth=4, random_state=0),
            H,
            three * 1.25,
        )
    if since(1, 6):
        add(
            "missing_random",
            "joblib-zlib",
            DecisionTreeClassifier(splitter="random", max_depth=4, random_state=0),
            H,
            three,
        )
        add(
            "missing_extra",
            "joblib-zlib",
            ExtraTreeClassifier(max_depth=4, random_state=1),
            H,
            three,
        )
        add(
            "missing_extra_regressor",
            "joblib-zlib",
            ExtraTreeRegressor(max_depth=4, random_state=1),
            H,
            three * 1.25,
        )
    if since(1, 4):
        add(
            "monotonic",
            "pickle-4",
            DecisionTreeClassifier(
                max_depth=3, monotonic_cst=[1, 0, 0, -1, 0], random_state=0
            ),
            B,
            sick,
        )
        add(
            "monotonic_regressor",
            "joblib-zlib",
            DecisionTreeRegressor(
                max_depth=3, monotonic_cst=[1, 1, 0, 0], random_state=0
            ),
            frame,
            target,
        )

    add(
        "grid_search",
        "joblib-zlib",
        GridSearchCV(
            DecisionTreeClassifier(random_state=0), {"max_depth": [2, 3]}, cv=3
        ),
        X,
        y,
    )
    add(
        "pipeline_of_one",
        "joblib-zlib",
        Pipeline([("tree", DecisionTreeClassifier(max_depth=3, random_state=0))]),
        X,
        y,
    )
    if since(1, 5):
        from sklearn.model_selection import (
            FixedThresholdClassifier,
            TunedThresholdClassifierCV,
        )

        add(
            "fixed_threshold",
            "joblib-zlib",
            FixedThresholdClassifier(
                DecisionTreeClassifier(max_depth=3, random_state=0), threshold=0.3
            ),
            B,
            np.where(sick, "benign", "malignant"),
        )
        add(
            "fixed_threshold_label",
            "joblib-zlib",
            FixedThresholdClassifier(
                DecisionTreeClassifier(max_depth=3, random_state=0),
                threshold=0.7,
                pos_label=0,
                response_method="predict_proba",
            ),
            B,
            sick,
        )
        add(
            "tuned_threshold",
            "joblib-zlib",
            TunedThresholdClassifierCV(
                DecisionTreeClassifier(max_depth=3, random_state=0),
                cv=3,
                thresholds=8,
                random_state=0,
            ),
            B,
            sick,
        )
    if since(1, 6):
        from sklearn.frozen import FrozenEstimator

        add(
            "frozen",
            "joblib-zlib",
            FrozenEstimator(
                DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, y)
            ),
            X,
            y,
        )


def write_missing(path):
    """Which kinds of trees take NaN: to learn from, and in predict."""
    random = np.random.RandomState(40)
    X = random.normal(size=(40, 2))
    y = (X[:, 0] > 0).astype(int)
    y[::5] = 1
    pierced = X.copy()
    pierced[::7, 0] = np.nan
    asked = np.array([[np.nan, 0.5]])
    first = ["gini", "entropy"] + ["log_loss"] * since(1, 1)
    second = [
        "squared_error" if since(1, 0) else "mse",
        "friedman_mse",
        "absolute_error" if since(1, 0) else "mae",
    ]
    second += ["poisson"] * since(0, 24)
    found = {}
    for kind, criteria in (
        (DecisionTreeClassifier, first),
        (ExtraTreeClassifier, first),
        (DecisionTreeRegressor, second),
        (ExtraTreeRegressor, second),
    ):
        for splitter in ("best", "random"):
            for cst in [None] + [[1, 0]] * since(1, 4):
                for data in (X, pierced):
                    for criterion in criteria:
                        takes = takes_missing(
                            kind, splitter, criterion, cst, data, y, asked
                        )
                        key = (
                            kind.__name__,
                            splitter,
                            repr(cst),
                            data is pierced,
                            takes,
                        )
                        line = found.setdefault(
                            key,
                            [kind.__name__, splitter, [], cst, data is pierced]
                            + list(takes),
                        )
                        line[2].append(criterion)
    with open(path, "w") as f:
        f.write(
            '{"sklearn": %s,\n"fields": %s,\n"found": [\n'
            % (
                json.dumps(sklearn.__version__),
                json.dumps(
                    [
                        "class",
                        "splitter",
                        "criteria",
                        "monotonic_cst",
                        "nan in fit",
                        "fit accepts",
                        "predict accepts nan",
                    ]
                ),
            )
        )
        f.write(
            ",\n".join(
                json.dumps(found[key], separators=(",", ":"))
                for key in sorted(found, key=repr)
            )
        )
        f.write("]}\n")


def takes_missing(kind, splitter, criterion, cst, X, y, asked):
    more = {} if cst is None else {"monotonic_cst": cst}
    model = kind(
        splitter=splitter, criterion=criterion, max_depth=3, random_state=0, **more
    )
    try:
        model.fit(X, y)
    except (ValueError, KeyError):
        return False, None
    try:
        model.predict(asked)
    except ValueError:
        return True, False
    return True, True


# ------------------------------------------------------------- group pipelines


def early_pipelines(maker):
    """What stood before trees when there was no ColumnTransformer yet."""
    from sklearn.feature_selection import SelectKBest, VarianceThreshold
    from sklearn.preprocessing import (
        Binarizer,
        Imputer,
        MaxAbsScaler,
        PolynomialFeatures,
    )

    add = maker.add
    X, y, amount = people()
    full = people(missing=False)[0]
    numbers = ["age", "income", "score"]
    pierced, N = X[numbers].values, full[numbers].values

    def classifier():
        return DecisionTreeClassifier(max_depth=4, random_state=0)

    def regressor():
        return DecisionTreeRegressor(max_depth=4, random_state=0)

    for strategy, container in (
        ("mean", "pickle-2"),
        ("median", "joblib-zlib"),
        ("most_frequent", "pickle-4"),
    ):
        add(
            "imputer_" + strategy,
            container,
            make_pipeline(Imputer(strategy=strategy), StandardScaler(), classifier()),
            pierced,
            y,
        )
    zeros = np.where(np.isnan(pierced), 0.0, pierced)
    hole = np.column_stack([np.zeros(len(zeros)), zeros])
    add(
        "imputer_zeros",
        "joblib-zlib",
        make_pipeline(Imputer(missing_values=0), regressor()),
        hole,
        amount,
        [[0.0, -0.0, 1500.0, 0.0], [3.0, 44.0, 0.0, 0.0]],
    )
    if since(0, 18):
        add(
            "imputer_search",
            "joblib-zlib",
            GridSearchCV(
                Pipeline([("fill", Imputer()), ("tree", regressor())]),
                {"fill__strategy": ["mean", "median"]},
                cv=3,
            ),
            pierced,
            amount,
        )
    random = np.random.RandomState(60)
    codes = np.column_stack(
        [random.randint(0, 4, 90), random.randint(0, 6, 90), random.randint(1, 3, 90)]
    )
    codes[codes == 2] = 5  # a number that is never met between others
    whole = np.column_stack([codes, N[:, 0]])
    mixed = (codes[:, 0] == 3) ^ (codes[:, 1] > 3)
    odd = [[0.9, 1.0, 1.0], [7.0, 1.0, 1.0], [3.0, 9.0, 5.0], [-1.0, 1.0, 1.0]]
    odd += [[2.0, 0.0, 1.0], [3.999, 4.0, 0.0]]
    four = [row + [50.0] for row in odd]
    add(
        "onehot_codes",
        "pickle-2",
        make_pipeline(OneHotEncoder(), classifier()),
        codes,
        mixed,
        odd,
    )
    add(
        "onehot_codes_unknown",
        "joblib-zlib",
        make_pipeline(
            OneHotEncoder(handle_unknown="ignore", sparse=False), classifier()
        ),
        codes,
        mixed,
        odd,
    )
    add(
        "onehot_some",
        "joblib-zlib",
        make_pipeline(
            OneHotEncoder(categorical_features=[0, 2], handle_unknown="ignore"),
            classifier(),
        ),
        whole,
        mixed,
        four,
    )
    add(
        "onehot_mask",
        "joblib-zlib",
        make_pipeline(
            OneHotEncoder(categorical_features=np.array([False, True, True, False])),
            regressor(),
        ),
        whole,
        mixed * 2.5,
        four,
    )
    add(
        "onehot_counted",
        "joblib-zlib",
        make_pipeline(
            OneHotEncoder(n_values=[6, 9, 6], handle_unknown="ignore"),
            classifier(),
        ),
        codes,
        mixed,
        odd,
    )
    add(
        "early_union",
        "pickle-0",
        make_pipeline(
            FeatureUnion(
                [("standard", StandardScaler()), ("robust", RobustScaler())],
                transformer_weights={"robust": 0.5},
            ),
            MinMaxScaler(),
            classifier(),
        ),
        N,
        y,
    )
    add(
        "selected",
        "pickle-1",
        make_pipeline(
            VarianceThreshold(),
            SelectKBest(k=2),
            MaxAbsScaler(),
            classifier(),
        ),
        N,
        y,
    )
    add(
        "binary",
        "joblib",
        make_pipeline(
            PolynomialFeatures(2, interaction_only=True),
            Binarizer(threshold=40.0),
            regressor(),
        ),
        N,
        amount,
    )


def by_columns(*pairs, **options):
    """make_column_transformer, whose pairs were the other way round in 0.20."""
    if not since(0, 21):
        pairs = [(columns, part) for part, columns in pairs]
    return make_column_transformer(*pairs, **options)


def pipelines(maker):
    if not since(0, 22):
        early_pipelines(maker)
    if not since(0, 20):
        return
    add = maker.add
    X, y, amount = people()
    full = people(missing=False)[0]
    words, numbers = ["city", "grade"], ["age", "income", "score"]
    N = full[numbers].values
    strange = [["Rome", "mid", 33.0, 1500.5, 4.5], ["Lima", "odd", 60.0, 2100.0, 7.25]]
    tree = dict(max_depth=4, random_state=0)

    def classifier():
        return DecisionTreeClassifier(**tree)

    def regressor():
        return DecisionTreeRegressor(**tree)

    def numeric(**options):
        return Pipeline(
            [("impute", SimpleImputer(**options)), ("scale", StandardScaler())]
        )

    add(
        "onehot",
        "pickle-4",
        Pipeline(
            [
                (
                    "columns",
                    ColumnTransformer(
                        [
                            ("numbers", numeric(), numbers),
                            ("words", OneHotEncoder(handle_unknown="ignore"), words),
                        ]
                    ),
                ),
                ("tree", classifier()),
            ]
        ),
        X,
        y,
        strange,
    )
    if since(0, 21):
        add(
            "onehot_dropped",
            "joblib-zlib",
            Pipeline(
                [
                    (
                        "columns",
                        ColumnTransformer(
                            [
                                ("numbers", numeric(strategy="median"), numbers),
                                ("words", OneHotEncoder(drop="first"), words),
                            ],
                            sparse_threshold=0,
                        ),
                    ),
                    ("tree", classifier()),
                ]
            ),
            X,
            y,
            strange,
        )
    add(
        "onehot_regressor",
        "joblib-zlib",
        Pipeline(
            [
                (
                    "columns",
                    ColumnTransformer(
                        [
                            (
                                "words",
                                Pipeline(
                                    [
                                        (
                                            "impute",
                                            SimpleImputer(strategy="most_frequent"),
                                        ),
                                        (
                                            "encode",
                                            OneHotEncoder(handle_unknown="ignore"),
                                        ),
                                    ]
                                ),
                                words,
                            ),
                            (
                                "numbers",
                                numeric(strategy="constant", fill_value=-1.0),
                                [2, 3, 4],
                            ),
                        ]
                    ),
                ),
                ("tree", regressor()),
            ]
        ),
        X,
        amount,
        strange,
    )
    add(
        "ordinal",
        "joblib-zlib",
        Pipeline(
            [
                (
                    "columns",
                    ColumnTransformer(
                        [
                            ("words", OrdinalEncoder(), words),
                            ("numbers", StandardScaler(), numbers),
                        ]
                    ),
                ),
                ("tree", classifier()),
            ]
        ),
        full,
        y,
        strange,
    )
    if since(0, 24):
        add(
            "ordinal_unknown",
            "joblib-zlib",
            Pipeline(
                [
                    (
                        "columns",
                        ColumnTransformer(
                            [
                                (
                                    "words",
                                    OrdinalEncoder(
                                        handle_unknown="use_encoded_value",
                                        unknown_value=-1,
                                    ),
                                    words,
                                )
                            ],
                            remainder="passthrough",
                        ),
                    ),
                    ("tree", classifier()),
                ]
            ),
            full,
            y,
            strange,
        )
    add(
        "passthrough",
        "joblib-zlib",
        make_pipeline(
            by_columns(
                (OneHotEncoder(handle_unknown="ignore"), ["grade"]),
                ("passthrough", ["income"]),
                ("drop", ["city"]),
                (StandardScaler(), ["age"]),
            ),
            classifier(),
        ),
        full,
        y,
        strange,
    )
    add(
        "remainder",
        "joblib-zlib",
        make_pipeline(
            by_columns(
                (OrdinalEncoder(categories=[["low", "mid", "high"]]), ["grade"]),
                (OneHotEncoder(handle_unknown="ignore"), ["city"]),
                remainder="passthrough",
            ),
            regressor(),
        ),
        full,
        amount,
        strange,
    )
    add(
        "remainder_scaled",
        "joblib-zlib",
        make_pipeline(
            by_columns(
                (OneHotEncoder(handle_unknown="ignore"), words),
                remainder=MinMaxScaler(),
            ),
            classifier(),
        ),
        full,
        y,
        strange,
    )
    add(
        "bins",
        "joblib-zlib",
        make_pipeline(
            MinMaxScaler(),
            KBinsDiscretizer(4, encode="ordinal", strategy="uniform"),
            classifier(),
        ),
        N,
        y,
    )
    add(
        "bins_quantile",
        "joblib-zlib",
        make_pipeline(
            MinMaxScaler(feature_range=(-1, 1)),
            KBinsDiscretizer(5, encode="onehot-dense", strategy="quantile"),
            regressor(),
        ),
        full[numbers],
        amount,
    )
    add(
        "union",
        "joblib-zlib",
        Pipeline(
            [
                (
                    "both",
                    FeatureUnion(
                        [("standard", StandardScaler()), ("robust", RobustScaler())]
                    ),
                ),
                ("tree", classifier()),
            ]
        ),
        full[numbers],
        y,
    )
    if since(0, 21):
        add(
            "indicator",
            "pickle-0",
            make_pipeline(
                SimpleImputer(strategy="median", add_indicator=True),
                DecisionTreeClassifier(max_depth=2, random_state=0),
            ),
            X[numbers].values,
            y,
        )
    add("power", "pickle-4", make_pipeline(PowerTransformer(), classifier()), N, y)
    add(
        "power_box_cox",
        "joblib-zlib",
        make_pipeline(
            PowerTransformer(method="box-cox", standardize=False), regressor()
        ),
        full[["age", "income"]],
        amount,
    )
    add(
        "log1p",
        "pickle-3",
        make_pipeline(FunctionTransformer(np.log1p), regressor()),
        N,
        amount,
    )
    add(
        "log1p_column",
        "joblib-zlib",
        make_pipeline(
            ColumnTransformer(
                [
                    ("log", FunctionTransformer(np.log1p), ["income"]),
                    ("rest", "passthrough", ["age", "score"]),
                ]
            ),
            classifier(),
        ),
        full[numbers],
        y,
    )
    if since(1, 1):
        add(
            "infrequent",
            "joblib-zlib",
            make_pipeline(
                by_columns(
                    (
                        OneHotEncoder(
                            min_frequency=12, handle_unknown="infrequent_if_exist"
                        ),
                        words,
                    ),
                    (SimpleImputer(), numbers),
                ),
                classifier(),
            ),
            X,
            y,
            strange,
        )
        add(
            "infrequent_most",
            "joblib-zlib",
            make_pipeline(
                by_columns(
                    (OneHotEncoder(max_categories=3, handle_unknown="ignore"), words),
                    remainder="passthrough",
                ),
                classifier(),
            ),
            full,
            y,
            strange,
        )
    if since(1, 3):
        from sklearn.preprocessing import TargetEncoder

        add(
            "infrequent_ordinal",
            "joblib-zlib",
            make_pipeline(
                by_columns(
                    (
                        OrdinalEncoder(
                            min_frequency=12,
                            unknown_value=-1,
                            handle_unknown="use_encoded_value",
                        ),
                        words,
                    ),
                    remainder="passthrough",
                ),
                regressor(),
            ),
            full,
            amount,
            strange,
        )
        add(
            "target",
            "joblib-zlib",
            make_pipeline(
                by_columns(
                    (TargetEncoder(cv=3, random_state=0), words),
                    remainder="passthrough",
                ),
                classifier(),
            ),
            full,
            y,
            strange,
        )
        add(
            "target_regressor",
            "joblib-zlib",
            make_pipeline(
                by_columns(
                    (TargetEncoder(cv=3, smooth=5.0, random_state=0), words),
                    remainder="passthrough",
                ),
                regressor(),
            ),
            full,
            amount,
            strange,
        )
    if since(1, 4):
        add(
            "target_many",
            "joblib-zlib",
            make_pipeline(
                by_columns(
                    (TargetEncoder(cv=3, random_state=0), ["city"]),
                    remainder="passthrough",
                ),
                classifier(),
            ),
            full[["city"] + numbers],
            full["grade"].values,
            [["Rome", 33.0, 1500.5, 4.5]],
        )


# ------------------------------------------------------------- group ensembles


def ensembles(maker):
    add = maker.add
    X, y = iris_frame()
    A, codes = X.values, load_iris().target
    B, sick = cancer((1, 6, 24, 27))
    B, sick = B[:150], sick[:150]
    D, target = diabetes()
    frame = pd.DataFrame(D, columns=["bmi", "bp", "s5", "s6"])
    C, ten, weights = ten_classes()
    H, three = holes()
    small = dict(n_estimators=3, max_depth=3, random_state=0)

    def tree(**options):
        return DecisionTreeClassifier(max_depth=2, random_state=0, **options)

    add("forest", "joblib-zlib", RandomForestClassifier(**small), X, y)
    add(
        "forest_ten",
        "joblib-zlib",
        RandomForestClassifier(class_weight="balanced", **small),
        C,
        ten,
        sample_weight=weights,
    )
    add(
        "forest_multi_output",
        "joblib-zlib",
        RandomForestClassifier(**small),
        A,
        np.column_stack([codes, (A[:, 1] > 3.0) + 7]),
    )
    add(
        "forest_regressor", "joblib-zlib", RandomForestRegressor(**small), frame, target
    )
    add("extra_trees", "joblib-zlib", ExtraTreesClassifier(**small), B, sick == 1)
    add("extra_trees_regressor", "joblib-zlib", ExtraTreesRegressor(**small), D, target)
    if since(1, 4):
        add("forest_missing", "joblib-zlib", RandomForestClassifier(**small), H, three)
    if since(1, 6):
        add(
            "extra_trees_missing",
            "joblib-zlib",
            ExtraTreesRegressor(**small),
            H,
            three * 1.25,
        )

    add(
        "boosting_binary",
        "joblib-zlib",
        GradientBoostingClassifier(**small),
        B,
        np.where(sick, "benign", "malignant"),
    )
    add(
        "boosting_many",
        "joblib-zlib",
        GradientBoostingClassifier(n_estimators=2, max_depth=2, random_state=0),
        X,
        y,
    )
    add(
        "boosting_regressor",
        "joblib-zlib",
        GradientBoostingRegressor(
            n_estimators=4, max_depth=2, learning_rate=0.3, random_state=0
        ),
        frame,
        target,
    )

    hist = dict(
        max_iter=3, max_depth=3, min_samples_leaf=5, max_bins=16, random_state=0
    )
    if since(0, 21):
        add(
            "hist_binary",
            "joblib-zlib",
            HistGradientBoostingClassifier(**hist),
            B,
            sick,
        )
    if since(0, 21):
        add(
            "hist_many",
            "joblib-zlib",
            HistGradientBoostingClassifier(**dict(hist, max_iter=2)),
            X,
            y,
        )
    if since(0, 21):
        add(
            "hist_regressor",
            "joblib-zlib",
            HistGradientBoostingRegressor(**hist),
            frame,
            target,
        )
    if since(0, 23):
        add(
            "hist_missing",
            "joblib-zlib",
            HistGradientBoostingClassifier(**hist),
            H,
            three == 2,
        )
    if since(0, 24):
        random = np.random.RandomState(50)
        kinds = random.randint(0, 9, 120).astype(float)
        size = np.round(random.normal(size=120), 2)
        K = np.column_stack([kinds, size])
        add(
            "hist_categories",
            "joblib-zlib",
            HistGradientBoostingRegressor(categorical_features=[0], **hist),
            K,
            3.0 * (kinds % 3 == 1) + size,
            [[11.0, 0.25], [-1.0, 0.25], [2.5, 0.25]],
        )

    if "algorithm" in AdaBoostClassifier().get_params():
        add(
            "ada_samme",
            "joblib-zlib",
            AdaBoostClassifier(
                tree(), n_estimators=3, algorithm="SAMME", random_state=0
            ),
            X,
            y,
        )
    else:
        add(
            "ada_samme",
            "joblib-zlib",
            AdaBoostClassifier(tree(), n_estimators=3, random_state=0),
            X,
            y,
        )
    if not since(1, 6):
        add(
            "ada_samme_r",
            "joblib-zlib",
            AdaBoostClassifier(
                tree(), n_estimators=3, algorithm="SAMME.R", random_state=0
            ),
            X,
            y,
        )
    add(
        "ada_binary",
        "joblib-zlib",
        AdaBoostClassifier(n_estimators=4, random_state=0),
        B,
        sick,
    )
    add(
        "ada_regressor",
        "pickle-3",
        AdaBoostRegressor(
            DecisionTreeRegressor(max_depth=2), n_estimators=3, random_state=0
        ),
        D,
        target,
    )

    add(
        "bagging",
        "joblib-zlib",
        BaggingClassifier(tree(), n_estimators=3, max_features=0.75, random_state=0),
        X,
        y,
    )
    add(
        "bagging_regressor",
        "joblib-zlib",
        BaggingRegressor(
            DecisionTreeRegressor(max_depth=2), n_estimators=3, random_state=0
        ),
        D,
        target,
    )
    two = [("first", tree()), ("second", tree(criterion="entropy", splitter="random"))]
    add("voting_hard", "pickle-5", VotingClassifier(two), X, y)
    add(
        "voting_soft",
        "joblib-zlib",
        VotingClassifier(two, voting="soft", weights=[2, 1.5]),
        A,
        codes,
    )
    three_trees = [
        ("a", DecisionTreeRegressor(max_depth=2, random_state=0)),
        ("b", ExtraTreeRegressor(max_depth=3, random_state=0)),
    ]
    if since(0, 21):
        add("voting_regressor", "joblib-zlib", VotingRegressor(three_trees), D, target)
    if since(0, 22):
        add(
            "stacking",
            "joblib-zlib",
            StackingClassifier(two, final_estimator=tree(), cv=3),
            X,
            y,
        )
    if since(0, 22):
        add(
            "stacking_regressor",
            "joblib-zlib",
            StackingRegressor(
                three_trees,
                final_estimator=DecisionTreeRegressor(max_depth=2, random_state=0),
                cv=3,
                passthrough=True,
            ),
            D,
            target,
        )
    if since(0, 18):
        add(
            "isolation",
            "joblib-zlib",
            IsolationForest(n_estimators=3, max_samples=16, random_state=0),
            B,
            None,
        )
    if since(0, 18):
        add(
            "isolation_contamination",
            "joblib-zlib",
            IsolationForest(
                n_estimators=3, max_samples=16, contamination=0.1, random_state=0
            ),
            frame,
            None,
        )
    add(
        "calibrated",
        "joblib-zlib",
        CalibratedClassifierCV(tree(), method="sigmoid", cv=3),
        B,
        sick,
    )
    if since(0, 18):
        add(
            "calibrated_isotonic",
            "joblib-zlib",
            CalibratedClassifierCV(tree(), method="isotonic", cv=3),
            X,
            y,
        )


GROUPS = {"trees": trees, "pipelines": pipelines, "ensembles": ensembles}


def main():
    parser = argparse.ArgumentParser(
        description="Make model files, with answers, by the scikit-learn "
        "installed or by those of the table VERSIONS."
    )
    parser.add_argument("outdir")
    parser.add_argument(
        "--group",
        action="append",
        choices=sorted(GROUPS),
        help="only this group (may be repeated)",
    )
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="only the model of this name"
    )
    parser.add_argument(
        "--all", action="store_true", help="make environments for all of VERSIONS"
    )
    parser.add_argument(
        "--version", action="append", help="with --all: only this version"
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
    Maker(args.outdir, args.group or ["trees", "pipelines", "ensembles"], args.only)


if __name__ == "__main__":
    main()
