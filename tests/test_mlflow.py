"""A model folder of MLflow is taken for the model in it."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sklearn.tree import DecisionTreeClassifier

import treecompile
from treecompile import UnreadableFile, compile_model
from treecompile.cli import main

MODEL = DecisionTreeClassifier(max_depth=2).fit([[0.0, 1.0], [1.0, 0.0]], [0, 1])
OWN = Path(__file__).parent / "own_files"
#: As MLflow 2.9 writes it, with a signature that is folded.
SIGNED = """\
artifact_path: model
flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.sklearn
    model_path: model.pkl
    predict_fn: predict
    python_version: 3.11.7
  sklearn:
    code: null
    pickled_model: model.pkl
    serialization_format: cloudpickle
    sklearn_version: 1.3.2
mlflow_version: 2.9.2
signature:
  inputs: '[{"type": "double", "name": "it''s age", "required": true}, {"type": "double",
    "name": "income", "required": true}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
  params: null
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "MLmodel").write_text(SIGNED)
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(MODEL))
    return tmp_path


def test_the_signature_names_the_columns(folder: Path) -> None:
    source = compile_model(folder, columns="all")
    assert "it's age" in source and '"income"' in source
    assert treecompile.verify(folder / "model.pkl", source).ok
    named = compile_model(folder, columns="all", names="a,b")
    assert '"income"' not in named
    shown = [use["name"] for use in treecompile.inspect(folder).as_dict()["columns"]]
    assert shown == ["it's age", "income"]


def test_a_clash_is_said(folder: Path) -> None:
    text = SIGNED.replace("income", "in,come")
    (folder / "MLmodel").write_text(text)
    done = CliRunner().invoke(main, ["build", str(folder)])
    assert done.exit_code == 0
    assert "Only in the signature: 'in,come', \"it's age\"" in done.stderr
    assert "Only in the model: 'x0', 'x1'. The scorer goes by the model." in done.stderr


@pytest.mark.parametrize(
    ("flavor", "name", "source"),
    [
        ("xgboost", "model.xgb", OWN / "xgboost-1.7.6" / "two.model"),
        ("xgboost", "data\\model.ubj", OWN / "xgboost-3.2.0" / "two.ubj"),
        ("lightgbm", "model.lgb", OWN / "lightgbm-4.7.0" / "two.txt"),
        ("catboost", "model.cb", OWN / "catboost-1.2.10" / "two.cbm.gz"),
    ],
)
def test_of_boosters(tmp_path: Path, flavor: str, name: str, source: Path) -> None:
    text = f"flavors:\n  python_function:\n    data: {name}\n  {flavor}:\n    data: {name}\n"
    (tmp_path / "MLmodel").write_bytes(text.replace("\n", "\r\n").encode())
    path = tmp_path.joinpath(*name.split("\\"))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(source.read_bytes())
    found: Any = compile_model(tmp_path, format=False)
    assert found == compile_model(source, format=False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "flavors: {}\n",
        "flavors:\n  sklearn:\n    pickled_model: ../model.pkl\n",
        "flavors:\n  sklearn:\n    pickled_model: C:\\model.pkl\n",
        "flavors:\n  keras:\n    data: model.pkl\n",
        "flavors:\n  sklearn:\n    pickled_model: 'model.pkl\n",
        "- a\n" * 1000 + "flavors:\n" * 1000,
    ],
)
def test_no_model_in_it(folder: Path, text: str) -> None:
    (folder / "MLmodel").write_text(text)
    with pytest.raises(UnreadableFile, match="names no file in it"):
        compile_model(folder)
