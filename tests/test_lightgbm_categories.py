"""Which columns of a frame LightGBM's lists of categories are of: told by the file, by
the data, by the user, or asked. Never paired because there are as many of both."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from runners import load
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import VotingRegressor
from sklearn.pipeline import make_pipeline

from treecompile import cli, compile_model, verify
from treecompile.errors import UnsupportedModel
from treecompile.proof.report import Verdict

lightgbm = pytest.importorskip("lightgbm")

SIZES = pd.CategoricalDtype(["S", "M", "L", "XL"], ordered=True)
ROWS = 300


def draw(seed: int = 0) -> Any:
    return np.random.default_rng(seed)


def fitted(frame: Any, named: Any = "auto", seed: int = 3, bare: bool = False) -> Any:
    """A model that splits every column, on codes in an order of no meaning."""
    codes = frame.apply(
        lambda c: c.cat.codes if isinstance(c.dtype, pd.CategoricalDtype) else c * 1.0
    )
    y = sum(np.sin(seed * codes[name] + i) for i, name in enumerate(frame))
    options = {"min_child_samples": 3, "min_data_per_group": 3, "cat_smooth": 1}
    options = {**options, "verbose": -1, "num_threads": 1}
    if bare:
        data = lightgbm.Dataset(frame, label=y, categorical_feature=named)
        return lightgbm.train(options, data, 5)
    model = lightgbm.LGBMRegressor(n_estimators=5, **options)
    return model.fit(frame, y, categorical_feature=named)


def records_of(frame: Any) -> Any:
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def answers_as(model: Any, frame: Any, **options: Any) -> None:
    """That the scorer answers each row as LightGBM does, to the last bit."""
    scorer = load(compile_model(model, columns="all", format=False, **options))
    found = [scorer.predict(record) for record in records_of(frame)]
    assert found == model.predict(frame).tolist()


def numbers() -> Any:
    return draw(9).normal(size=ROWS).round(3)


def named_day() -> tuple[Any, Any]:
    month = pd.Categorical(draw().integers(1, 7, ROWS))
    day = draw(1).integers(1, 7, ROWS)
    return pd.DataFrame({"month": month, "day": day, "w": numbers()}), ["day"]


def ordered_grade() -> tuple[Any, Any]:
    grade = pd.Categorical(draw().integers(1, 5, ROWS), ordered=True)
    kind = draw(1).integers(1, 5, ROWS)
    return pd.DataFrame({"kind": kind, "grade": grade, "w": numbers()}), ["kind"]


def ordered_size() -> tuple[Any, Any]:
    size = pd.Series(draw().choice(SIZES.categories, ROWS)).astype(SIZES)
    return pd.DataFrame({"size": size, "w": numbers()}), "auto"


def shop_and_code() -> tuple[Any, Any]:
    shop = pd.Categorical(draw().choice(["ost", "west", "nord", None], ROWS))
    code = draw(1).integers(0, 40, ROWS)
    frame = pd.DataFrame({"code": code, "shop": shop, "w": numbers()})
    return frame, ["shop", "code"]


def two_and_one_that_is_constant() -> tuple[Any, Any]:
    frame = shop_and_code()[0]
    frame["flag"] = pd.Categorical(draw(2).random(ROWS) < 0.5)
    frame["half"] = draw(4).integers(0, 5, ROWS) / 2.0
    return frame, "auto"


SURE = [named_day, ordered_grade, ordered_size, shop_and_code]
SURE += [two_and_one_that_is_constant]


@pytest.mark.parametrize("case", SURE)
@pytest.mark.parametrize("bare", [False, True])
def test_what_the_file_tells(case: Any, bare: bool) -> None:
    frame, named = case()
    model = fitted(frame, named, bare=bare)
    answers_as(model, frame)
    with_others = frame.copy()
    for name in frame:
        if isinstance(frame[name].dtype, pd.CategoricalDtype):
            known = frame[name].cat.categories.tolist()
            other = "paris" if isinstance(known[0], str) else 99
            if not isinstance(known[0], bool):
                with_others[name] = pd.Categorical([other] * ROWS)
    answers_as(model, with_others)


def test_cuts_that_lie_between_no_codes_tell() -> None:
    """The numbers of ``half`` lie from 0 to 2, as the codes of three categories do."""
    shop = pd.Categorical(draw().choice(["ost", "west", "nord"], ROWS), ordered=True)
    half = draw(4).integers(0, 5, ROWS) / 2.0
    frame = pd.DataFrame({"half": half, "shop": shop})
    model = fitted(frame)
    assert "feature_infos=[0:2] [0:2]" in model.booster_.model_to_string()
    answers_as(model, frame)


def test_cuts_of_the_users_own_tell_nothing(tmp_path: Path) -> None:
    """Under forced bins codes, too, are cut anywhere."""
    shop = pd.Categorical(draw().choice(["ost", "west", "nord"], ROWS), ordered=True)
    frame = pd.DataFrame({"shop": shop, "code": draw(1).integers(0, 3, ROWS)})
    bins = tmp_path / "bins.json"
    bins.write_text('[{"feature": 0, "bin_upper_bound": [0.3, 1.2]}]')
    model = lightgbm.LGBMRegressor(
        n_estimators=3, min_child_samples=3, verbose=-1, forcedbins_filename=str(bins)
    )
    model.fit(frame, np.sin(3 * frame.shop.cat.codes) + frame.code)
    with pytest.raises(UnsupportedModel, match="does not say which"):
        compile_model(model)
    answers_as(model, frame, category_dtype="shop")


def open_months() -> tuple[Any, Any]:
    """Both columns can have been codes of the six months."""
    month = pd.Categorical(draw().integers(1, 7, ROWS))
    day = draw(1).integers(0, 6, ROWS)
    return pd.DataFrame({"month": month, "day": day, "w": numbers()}), ["day"]


def open_town() -> tuple[Any, Any]:
    frame = pd.DataFrame(
        {
            "age": draw().random(ROWS) * 50,
            "town": pd.Categorical(draw(1).choice(["rome", "oslo", None], ROWS)),
            "flag": draw(2).random(ROWS) < 0.5,
            "size": pd.Categorical(draw(3).choice([10, 20, 30, 40], ROWS)),
        }
    )
    return frame, "auto"


def open_unused() -> tuple[Any, Any]:
    """An ordered category, the last of which never occurs, beside codes."""
    grade = pd.Categorical(
        draw().choice(["a", "b"], ROWS), categories=["a", "b", "c"], ordered=True
    )
    kind = draw(1).integers(0, 3, ROWS)
    return pd.DataFrame({"grade": grade, "kind": kind}), ["kind"]


OPEN = [open_months, open_town, open_unused]


def categories_in(frame: Any) -> list[str]:
    return [c for c in frame if isinstance(frame[c].dtype, pd.CategoricalDtype)]


@pytest.mark.parametrize("case", OPEN)
def test_what_the_file_leaves_open_is_asked(case: Any) -> None:
    frame, named = case()
    model = fitted(frame, named)
    with pytest.raises(UnsupportedModel, match="does not say which\nName") as refused:
        compile_model(model)
    for name in categories_in(frame):
        assert repr(name) in str(refused.value)
    assert "'age'" not in str(refused.value) and "'w'" not in str(refused.value)
    answers_as(model, frame, category_dtype=categories_in(frame))
    answers_as(model, frame, data=frame)


@pytest.mark.parametrize("case", OPEN)
def test_the_advice_is_of_use(case: Any, tmp_path: Path) -> None:
    """Both ways out that the message names, on the command line, proved."""
    frame, named = case()
    model, scorer = tmp_path / "model.pkl", tmp_path / "scorer.py"
    model.write_bytes(pickle.dumps(fitted(frame, named)))
    frame.to_csv(tmp_path / "raw.csv", index=False)
    line = ["build", str(model), "-o", str(scorer)]
    done = CliRunner().invoke(cli.main, line)
    assert done.exit_code == 1 and not scorer.exists()
    advised = re.findall(r"--(?:category-dtype|data)", done.output)
    assert advised == ["--category-dtype", "--data"]
    for option in (
        ["--category-dtype", ",".join(categories_in(frame))],
        ["--data", str(tmp_path / "raw.csv")],
    ):
        done = CliRunner().invoke(cli.main, [*line, *option])
        assert done.exit_code == 0, done.output
        text = scorer.read_text()
        names = ",".join(categories_in(frame))
        assert f"--category-dtype {names}" in text.replace('"', "")
        found = list(map(load(text).predict, records_of(frame)))
        assert found == pickle.loads(model.read_bytes()).predict(frame).tolist()
        assert verify(model, scorer).parts[0].verdict is Verdict.SHOWN


def test_data_that_does_not_tell_is_said_to_be() -> None:
    """Two columns of the same numbers: nothing but the user knows."""
    kinds = [draw(seed).integers(0, 3, ROWS) for seed in (0, 1)]
    frame = pd.DataFrame({"a": pd.Categorical(kinds[0]), "b": kinds[1]})
    model = fitted(frame, ["b"])
    raw = frame.astype({"a": int})
    with pytest.raises(UnsupportedModel, match="nor does the description of the c"):
        compile_model(model, data=raw)
    answers_as(model, frame, data=raw, category_dtype="a")


def test_data_that_does_not_fit_decides_nothing() -> None:
    """The raw data holds a month that the frame held as missing: it excludes nothing."""
    frame = open_months()[0]
    frame["day"] = frame.day.clip(1, 5)
    raw = frame.astype({"month": int})
    raw.loc[:9, "month"] = 7
    with pytest.raises(UnsupportedModel, match="nor does the description of the c"):
        compile_model(fitted(frame, ["day"]), data=raw)


WRONG = {
    "mnth": (["mnth"], "no column 'mnth' .did you mean 'month'"),
    "two": (["month", "day"], "names 2 columns, and the frame .* had 1 of"),
    "no codes": (
        ["w"],
        "'w' held other numbers than the codes of 1, 2, 3, 4, 5, 6, so",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_names_that_cannot_be_are_refused(name: str) -> None:
    named, words = WRONG[name]
    frame, columns = open_months()
    with pytest.raises(UnsupportedModel, match=words):
        compile_model(fitted(frame, columns), category_dtype=named)


def test_names_that_nothing_asks_for_are_refused() -> None:
    frame = pd.DataFrame({"w": numbers(), "v": numbers()[::-1]})
    with pytest.raises(UnsupportedModel, match="this is not one\nLeave it out"):
        compile_model(fitted(frame), category_dtype="w")


def test_models_inside_others_are_asked_too() -> None:
    frame, _ = open_town()
    inner = fitted(frame)
    y = frame.age
    voting = VotingRegressor([("a", inner), ("b", inner)]).fit(frame, y)
    with pytest.raises(UnsupportedModel, match="does not say which"):
        compile_model(voting)
    answers_as(voting, frame, category_dtype="town,size")
    keep = ColumnTransformer([("k", "passthrough", list(frame))])
    keep.set_output(transform="pandas")
    line = make_pipeline(keep, lightgbm.LGBMRegressor(n_estimators=3, verbose=-1))
    line.fit(frame, y + 9 * (frame.town == "oslo"))
    with pytest.raises(UnsupportedModel, match="'k__town'"):
        compile_model(line)
    answers_as(line, frame, category_dtype="k__town,k__size")
    answers_as(line, frame, data=frame)


def test_lists_that_stand_beside_the_text_alone() -> None:
    """So it was up to 2.1: the text of the model does not repeat them."""
    frame, _ = ordered_size()
    model = fitted(frame)
    told = model.predict(frame).tolist()

    class Old(pickle.Pickler):
        def reducer_override(self, part: Any) -> Any:
            if not isinstance(part, lightgbm.Booster):
                return NotImplemented
            state = part.__getstate__()
            text = re.sub(r"\npandas_categorical:.*", "", state["_handle"])
            return (object.__reduce_ex__(part, 2)[0], (lightgbm.Booster,)) + (
                {**state, "_handle": text},
            )

    import io

    stream = io.BytesIO()
    Old(stream, 2).dump(model)
    assert b"pandas_categorical:[" not in stream.getvalue()
    from treecompile.emit import emit
    from treecompile.read import read_bytes
    from treecompile.stages import program_of

    scorer = load(emit(program_of(read_bytes(stream.getvalue()))))
    assert list(map(scorer.predict, records_of(frame))) == told
