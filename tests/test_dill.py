"""Files by an old dill: numpy's functions are named by their module, and stay names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from runners import load

from treecompile import UnreadableFile, compile_model
from treecompile.read import read_bytes

HERE = Path(__file__).parent / "read_files" / "dill"
FILES = sorted(HERE.glob("*.pkl"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_answers_as_the_pipeline_did(path: Path) -> None:
    assert b"_import_module" in path.read_bytes()
    told = json.loads((HERE / "answers.json").read_text())
    scorer = load(compile_model(path))
    for row, label, shares in zip(*map(told.get, ("rows", "predict", "predict_proba"))):
        record = dict(zip(scorer.COLUMNS, row))
        assert scorer.predict(record) == label
        assert scorer.predict_proba(record) == tuple(shares)


def asked(module: str, name: str, arguments: bytes = b"()") -> bytes:
    """A pickle that calls what stands in a module, by the ways of dill."""
    return (
        b"cdill._dill\n_get_attr\n(cdill._dill\n_import_module\n"
        + f"(V{module}\ntRV{name}\ntR".encode()
        + (b"" if arguments == b"()" else b"(" + arguments)
        + b"."
    )


def test_a_module_is_no_way_around_the_list() -> None:
    for module in ("os", "builtins", "subprocess", "numpyx", "treecompile"):
        with pytest.raises(UnreadableFile, match="_import_module"):
            read_bytes(asked(module, "system"))
    for name in ("fromfile", "load", "f2py.run_main"):
        with pytest.raises(UnreadableFile, match=f"asks to call numpy.{name}"):
            read_bytes(asked("numpy", name, b"Vx\ntR"))
    mention = read_bytes(asked("numpy.core._multiarray_umath", "_reconstruct")).root
    assert repr(mention) == "numpy.core._multiarray_umath._reconstruct"
    with pytest.raises(UnreadableFile, match="_get_attr"):
        read_bytes(b"cdill._dill\n_get_attr\n(cos\nfork\nVx\ntR.")
