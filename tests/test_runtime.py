"""The functions that scorers take along, as the file of functions that they are."""

from __future__ import annotations

import importlib.util
import math
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from treecompile.functions import FUNCTIONS
from treecompile.targets.python.runtime import runtime, taken_along

FILE = Path(__file__).parents[1] / "templates" / "python" / "runtime.py"

# What they are called in the program, where that is not what the scorer calls them.
NAMES = {"_exp": "libm_exp"}
PARAMETERS: dict[str, tuple[float, ...]] = {
    "yeo_johnson": (0.3,),
    "yeo_johnson_by_power": (1.7,),
    "box_cox": (-0.5,),
    "yeo_johnson_inverse": (0.4,),
    "box_cox_inverse": (0.25,),
    "expit_single": (88.0,),
}
IN_TABLES = ("quantile", "interpolated", "interpolated_single")
# numpy's own kernels of these differ from the C library's in the last bit.
NEAR = {"exp2", "expm1", "log", "log2", "log10", "log1p", "tanh", "arcsinh", "arctan"}
NEAR |= {name for name in PARAMETERS if name != "expit_single"}
# What a scorer has checked before: these are finite.
NO_NAN = {"exp_by_table", "exp_single", "expit_single", "reciprocal"}
ALONE = [
    name
    for name in runtime()
    if NAMES.get(name, name[1:]) in FUNCTIONS and name[1:] not in IN_TABLES
]


@pytest.fixture(scope="module")
def module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("scorer_runtime", FILE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_function_stands_in_a_scorer_as_it_stands_in_the_file() -> None:
    text = FILE.read_text()
    assert len(runtime()) == len(re.findall(r"^def ", text, re.MULTILINE)) > 50
    for function in runtime().values():
        assert f"\n\n\n{function.text}\n" in text


def test_a_function_brings_along_what_it_calls_and_what_that_calls() -> None:
    names = [function.name for function in taken_along(["_expit_single", "_l1_paired"])]
    assert names == ["_l1_paired", "_single", "_exp_single", "_expit_single", "_sum"]
    assert runtime()["_box_cox_inverse"].calls == {"_exp", "_log", "_log1p"}
    assert runtime()["_power"].math == {"copysign", "inf", "nan", "pow"}
    assert taken_along([]) == []
    with pytest.raises(KeyError):
        taken_along(["_unheard_of"])


@pytest.mark.parametrize("name", ALONE)
@given(x=st.floats(), single=st.floats(width=32))
@example(x=0.0, single=-0.0)
@example(x=math.inf, single=-math.inf)
@example(x=-1.0, single=1.0)
@example(x=5e-324, single=1e-45)
@example(x=2.0**53 + 2, single=-0.5)
@example(x=710.0, single=-745.5)
def test_a_function_answers_as_the_program_says(
    name: str, module: ModuleType, x: float, single: float
) -> None:
    key = NAMES.get(name, name[1:])
    function = FUNCTIONS[key]
    for value in (x, single):
        if "single" in key and key != "single":
            value = single
        if key == "single" and not abs(value) < 2.0**127:
            continue  # what a scorer rounds is a sum of two singles
        if key in NO_NAN and not math.isfinite(value):
            continue
        given = getattr(module, name)(value, *PARAMETERS.get(key, ()))
        _same(given, function.apply(value, *PARAMETERS.get(key, ())), key)


@given(x=st.floats(-2.0, 6.0) | st.sampled_from([0.0, 1.0, 2.0, 4.0, math.inf]))
@pytest.mark.parametrize("name", IN_TABLES)
def test_a_function_of_a_table_answers_as_the_program_says(
    name: str, module: ModuleType, x: float
) -> None:
    xs, ys = (0.0, 1.0, 2.0, 4.0), (0.0, 0.25, 0.5, 1.0)
    if name == "quantile":
        xs = (0.0, 1.0, 1.0, 4.0)
    if name == "interpolated_single":
        x = min(float(np.float32(x)), 8.0)  # it is a single, and finite
    given = getattr(module, "_" + name)(x, xs, ys)
    assert given == FUNCTIONS[name].apply(x, *xs, *ys)


def _same(a: float, b: float, key: str) -> None:
    if a != a or b != b:
        assert a != a and b != b
    elif key in NEAR and math.isfinite(a) and math.isfinite(b):
        assert abs(a - b) <= 8 * math.ulp(max(abs(a), abs(b), 1.0))
    else:
        assert (a, math.copysign(1.0, a)) == (b, math.copysign(1.0, b))
