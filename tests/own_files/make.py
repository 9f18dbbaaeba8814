"""Make the own files of boosters with the library that is installed, and its answers.

    python make.py OUTDIR

writes OUTDIR/<library>-<version>/<name>.<ending> for each library that is installed, and
answers.json. That holds, by the name of the file, the ``rows`` (null stands for NaN), what
the library answers by ``default`` for such a file, and the answers by what the file was
loaded as: ``classifier``, ``regressor`` or ``booster``. A classifier that a version of
XGBoost cannot make of the file is left out. Run it in an environment of each version; the
versions and their environments are those of tests/old_boosters/make.py. Endings .gz are
compressed with gzip.
"""

import functools
import gzip
import json
import os
import sys
import warnings

import numpy as np

draw = np.random.RandomState(0)
X = np.round(draw.normal(size=(160, 3)), 2)
X[draw.rand(*X.shape) < 0.1] = np.nan
Z = np.nan_to_num(X)
NUMBERS = np.round(3 * Z[:, 0] + 4 * np.abs(Z[:, 1]), 1)
CODES = np.digitize(NUMBERS, [0, 4])
ROWS = np.vstack([X[:13], [[np.nan] * 3, [0.0] * 3]])


def plain(answer):
    answer = np.asarray(answer)
    column = answer.ndim == 2 and answer.shape[1] == 1  # as CatBoost answers labels
    return (answer[:, 0] if column else answer).tolist()


class Folder:
    """A folder of files with their answers."""

    def __init__(self, outdir, library, version):
        self.path = os.path.join(outdir, "%s-%s" % (library, version))
        if not os.path.isdir(self.path):
            os.makedirs(self.path)
        self.told = {}

    def add(self, name, save, default, loaders, rows=ROWS):
        """A file that ``save`` writes, and what each of the loaders answers of it."""
        path = os.path.join(self.path, name)
        save(path)
        answers = {}
        for how, load in sorted(loaders.items()):
            try:
                asked = load(path).items()
                answers[how] = {method: plain(ask(rows)) for method, ask in asked}
            except (AttributeError, TypeError, KeyError):  # there is no such thing here
                if how == default:
                    raise
        rows = [[None if x != x else x for x in row] for row in rows.tolist()]
        self.told[name] = {"default": default, "answers": answers, "rows": rows}

    def squeeze(self, name):
        """Compress a file that was added."""
        path = os.path.join(self.path, name)
        with open(path, "rb") as file, open(path + ".gz", "wb") as into:
            with gzip.GzipFile("", "wb", 9, into, 0) as stream:
                stream.write(file.read())
        os.remove(path)
        self.told[name + ".gz"] = self.told.pop(name)

    def close(self):
        lines = [
            "%s: %s" % (json.dumps(name), json.dumps(self.told[name], sort_keys=True))
            for name in sorted(self.told)
        ]
        with open(os.path.join(self.path, "answers.json"), "w") as file:
            file.write("{\n%s\n}\n" % ",\n".join(lines))


def xgboost_files(outdir, xgboost):
    version = tuple(map(int, xgboost.__version__.split(".")[:2]))
    folder = Folder(outdir, "xgboost", xgboost.__version__)
    common = dict(n_estimators=2, max_depth=2, n_jobs=1)
    if (1, 3) <= version < (1, 6):
        common["use_label_encoder"] = False
    plain_numbers = dict(n_estimators=2, max_depth=2, n_jobs=1)

    def booster(path):
        loaded = xgboost.Booster({"nthread": 1})
        loaded.load_model(path)
        return {"predict": lambda rows: loaded.predict(xgboost.DMatrix(rows))}

    def estimator(kind):
        def load(path):
            loaded = kind()
            loaded.load_model(path)
            answers = {"predict": loaded.predict}
            if hasattr(loaded, "predict_proba"):
                answers["predict_proba"] = loaded.predict_proba
            return answers

        return load

    classifier = {"classifier": estimator(xgboost.XGBClassifier), "booster": booster}
    regressor = {"regressor": estimator(xgboost.XGBRegressor), "booster": booster}
    endings = ["model"] if version < (3, 1) else []
    endings += ["json"] if version >= (1, 0) else []
    endings += ["ubj"] if version >= (1, 6) else []
    said = version >= (1, 0)  # then estimators note in the file what they are
    two = xgboost.XGBClassifier(base_score=0.3, **common).fit(X, CODES > 0)
    words = np.array(["a", "b", "c"])[CODES] if version < (1, 3) else CODES
    many = xgboost.XGBClassifier(**common).fit(X, words)
    counts = xgboost.XGBRegressor(objective="count:poisson", **plain_numbers)
    counts.fit(X, np.abs(NUMBERS))
    stopped = xgboost.XGBClassifier(
        **dict(common, n_estimators=60, learning_rate=1.0, max_depth=1)
    )
    stop = {"early_stopping_rounds": 2}
    if version >= (1, 6):
        stopped.set_params(**stop)
        stop = {}
    half = [(X[1::2], CODES[1::2])]
    stopped.fit(X[::2], CODES[::2], eval_set=half, verbose=False, **stop)
    target = xgboost.DMatrix(X, NUMBERS, feature_names=["a", "b", "c"])
    bare = xgboost.train({"max_depth": 2, "nthread": 1}, target, 2)
    for ending in endings:
        kind = "classifier" if said else "booster"
        folder.add("two." + ending, two.save_model, kind, classifier)
        folder.add("many." + ending, many.save_model, kind, classifier)
        folder.add("stopped." + ending, stopped.save_model, kind, classifier)
        kind = "regressor" if said else "booster"
        folder.add("counts." + ending, counts.save_model, kind, regressor)
    loaded = {"regressor": regressor["regressor"]}
    loaded["booster"] = lambda path: {
        "predict": lambda rows: bare.predict(
            xgboost.DMatrix(rows, feature_names=["a", "b", "c"])
        )
    }
    folder.add("bare." + endings[-1], bare.save_model, "booster", loaded)
    folder.close()


def lightgbm_files(outdir, lightgbm):
    folder = Folder(outdir, "lightgbm", lightgbm.__version__)
    common = dict(n_estimators=2, num_leaves=4, min_child_samples=5, n_jobs=1)
    two = lightgbm.LGBMClassifier(**common).fit(X, (CODES > 0).astype(int))
    many = lightgbm.LGBMClassifier(**common).fit(X, CODES)
    numbers = lightgbm.LGBMRegressor(**common).fit(X, NUMBERS)

    def booster(path):
        loaded = lightgbm.Booster(model_file=path)
        return {"predict": loaded.predict}

    for name, model in (("two", two), ("many", many), ("numbers", numbers)):
        loaders = {"booster": booster}
        if model is not numbers:
            both = {"predict": model.predict, "predict_proba": model.predict_proba}
            loaders["classifier"] = lambda path, both=both: both
        folder.add(name + ".txt", model.booster_.save_model, "booster", loaders)
    folder.close()


def catboost_files(outdir, catboost):
    from catboost.version import VERSION

    folder = Folder(outdir, "catboost", VERSION)
    common = {"iterations": 2, "depth": 2, "random_seed": 1, "thread_count": 1}
    common.update(verbose=False, allow_writing_files=False)
    regressor, classifier = catboost.CatBoostRegressor, catboost.CatBoostClassifier
    models = {
        "two": (classifier, CODES > 0, {}),
        "many": (
            classifier,
            np.array(["a", "b", "c"])[CODES],
            {"loss_function": "MultiClass"},
        ),
        "numbers": (regressor, NUMBERS, {"nan_mode": "Max"}),
        "counts": (regressor, np.abs(NUMBERS).round(), {"loss_function": "Poisson"}),
        "by_node": (regressor, NUMBERS, {"grow_policy": "Lossguide", "max_leaves": 4}),
    }

    def loader(kind, form):
        def load(path):
            loaded = kind()
            loaded.load_model(path, format=form)
            answers = {"predict": loaded.predict}
            if kind is classifier:
                answers["predict_proba"] = loaded.predict_proba
            return answers

        return load

    for name, (kind, target, options) in models.items():
        model = kind(**dict(common, **options)).fit(X, target)
        default = "classifier" if kind is classifier else "regressor"
        for ending in ("cbm", "json"):
            loaders = {
                default: loader(kind, ending),
                "booster": loader(catboost.CatBoost, ending),
            }
            save = functools.partial(model.save_model, format=ending)
            folder.add(name + "." + ending, save, default, loaders)
            folder.squeeze(name + "." + ending)
    folder.close()


def main(outdir):
    warnings.simplefilter("ignore")
    for library, make in (
        ("xgboost", xgboost_files),
        ("lightgbm", lightgbm_files),
        ("catboost", catboost_files),
    ):
        try:
            module = __import__(library)
        except ImportError:
            continue
        make(outdir, module)


if __name__ == "__main__":
    main(sys.argv[1])
