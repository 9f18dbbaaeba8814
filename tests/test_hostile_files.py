"""Files made to harm their reader: each ends in one clear refusal, and nothing happens.

The readings happen in a subprocess that watches itself through an audit hook: while a
file is read from memory, no audit event at all may occur (no import, no process, no
file, no code), and a bomb has to end within the memory and the time that are promised.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import random
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
)
from sklearn.tree import DecisionTreeClassifier

from treecompile.errors import UnreadableFile, UnsupportedModel
from treecompile.lower import lower
from treecompile.read import ModelFile, Record, read_bytes, read_file, verdict
from treecompile.read.records import Name

HERE = Path(__file__).parent
MEMORY = 512 << 20
SECONDS = 10.0

# Reads every file of a folder from memory and reports, one JSON line a file, what came
# of it and which audit events occurred meanwhile.
WATCHED = """
import io, json, pathlib, sys, time, zipfile
from treecompile.errors import UnreadableFile, UnsupportedModel
from treecompile.lower import lower
from treecompile.read import read_bytes

events = []
watching = False

def hook(event, args):
    if watching:
        events.append(f"{event} {args!r:.200}")

# zipfile imports a codec of the standard library when it is first used.
archive = io.BytesIO()
zipfile.ZipFile(archive, "w").writestr("a", "")
zipfile.ZipFile(archive).namelist()
sys.addaudithook(hook)
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    data = path.read_bytes()
    events.clear()
    start = time.process_time()
    watching = True
    try:
        file = read_bytes(data, "FILE")
        outcome = "read", ""
    except UnreadableFile as error:
        outcome = "refused", str(error)
    except BaseException as error:
        outcome = "raised", type(error).__name__
    watching = False
    seconds = time.process_time() - start
    # Not ru_maxrss: that starts at the size of the process that started this one.
    status = pathlib.Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024
    print(json.dumps([path.name, *outcome, list(events), seconds, peak]))
"""


class Outcome:
    def __init__(self, line: str) -> None:
        parts = json.loads(line)
        self.name, self.kind, self.text, self.events, self.seconds, self.peak = parts

    def check_refused(self, *words: str) -> None:
        assert self.kind == "refused", f"{self.name}: {self.kind} {self.text}"
        assert not self.events, f"{self.name}: {self.events}"
        assert self.text.startswith("FILE: "), self.text
        assert "\n" not in self.text and self.text.isprintable(), self.text
        assert len(self.text) < 1000, self.text
        for word in words:
            assert word in self.text, f"{self.name}: {word!r} not in {self.text!r}"


def watched(folder: Path, files: dict[str, bytes]) -> dict[str, Outcome]:
    """The outcome for each file, read in a process that watches itself."""
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WATCHED, str(folder)],
        capture_output=True,
        text=True,
        timeout=600,
        cwd=HERE.parent,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    outcomes = [Outcome(line) for line in done.stdout.splitlines()]
    assert {outcome.name for outcome in outcomes} == set(files)
    return {outcome.name: outcome for outcome in outcomes}


# Pickles by hand


def short_text(text: str) -> bytes:
    data = text.encode()
    return b"\x8c" + bytes([len(data)]) + data


def value(thing: Any) -> bytes:
    """The opcodes that push a plain value."""
    if isinstance(thing, bytes):
        return thing  # opcodes already
    return pickle.dumps(thing, 2)[2:-1]


def arguments(args: tuple[Any, ...]) -> bytes:
    return b"(" + b"".join(value(arg) for arg in args) + b"t"


def mention(module: str, name: str) -> bytes:
    return f"c{module}\n{name}\n".encode()


def stack_mention(module: str, name: str) -> bytes:
    return short_text(module) + short_text(name) + b"\x93"


def call(module: str, name: str, *args: Any) -> bytes:
    return mention(module, name) + arguments(args) + b"R"


def encodings(module: str, name: str, args: tuple[Any, ...]) -> Iterator[bytes]:
    """Every way in which a pickle can ask for one call."""
    target = mention(module, name)
    yield b"\x80\x02" + target + arguments(args) + b"R."
    yield b"\x80\x04" + stack_mention(module, name) + arguments(args) + b"R."
    yield target + arguments(args) + b"R."  # protocol 0 has no header
    yield b"\x80\x02" + target + arguments(args) + b"\x81."  # NEWOBJ
    yield b"\x80\x04" + target + arguments(args) + b"}\x92."  # NEWOBJ_EX
    pushed = b"".join(value(arg) for arg in args)
    yield b"(" + pushed + f"i{module}\n{name}\n.".encode()  # INST
    yield b"(" + target + pushed + b"o."  # OBJ
    yield call("copyreg", "__newobj__", target, *args) + b"."
    yield call("copy_reg", "__newobj__", target, *args) + b"."
    yield call("copyreg", "__newobj_ex__", target, arguments(args), b"}") + b"."
    base = mention("builtins", "object")
    yield call("copyreg", "_reconstructor", target, base, b"N") + b"."
    if "." in name:
        outer, inner = name.split(".", 1)
        looked_up = call("builtins", "getattr", mention(module, outer), inner)
        yield looked_up + arguments(args) + b"R."
    # Behind an estimator that is fine, and in its state.
    yield (
        b"\x80\x02"
        + mention("sklearn.tree._classes", "DecisionTreeClassifier")
        + b")\x81}"
        + value("splitter")
        + target
        + arguments(args)
        + b"Rsb."
    )


COMMAND = "echo harm > harm"
CALLS: list[tuple[str, str, tuple[Any, ...]]] = [
    ("os", "system", (COMMAND,)),
    ("posix", "system", (COMMAND,)),
    ("nt", "system", (COMMAND,)),
    ("os", "popen", (COMMAND,)),
    ("os", "execvp", ("sh", ["sh"])),
    ("os", "remove", ("harm",)),
    ("subprocess", "Popen", (COMMAND,)),
    ("subprocess", "check_output", (COMMAND,)),
    ("builtins", "exec", ("raise SystemExit",)),
    ("builtins", "eval", ("1 + 1",)),
    ("__builtin__", "eval", ("1 + 1",)),
    ("__builtin__", "apply", ([],)),
    ("__builtin__", "file", ("harm", "w")),
    ("builtins", "compile", ("1", "f", "eval")),
    ("builtins", "open", ("harm", "w")),
    ("builtins", "__import__", ("os",)),
    ("builtins", "input", ()),
    ("builtins", "breakpoint", ()),
    ("builtins", "setattr", (1, "a", 2)),
    ("builtins", "delattr", (1, "a")),
    ("builtins", "globals", ()),
    ("builtins", "vars", ()),
    ("builtins", "map", ([], [])),
    ("builtins", "filter", ([], [])),
    ("builtins", "print", ("harm",)),
    ("builtins", "classmethod", (1,)),
    ("builtins", "memoryview", (1,)),
    ("builtins", "getattr.__call__", (1,)),
    ("builtins", "type.__subclasses__", ()),
    ("builtins", "object.__subclasses__", ()),
    ("builtins", "str.format", ("{0.__class__}", 1)),
    ("sklearn.datasets", "dump_svmlight_file", ([[1]], [1], "harm")),
    ("sklearn.datasets._svmlight_format_io", "dump_svmlight_file", ([[1]], [1], "h")),
    ("sklearn.datasets._base", "load_files", ("/",)),
    ("sklearn.datasets", "fetch_openml", ("x",)),
    ("sklearn.datasets._openml", "_open_openml_url", ("x",)),
    ("sklearn.datasets._base", "_fetch_remote", ("x",)),
    ("sklearn.utils._testing", "assert_run_python_script", ("harm",)),
    ("sklearn.tree", "export_graphviz", (None, "harm")),
    ("sklearn.externals.joblib", "load", ("harm",)),
    ("sklearn.externals.joblib.numpy_pickle", "load", ("harm",)),
    ("sklearn", "datasets.dump_svmlight_file", ([[1]], [1], "harm")),
    ("sklearn.utils", "os.system", (COMMAND,)),
    ("sklearn.ensemble._forest", "np.load", ("harm",)),
    ("joblib", "load", ("harm",)),
    ("joblib.numpy_pickle", "load", ("harm",)),
    ("joblib.numpy_pickle", "NumpyPickler", ("harm",)),
    ("joblib", "Parallel", (2,)),
    ("numpy", "load", ("harm",)),
    ("numpy", "fromfile", ("harm",)),
    ("numpy", "memmap", ("harm",)),
    ("numpy", "save", ("harm", [1])),
    ("numpy", "savetxt", ("harm", [1])),
    ("numpy", "genfromtxt", ("harm",)),
    ("numpy.lib.npyio", "load", ("harm",)),
    ("numpy.lib._npyio_impl", "DataSource", ("harm",)),
    ("numpy.lib._datasource", "open", ("harm", "w")),
    ("numpy.lib.format", "open_memmap", ("harm", "w+")),
    ("numpy.testing._private.utils", "runstring", ("1", {})),
    ("numpy.f2py.crackfortran", "getlincoef", ("1", {})),
    ("numpy.core._multiarray_umath", "fromfile", ("harm",)),
    ("numpy._core.multiarray", "frombuffer", ("harm",)),
    ("numpy.distutils.exec_command", "exec_command", (COMMAND,)),
    ("numpy", "dtype.newbyteorder", ()),
    ("numpy", "ndarray", ((1,),)),
    ("numpy", "ndarray.tofile", ("harm",)),
    ("pandas", "read_pickle", ("harm",)),
    ("pandas", "eval", ("1",)),
    ("pandas.core.frame", "DataFrame.to_csv", ("harm",)),
    ("scipy.io", "loadmat", ("harm",)),
    ("scipy.stats", "rv_continuous.__init__", ()),
    ("xgboost.core", "_load_lib", ()),
    ("operator", "attrgetter", ("system",)),
    ("operator", "methodcaller", ("system", COMMAND)),
    ("operator", "itemgetter", (0,)),
    ("_operator", "attrgetter", ("system",)),
    ("functools", "reduce", ([], [])),
    ("_functools", "reduce", ([], [])),
    ("functools", "partial.__new__", ()),
    ("itertools", "starmap", ([], [])),
    ("pip", "main", (["install", "harm"],)),
    ("pip._internal.cli.main", "main", (["install", "harm"],)),
    ("ensurepip", "_run_pip", (["install", "harm"],)),
    ("_io", "open", ("harm", "w")),
    ("_io", "FileIO", ("harm", "w")),
    ("io", "open_code", ("harm",)),
    ("codecs", "open", ("harm", "w")),
    ("pathlib", "Path", ("harm",)),
    ("pathlib", "PosixPath.write_text", ("harm",)),
    ("copyreg", "pickle", (1, 2)),
    ("copyreg", "add_extension", ("os", "system", 1)),
    ("copyreg", "__reduce_ex__", ()),
    ("importlib", "import_module", ("os",)),
    ("pkgutil", "resolve_name", ("os:system",)),
    ("runpy", "run_path", ("harm",)),
    ("pickle", "loads", ("N.",)),
    ("_pickle", "loads", ("N.",)),
    ("marshal", "loads", ("N",)),
    ("types", "CodeType", ()),
    ("types", "FunctionType", ()),
    ("shutil", "rmtree", ("harm",)),
    ("tempfile", "mktemp", ()),
    ("socket", "create_connection", (("127.0.0.1", 9),)),
    ("urllib.request", "urlopen", ("http://127.0.0.1:9",)),
    ("webbrowser", "open", ("http://127.0.0.1:9",)),
    ("smtplib", "SMTP", ("127.0.0.1",)),
    ("ctypes", "CDLL", ("harm",)),
    ("multiprocessing.util", "spawnv_passfds", ("sh", [], [])),
    ("distutils.spawn", "spawn", (["sh"],)),
    ("pydoc", "pipepager", ("harm", "sh")),
    ("timeit", "timeit", ("1",)),
    ("cProfile", "run", ("1",)),
    ("profile", "run", ("1",)),
    ("trace", "Trace.run", ("1",)),
    ("bdb", "Bdb.run", ("1",)),
    ("pdb", "run", ("1",)),
    ("doctest", "debug_script", ("1",)),
    ("code", "interact", ()),
    ("asyncio.unix_events", "_UnixSubprocessTransport._start", ()),
    ("logging", "FileHandler", ("harm",)),
    ("logging.config", "fileConfig", ("harm",)),
    ("random", "_os.system", (COMMAND,)),
    ("decimal", "getcontext", ()),
    ("sys", "setrecursionlimit", (1,)),
    ("sys", "exit", (1,)),
    ("site", "main", ()),
    ("venv", "create", ("harm",)),
    ("commands", "getoutput", (COMMAND,)),
    ("cloudpickle.cloudpickle", "_make_function", ()),
    ("cloudpickle.cloudpickle", "subimport", ("os",)),
    ("cloudpickle", "_fill_function", ()),
    ("joblib.externals.cloudpickle.cloudpickle", "_make_skel_func", ()),
    ("dill._dill", "_create_function", ()),
    ("dill._dill", "_import_module", ("os",)),
    ("dill._dill", "_eval_repr", ("1",)),
    ("dill", "loads", ("N.",)),
    ("torch.hub", "load", ("x", "y")),
    ("__main__", "MyModel", ()),
    ("my_package.models", "Thing", (1, 2)),
    ("sklearnx.tree", "DecisionTreeClassifier", ()),
    ("sklearn_evil", "Tree", ()),
    ("", "system", (COMMAND,)),
    ("os.path", "os.system", (COMMAND,)),
]
# A name that Python itself may call is answered here by a stand-in, whatever its
# spelling; these are the only ones of the list above that a getattr can reach.


def test_calls_are_refused_by_name(tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    expected: dict[str, str] = {}
    for index, (module, name, args) in enumerate(CALLS):
        for way, data in enumerate(encodings(module, name, args)):
            key = f"{index:03}-{way:02}"
            files[key] = data
            expected[key] = f"{module}.{name}"
    for key, outcome in watched(tmp_path / "calls", files).items():
        if b"getattr\n(c" in files[key]:
            # "x.__y__" is refused at the look-up, all others at the call.
            outcome.check_refused()
            looked_up = expected[key] in outcome.text or "getattr" in outcome.text
            assert looked_up, outcome.text
        else:
            outcome.check_refused(expected[key])
    assert not (HERE.parent / "harm").exists()


def test_verdicts_agree_with_the_refusals() -> None:
    for module, name, _ in CALLS:
        # Answered with a mention, of a module of a known library, and refused of others.
        answered = name == "_import_module"
        said = "rebuilt" if answered else "refused if called"
        assert verdict(Name(module, name)) == said
    assert verdict(Name("sklearn.tree.tree", "DecisionTreeClassifier")) == (
        "kept as data"
    )
    assert verdict(Name("functools", "partial")) == "kept as data"
    assert verdict(Name("numpy.core.multiarray", "_reconstruct")) == "rebuilt"
    assert verdict(Name("joblib.numpy_pickle", "NumpyArrayWrapper")) == "rebuilt"


def test_gadgets_of_allowed_names(tmp_path: Path) -> None:
    """Allowed names, put together to reach what is not allowed."""
    system = mention("os", "system")
    partial = call("functools", "partial", system, COMMAND)
    lookup = call("builtins", "getattr", mention("os", "system"), "real")
    estimator = mention("sklearn.tree._classes", "DecisionTreeClassifier") + b")\x81"
    files = {
        "call of a partial": partial + b")R.",
        "call of a bound method": call("builtins", "getattr", estimator, "fit")
        + b")R.",
        "call of an estimator": estimator + b")R.",
        "call of a result": call("os", "system", COMMAND) + b")R.",
        "getattr of a dunder": call("builtins", "getattr", system, "__globals__")
        + b".",
        "getattr, then a call": lookup + arguments((COMMAND,)) + b"R.",
        "getattr without a name": call("builtins", "getattr", system, 1) + b".",
        "getattr with a default": call("builtins", "getattr", system, "a", 1) + b".",
        "type makes a class": call("builtins", "type", "X", b")", b"}") + b".",
        "type of an object": call("builtins", "type", estimator) + b".",
        "codec": call("_codecs", "encode", "harm", "punycode") + b".",
        "codec, not text": call("_codecs", "encode", 7, "latin1") + b".",
        "ufunc, then a call": call("numpy.core", "_ufunc_reconstruct", "os", "system")
        + arguments((COMMAND,))
        + b"R.",
        "dill type, then a call": call("dill._dill", "_load_type", "CodeType") + b")R.",
        "newobj of newobj": call(
            "copyreg",
            "__newobj__",
            mention("copyreg", "__newobj__"),
            mention("os", "system"),
            COMMAND,
        )
        + b".",
        "reconstructor of a reconstructor": call(
            "copyreg",
            "_reconstructor",
            mention("copyreg", "_reconstructor"),
            mention("builtins", "object"),
            b"N",
        )
        + b".",
        "array of a dangerous class": call(
            "numpy.core.multiarray", "_reconstruct", partial, b"K\x00\x85", "b"
        )
        + b".",
        "persistent id": b"P123\n.",
        "binary persistent id": b"\x80\x02K\x01Q.",
        "extension": b"\x80\x02\x82\x01.",
        "extension 4": b"\x80\x02\x84\x01\x00\x00\x00.",
        "buffer": b"\x80\x05\x97.",
        "state of a name": system + b"}" + value("__code__") + b"Nsb.",
        "state of a list": b"]N\x85b0N)b.",
        "class as dict": system + value("a") + value("b") + b"s.",
        "class as list": system + value("a") + b"a.",
        "arguments are a list": system + b"]R.",
        "no function": b"K\x01)R.",
        "escapes": call("\x1b[31mos", "sys\ttem") + b".",
    }
    outcomes = watched(tmp_path / "gadgets", files)
    for outcome in outcomes.values():
        outcome.check_refused()
    outcomes["call of a partial"].check_refused("functools.partial")
    outcomes["call of a result"].check_refused("os.system")
    outcomes["getattr, then a call"].check_refused("os.system.real")
    outcomes["ufunc, then a call"].check_refused("os.system")
    outcomes["dill type, then a call"].check_refused("types.CodeType")
    outcomes["escapes"].check_refused("\\x1b[31mos.sys\\ttem")


def test_mentions_are_inert(tmp_path: Path) -> None:
    """A dangerous function that is only mentioned is data, and stays it."""
    data = mention("os", "system") + b"."
    outcome = watched(tmp_path / "mention", {"file": data})["file"]
    assert outcome.kind == "read" and not outcome.events
    file = read_bytes(data)
    assert file.root == Name("os", "system")
    assert file.names == (Name("os", "system"),)
    assert verdict(file.names[0]) == "refused if called"


def test_lenient_reading_runs_nothing_either(tmp_path: Path) -> None:
    target = tmp_path / "harm"
    data = b"\x80\x02" + call("os", "system", f"touch {target}") + b"\x85."
    file = read_bytes(data, lenient=True)
    assert file.refused == (Name("os", "system"),)
    assert isinstance(file.root[0], Record)
    assert not target.exists()
    twice = call("builtins", "getattr", b"]", "pop") + b")R."
    assert read_bytes(twice, lenient=True).refused == (Name("builtins", "getattr"),)


def test_the_watcher_sees(tmp_path: Path) -> None:
    """The harness above reports what a real unpickler would have done."""
    script = WATCHED.replace(
        "from treecompile.read import read_bytes",
        "import pickle\ndef read_bytes(data, name): return pickle.loads(data)",
    )
    folder = tmp_path / "seen"
    folder.mkdir()
    (folder / "file").write_bytes(call("os", "system", "true") + b".")
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        capture_output=True,
        text=True,
        cwd=HERE.parent,
        check=True,
    )
    events = Outcome(done.stdout).events
    assert any(event.startswith("pickle.find_class") for event in events)
    assert any(event.startswith("os.system") for event in events)


# Damage


@pytest.fixture(scope="module")
def small_model() -> DecisionTreeClassifier:
    return DecisionTreeClassifier().fit([[0.0], [1.0]], ["a", "b"])


@pytest.mark.parametrize("protocol", range(6))
def test_truncated_pickles(small_model: Any, protocol: int) -> None:
    data = pickle.dumps(small_model, protocol)
    for length in range(len(data)):
        with pytest.raises(UnreadableFile):
            read_bytes(data[:length])
    assert isinstance(read_bytes(data).root, Record)


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3)])
def test_truncated_joblib_files(small_model: Any, compress: Any) -> None:
    buffer = io.BytesIO()
    joblib.dump(small_model, buffer, compress=compress)
    data = buffer.getvalue()
    for length in range(len(data)):
        with pytest.raises(UnreadableFile) as caught:
            read_bytes(data[:length])
    # Checksums at the very end are the one thing that may be missing unnoticed.
    assert "again" in str(caught.value)
    assert isinstance(read_bytes(data).root, Record)


def npy(header: str, body: bytes = b"") -> bytes:
    text = header.encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + body


def array(state: bytes, shell: bytes = b"") -> bytes:
    shell = shell or call(
        "numpy.core.multiarray",
        "_reconstruct",
        mention("numpy", "ndarray"),
        (0,),
        "b",
    )
    return b"\x80\x02" + shell + state + b"b."


def dtype(code: str, state: Any = (3, "<", None, None, None, -1, -1, 0)) -> bytes:
    return call("numpy", "dtype", code, 0, 1) + value(state) + b"b"


def array_state(shape: Any, of: bytes, data: Any, fortran: Any = False) -> bytes:
    return arguments((1, shape, of, fortran, data))


def raw(data: bytes) -> bytes:
    return b"B" + struct.pack("<I", len(data)) + data


def joblib_array(shape: Any, of: bytes, order: str = "C", rest: bytes = b"") -> bytes:
    parts = {"subclass": mention("numpy", "ndarray"), "shape": shape, "order": order}
    items = b"".join(value(key) + value(part) for key, part in parts.items())
    return (
        b"\x80\x02"
        + mention("joblib.numpy_pickle", "NumpyArrayWrapper")
        + b")\x81}("
        + items
        + value("dtype")
        + of
        + b"ub"
        + rest
        + b"."
    )


F8, U1, OBJECT = (
    dtype("f8"),
    dtype("u1"),
    dtype("O8", (3, "|", *[None] * 3, -1, -1, 63)),
)
FORGED: dict[str, bytes] = {
    "array larger than its bytes": array(array_state((10**10,), F8, raw(b"12345678"))),
    "array smaller than its bytes": array(array_state((1,), F8, raw(b"1" * 16))),
    "array of negative length": array(array_state((-1,), F8, raw(b""))),
    "array of text length": array(array_state(("a",), F8, raw(b""))),
    "array of 33 dimensions": array(array_state((1,) * 33, U1, raw(b"1"))),
    "array whose length overflows": array(
        array_state((2**32, 2**32, 2**32), F8, raw(b""))
    ),
    "array whose product wraps to zero": array(array_state((2**61, 8), U1, raw(b""))),
    "empty array of absurd shape": array(array_state((2**60, 0), F8, raw(b""))),
    "array of nothing, much of it": array(
        array_state((2**60,), dtype("S0", (3, "|", *[None] * 3, 0, 1, 0)), raw(b""))
    ),
    "objects from bytes": array(array_state((1,), OBJECT, raw(b"12345678"))),
    "objects disguised as numbers": array(
        array_state((1,), dtype("O8", (3, "<", *[None] * 3, -1, -1, 0)), raw(b"1" * 8))
    ),
    "too few objects": array(array_state((9,), OBJECT, ["a"])),
    "too many objects": array(array_state((1,), OBJECT, ["a", "b"])),
    "objects as numbers": array(array_state((1,), F8, ["a"])),
    "no dtype": array(array_state((1,), b"N", raw(b"1"))),
    "order is an array": array(array_state((1,), U1, raw(b"1"), [])),
    "state is text": array(value("state")),
    "state is short": array(arguments((1, (1,)))),
    "characters that do not exist": array(
        array_state((1,), dtype("U1", (3, "<", *[None] * 3, 4, 4, 8)), raw(b"\xff" * 4))
    ),
    "dtype of code": b"\x80\x02" + call("numpy", "dtype", "f8,(2,)i4", 0, 1) + b".",
    "dtype of an object": b"\x80\x02" + call("numpy", "dtype", b"]", 0, 1) + b".",
    "dtype of a long number": b"\x80\x02" + dtype("S" + "9" * 30) + b".",
    "dtype order": b"\x80\x02" + dtype("f8", (3, "?", *[None] * 3, -1, -1, 0)) + b".",
    "dtype state": b"\x80\x02" + dtype("f8", (3,)) + b".",
    "dtype metadata": b"\x80\x02"
    + dtype("M8", (4, "<", *[None] * 3, -1, -1, 0, ({}, ("zz", 1, 1, 1))))
    + b".",
    "field beyond the record": b"\x80\x02"
    + call("numpy", "dtype", "V8", 0, 1)
    + arguments((3, "|", None, ("a",), b"}" + value("a") + b"(" + F8 + b"K\x01ts", 8))
    + b"b.",
    "field of negative offset": b"\x80\x02"
    + call("numpy", "dtype", "V8", 0, 1)
    + arguments(
        (3, "|", None, ("a",), b"}" + value("a") + b"(" + U1 + value(-9) + b"ts", 8)
    )
    + b"b.",
    "field that is missing": b"\x80\x02"
    + call("numpy", "dtype", "V8", 0, 1)
    + arguments((3, "|", None, ("a",), b"}", 8))
    + b"b.",
    "a record inside of itself": b"\x80\x02"
    + call("numpy", "dtype", "V8", 0, 1)
    + b"q\x01"
    + arguments((3, "|", None, ("a",), b"}" + value("a") + b"(h\x01K\x01ts", 8, 1, 0))
    + b"b.",
    "second state of a dtype": b"\x80\x02"
    + F8
    + value((3, "<", *[None] * 3, 2**30, -1, 0))
    + b"b.",
    "second state of an array": array(array_state((1,), U1, raw(b"1")))[:-1]
    + array_state((1 << 40,), U1, raw(b"1"))
    + b"b.",
    "scalar of too few bytes": b"\x80\x02"
    + call("numpy.core.multiarray", "scalar", F8, raw(b"123"))
    + b".",
    "scalar of an object's bytes": b"\x80\x02"
    + call("numpy.core.multiarray", "scalar", dtype("V8"), value("\u1234"))
    + b".",
    "buffer of too few bytes": b"\x80\x05"
    + call("numpy.core.numeric", "_frombuffer", raw(b"1"), F8, (1,), "C")
    + b".",
    "buffer of forged axes": b"\x80\x05"
    + call("numpy.core.numeric", "_frombuffer", raw(b"1"), U1, (1,), "K", (7,))
    + b".",
    "buffer of objects": b"\x80\x05"
    + call("numpy.core.numeric", "_frombuffer", raw(b"1" * 8), OBJECT, (1,), "C")
    + b".",
    "joblib: 10 GB": joblib_array((10**10,), F8),
    "joblib: objects, none there": joblib_array((1,), OBJECT),
    "joblib: not an array": joblib_array((1,), OBJECT, rest=b"\x80\x02K\x01."),
    "joblib: wrapper in a wrapper": joblib_array(
        (1,), OBJECT, rest=joblib_array((1,), U1, rest=b"1")
    ),
    "joblib: overflow": joblib_array((2**61, 8), U1),
    "BINBYTES8": b"\x80\x04\x8e" + b"\xff" * 7 + b"\x3f",
    "BINUNICODE8": b"\x80\x04\x8d" + b"\xff" * 7 + b"\x3f",
    "BYTEARRAY8": b"\x80\x05\x96" + b"\xff" * 7 + b"\x3f",
    "BINBYTES": b"\x80\x03B\xff\xff\xff\xff",
    "BINSTRING": b"\x80\x02T\xff\xff\xff\xff",
    "FRAME": b"\x80\x04\x95" + b"\xff" * 7 + b"\x3f",
    "LONG4": b"\x80\x02\x8b\xff\xff\xff\x7f",
    "LONG4, all there": b"\x80\x02\x8b\x00\x00\x10\x00" + b"\x01" * (1 << 20) + b".",
    "INT of many digits": b"I" + b"9" * 1_000_000 + b"\n.",
    "LONG of many digits": b"\x80\x02L" + b"9" * 1_000_000 + b"L\n.",
    "FLOAT of many digits": b"\x80\x02F" + b"9" * 1_000_000 + b"\n.",
    "no number": b"\x80\x02I1_000\n.",
    "memo of a long key": b"\x80\x02Np" + b"9" * 100_000 + b"\n.",
    "memo that is empty": b"\x80\x02h\x05.",
    "memo far away": b"\x80\x02j\xff\xff\xff\xff.",
    "empty stack": b"\x80\x02\x85.",
    "no mark": b"\x80\x02t.",
    "two marks": b"\x80\x02((N.",
    "two results": b"\x80\x02NN.",
    "nothing": b"\x80\x02.",
    "unhashable key": b"\x80\x02}]Ns.",
    "unhashable member": b"\x80\x04\x8f(]\x90.",
    "unhashable array": array(array_state((1,), U1, raw(b"1")))[:-1] + b"\x85\x91.",
    "key without a value": b"\x80\x02}(Nu.",
    "no utf-8": b"\x80\x02X\x01\x00\x00\x00\xff.",
    "no quotes": b"\x80\x02Sabc\n.",
    "protocol 6": b"\x80\x06N.",
    "protocol 255": b"\x80\xffN.",
    "set of a number": b"\x80\x02" + call("builtins", "set", 7) + b".",
    "dict of a number": b"\x80\x02" + call("builtins", "dict", 7) + b".",
    "dict of no pairs": b"\x80\x02" + call("collections", "OrderedDict", [[1]]) + b".",
    "bytes of a number": b"\x80\x02" + call("builtins", "bytes", 10**9) + b".",
    "bytearray of a number": b"\x80\x02" + call("builtins", "bytearray", 10**9) + b".",
    "range without end": b"\x80\x02" + call("builtins", "range", 10**30) + b".",
    "range of no step": b"\x80\x02" + call("builtins", "range", 1, 2, 0) + b".",
    "int of text": b"\x80\x02" + call("builtins", "int", "9" * 5_000) + b".",
    "int with a base": b"\x80\x02" + call("builtins", "int", "x", 99) + b".",
    "complex of text": b"\x80\x02" + call("builtins", "complex", "1" * 9_999) + b".",
    "slice of nothing": b"\x80\x02" + call("builtins", "slice") + b".",
    "str of a number": b"\x80\x02" + call("builtins", "str", 7) + b".",
    "sibling outside": b"\x80\x02"
    + mention("joblib.numpy_pickle", "NDArrayWrapper")
    + b")\x81}"
    + value("filename")
    + value("../../etc/passwd")
    + b"sb.",
    "npy": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }"),
    "ZF without content": b"ZF0x10              x",
    "ZF of the wrong size": b"ZF" + b"0x10".ljust(19) + zlib.compress(b"N."),
    "ZF of no size": b"ZF0x" + b"zz".ljust(17) + zlib.compress(b"N."),
    "zip without a directory": b"PK\x03\x04" + b"\x00" * 64,
}


def test_forged_parts_are_refused(tmp_path: Path) -> None:
    for outcome in watched(tmp_path / "forged", FORGED).values():
        outcome.check_refused()
        assert "not known (" not in outcome.text, outcome.text  # the last resort
        assert outcome.seconds < 1 and outcome.peak < MEMORY


# Bombs


def zeros(compressor: Any, megabytes: int) -> bytes:
    block = b"\x00" * (1 << 20)
    data = b"".join(compressor.compress(block) for _ in range(megabytes))
    return data + compressor.flush()


def many(unit: bytes, count: int, end: bytes) -> bytes:
    return b"\x80\x04" + unit * count + end


def colliding_ints(count: int) -> bytes:
    step = 2**61 - 1
    keys = b"".join(value(index * step) + b"N" for index in range(1, count))
    return b"\x80\x02}(" + keys + b"u."


def colliding_tuples(count: int) -> bytes:
    """Pairs that all hash alike: the hash of a tuple is no secret."""
    first, second, fifth = (
        11400714785074694791,
        14029467366897019727,
        2870177450012600261,
    )
    modulus, inverse = 2**64, pow(second, -1, 2**64)

    def rotate(number: int) -> int:
        return ((number << 31) | (number >> 33)) % modulus

    keys = []
    start = (fifth + 0) % modulus
    goal = 0x123456789
    left = 1
    while len(keys) < count:
        lane = left
        state = rotate((start + lane * second) % modulus) * first % modulus
        right = (goal - state) * inverse % modulus
        if right < 2**61 - 1:
            keys.append(value(left) + value(right) + b"\x86N")
        left += 1
    return b"\x80\x02}(" + b"".join(keys) + b"u."


def zip_bomb() -> bytes:
    buffer = io.BytesIO()
    archive = zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED)
    with archive, archive.open("schema.json", "w", force_zip64=True) as member:
        for _ in range(300):
            member.write(b" " * (1 << 20))
    return buffer.getvalue()


def skops_file(schema: Any, **members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        text = schema if isinstance(schema, str) else json.dumps(schema)
        archive.writestr("schema.json", text)
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def program(*parts: bytes) -> bytes:
    """A pickle that does all of ``parts``, leaves nothing of them, and is valid."""
    return b"\x80\x04(" + b"".join(parts) + b"1N."


def stored(key: int, made: bytes) -> bytes:
    """``made``, put into the memo under a key that ``value`` does not use."""
    return made + b"q" + bytes([0xF0 + key]) + b"0"


def many_arrays(data: bytes, of: bytes, length: int, times: int) -> bytes:
    shell = call(
        "numpy.core.multiarray", "_reconstruct", mention("numpy", "ndarray"), (0,), ""
    )
    state = b"(K\x01" + value((length,)) + b"h\xf1\x89h\xf0tb0"
    return program(stored(0, data), stored(1, of), (shell + state) * times)


def wide_fields(count: int) -> tuple[bytes, bytes]:
    """The names and the fields of a dtype of ``count`` bytes."""
    names = b"(" + b"".join(value(f"{index}") for index in range(count)) + b"t"
    fields = b"".join(
        value(f"{index}") + b"h\xf7" + value(index) + b"\x86" for index in range(count)
    )
    return names, stored(7, U1) + b"}(" + fields + b"u"


def wide_dtype(count: int) -> bytes:
    names, fields = wide_fields(count)
    state = arguments((3, "|", None, names, fields, count))
    return call("numpy", "dtype", f"V{count}", 0, 1) + state + b"b"


def wide_dtypes(count: int, times: int) -> bytes:
    names, fields = wide_fields(count)
    made = call("numpy", "dtype", f"V{count}", 0, 1)
    made += arguments((3, "|", None, b"h\xf0", b"h\xf1", count)) + b"b0"
    return program(stored(0, names), stored(1, fields), made * times)


def nested_dtypes() -> bytes:
    start = call("numpy", "dtype", "V1", 0, 1) + b"(" + value(3) + value("|") + b"N"
    start += value(("a",)) + b"}" + value("a")
    end = b"K\x00\x86s" + value(1) + b"tb"
    return program(start * 10_000, U1, end * 10_000)


def dict_of_100_000() -> bytes:
    items = b"".join(value(f"{key}") + b"N" for key in range(100_000))
    return b"}(" + items + b"u"


LIST = b"](" + b"N" * 200_000 + b"e"
BOMBS: dict[str, Callable[[], bytes]] = {
    "zlib": lambda: zeros(zlib.compressobj(1), 300),
    "gzip": lambda: zeros(zlib.compressobj(1, zlib.DEFLATED, 31), 300),
    "bz2": lambda: zeros(bz2.BZ2Compressor(1), 300),
    "xz": lambda: zeros(lzma.LZMACompressor(preset=0), 300),
    "lzma": lambda: zeros(lzma.LZMACompressor(lzma.FORMAT_ALONE, preset=0), 300),
    "xz with a huge dictionary": lambda: b"\x5d\x00\x00\x00\xff"
    + b"\xff" * 8
    + b"\x00" * 64,
    "gzip of gzip of gzip...": lambda: gzip.compress(
        gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"N."))))
    ),
    "gzip of zlib": lambda: gzip.compress(zeros(zlib.compressobj(1), 300)),
    "ZF": lambda: b"ZF" + b"0x100000000".ljust(19) + zeros(zlib.compressobj(1), 300),
    "many lists": lambda: zlib.compress(many(b"]", 50_000_000, b".")),
    "many tuples": lambda: zlib.compress(many(b")\x85", 20_000_000, b".")),
    "many marks": lambda: zlib.compress(many(b"(", 50_000_000, b".")),
    "many values": lambda: zlib.compress(many(b"N", 50_000_000, b".")),
    "many floats": lambda: zlib.compress(many(b"G\x00abcdefg", 10_000_000, b".")),
    "many copies": lambda: zlib.compress(b"\x80\x02N" + b"2" * 50_000_000 + b"."),
    "many memos": lambda: zlib.compress(program(b"N\x94" * 25_000_000)),
    "lists, raw": lambda: many(b"]", 20_000_000, b"."),
    # One large value that many small objects are made from.
    "copies of a list": lambda: program(
        stored(0, LIST),
        stored(1, mention("builtins", "list")),
        b"h\xf1h\xf0\x85R" * 50_000,
    ),
    "copies of a set": lambda: program(
        stored(0, LIST),
        stored(1, mention("builtins", "frozenset")),
        b"h\xf1h\xf0\x85R0" * 50_000,
    ),
    "copies of bytes": lambda: program(
        stored(0, raw(b"1" * 1_000_000)),
        stored(1, mention("builtins", "bytearray")),
        b"h\xf1h\xf0\x85R" * 50_000,
    ),
    "copies of text as bytes": lambda: program(
        stored(0, value("1" * 1_000_000)),
        stored(1, mention("_codecs", "encode")),
        stored(2, value("latin1")),
        b"h\xf1h\xf0h\xf2\x86R" * 50_000,
    ),
    "arrays of one list": lambda: many_arrays(LIST, OBJECT, 200_000, 10_000),
    "arrays of one text": lambda: many_arrays(
        value("1" * 5_000_000), U1, 5_000_000, 30_000
    ),
    "arrays of one text in unicode": lambda: many_arrays(
        raw(b"1\x00\x00\x00" * 2_000_000),
        dtype("U1", (3, "<", *[None] * 3, 4, 4, 8)),
        2_000_000,
        30_000,
    ),
    "states from one dict": lambda: program(
        stored(0, dict_of_100_000()),
        stored(1, mention("sklearn.pipeline", "Pipeline")),
        b"h\xf1)\x81h\xf0b0" * 100_000,
    ),
    "items from one dict": lambda: program(
        stored(0, dict_of_100_000()),
        stored(1, mention("copyreg", "_reconstructor")),
        stored(2, mention("sklearn.utils", "Bunch")),
        stored(3, mention("builtins", "dict")),
        b"h\xf1h\xf2h\xf3h\xf0\x87R0" * 100_000,
    ),
    "scalars of one wide dtype": lambda: program(
        stored(0, wide_dtype(50_000)),
        stored(1, mention("numpy.core.multiarray", "scalar")),
        stored(2, raw(b"1" * 50_000)),
        b"h\xf1h\xf0h\xf2\x86R0" * 50_000,
    ),
    "dtypes from one list of fields": lambda: wide_dtypes(20_000, 20_000),
    "nested dtypes": nested_dtypes,
    "names that grow": lambda: program(
        stored(0, mention("os", "system")),
        stored(1, mention("builtins", "getattr")),
        stored(2, value("x" * 900)),
        b"h\xf1h\xf0h\xf2\x86Rq\xf00" * 100_000,
    ),
    "int keys that collide": lambda: colliding_ints(200_000),
    "tuple keys that collide": lambda: colliding_tuples(100_000),
    "key of doubled tuples": lambda: b"\x80\x02}N" + b"2\x86" * 60 + b"Ns.",
    "key of deep tuples": lambda: b"\x80\x02}" + b")" + b"\x85" * 1_000_000 + b"Ns.",
    "member of deep tuples": lambda: b"\x80\x04("
    + b")"
    + b"\x85" * 1_000_000
    + b"\x91.",
    "zip": zip_bomb,
    "skops of deep lists": lambda: skops_file("[" * 1_000_000),
    "skops of many lists": lambda: gzip.compress(
        skops_file("[" + "[]," * 10**7 + "1]")
    ),
}


# Words of the refusal, where it is not that the file unfolds into too many objects.
BECAUSE = {
    "zlib": "unfolds to more than",
    "gzip": "unfolds to more than",
    "bz2": "unfolds to more than",
    "xz": "unfolds to more than",
    "lzma": "unfolds to more than",
    "gzip of zlib": "unfolds to more than",
    "ZF": "unfolds to more than",
    "xz with a huge dictionary": "compressed with lzma and damaged",
    "gzip of gzip of gzip...": "more than 4 times over",
    "nested dtypes": "nested too deeply",
    "names that grow": "absurd length",
    "int keys that collide": "cannot be a key",
    "tuple keys that collide": "take forever",
    "key of doubled tuples": "key is too large",
    "key of deep tuples": "key is too large",
    "member of deep tuples": "key is too large",
    "zip": "unfolds to far more",
    "skops of deep lists": "malformed",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end_in_time(tmp_path: Path, name: str) -> None:
    outcome = watched(tmp_path / "bomb", {"file": BOMBS[name]()})["file"]
    outcome.check_refused(BECAUSE.get(name, "into far more objects"))
    assert outcome.seconds < SECONDS, outcome.seconds
    assert outcome.peak < MEMORY, f"{outcome.peak >> 20} MiB"


def doubled(levels: int) -> bytes:
    return b"\x80\x02]" + b"2\x86" * levels + b"."


HARMLESS: dict[str, bytes] = {
    # Legal, if odd: nothing in them is expanded, hashed or compared.
    "list in itself": b"\x80\x02]q\x00h\x00a.",
    "dict in itself": b"\x80\x02}q\x00K\x01h\x00s.",
    "tuples, doubled": doubled(60),
    "lists, deep": b"\x80\x02" + b"]" * 300_000 + b"a" * 299_999 + b".",
    "tuples, deep": b"\x80\x02)" + b"\x85" * 1_000_000 + b".",
    "dicts, deep": b"\x80\x02" + b"}N" * 200_000 + b"}" + b"s" * 200_000 + b".",
    "estimators, deep": b"\x80\x02"
    + (mention("sklearn.pipeline", "Pipeline") + b")\x81}" + value("a")) * 30_000
    + b"N"
    + b"sb" * 30_000
    + b".",
    "an estimator in itself": b"\x80\x02"
    + mention("sklearn.pipeline", "Pipeline")
    + b")\x81q\x00}"
    + value("a")
    + b"h\x00sb.",
    "an array in itself": b"\x80\x02"
    + call(
        "numpy.core.multiarray", "_reconstruct", mention("numpy", "ndarray"), (0,), ""
    )
    + b"q\x00"
    + array_state((1,), OBJECT, b"(h\x00l")
    + b"b.",
    "one memo of a huge key": b"\x80\x02Nr\xff\xff\xff\xff.",
}


def test_odd_graphs_are_read(tmp_path: Path) -> None:
    for outcome in watched(tmp_path / "odd", HARMLESS).values():
        assert outcome.kind == "read", f"{outcome.name}: {outcome.text}"
        assert not outcome.events
        assert outcome.seconds < SECONDS and outcome.peak < MEMORY
    itself = read_bytes(HARMLESS["list in itself"]).root
    assert itself[0] is itself


# skops files


def node(loader: str, **parts: Any) -> dict[str, Any]:
    kind = parts.pop("kind", "builtins.object")
    module, _, name = kind.rpartition(".")
    return {"__module__": module, "__class__": name, "__loader__": loader, **parts}


def plain(text: str) -> dict[str, Any]:
    return node("JsonNode", content=text)


SYSTEM = node("TypeNode", kind="os.system")
SKOPS: dict[str, tuple[bytes, str]] = {
    "object": (skops_file(node("ObjectNode", kind="os.system")), "os.system"),
    "own class": (skops_file(node("ObjectNode", kind="__main__.A")), "__main__.A"),
    "constructor": (
        skops_file(
            node(
                "ConstructorFromReduceNode",
                kind="os.system",
                content=node("TupleNode", content=[plain('"echo"')]),
            )
        ),
        "os.system",
    ),
    "reduce": (
        skops_file(
            node(
                "ReduceNode",
                kind="os.system",
                __reduce__={"args": node("TupleNode", content=[plain('"echo"')])},
            )
        ),
        "os.system",
    ),
    "generator": (
        skops_file(
            node("RandomGeneratorNode", kind="numpy.random.set_state", content={})
        ),
        "numpy.random.set_state",
    ),
    "method": (
        skops_file(node("MethodNode", content={"func": "__class__", "obj": SYSTEM})),
        "malformed",
    ),
    "unknown node": (skops_file(node("ExecNode")), "ExecNode"),
    "no node": (skops_file([1]), "malformed"),
    "no loader": (skops_file({"__loader__": [1]}), "not known"),
    "future": (skops_file({**plain("1"), "protocol": 99}), "99"),
    "no json": (skops_file("{"), "malformed"),
    "json in json": (skops_file(plain("[" * 100_000)), "malformed"),
    "huge number": (skops_file(plain("9" * 10_000)), "malformed"),
    "missing member": (skops_file(node("BytesNode", file="a")), "missing"),
    "missing object": (skops_file(node("CachedNode", __id__=7)), "does not hold"),
    "object in itself": (
        skops_file(node("ListNode", content=[node("CachedNode", __id__=7)], __id__=7)),
        "does not hold",
    ),
    "dict without types": (skops_file(node("DictNode", content={})), "malformed"),
    "dict of other types": (
        skops_file(
            node(
                "DictNode",
                content={"a": plain("1")},
                key_types=node("ListNode", content=[SYSTEM]),
            )
        ),
        "os.system",
    ),
    "unhashable set": (
        skops_file(node("SetNode", content=[node("ListNode", content=[])])),
        "key",
    ),
    "array of objects": (
        skops_file(
            node("NdArrayNode", type="numpy", file="a"),
            a=npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", b"\x80"),
        ),
        "",
    ),
    "array header": (
        skops_file(
            node("NdArrayNode", type="numpy", file="a"),
            a=npy("{'descr': __import__('os'), 'shape': (1,), }"),
        ),
        "header",
    ),
    "array of 10 GB": (
        skops_file(
            node("NdArrayNode", type="numpy", file="a"),
            a=npy(
                "{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000,), }"
            ),
        ),
        "announces",
    ),
    "array of the wrong shape": (
        skops_file(
            node(
                "NdArrayNode",
                type="json",
                content=[plain("1")],
                shape=node("TupleNode", content=[plain("7")]),
            )
        ),
        "objects",
    ),
    "sparse matrix": (
        skops_file(node("SparseMatrixNode", type="scipy", file="a"), a=b"PK"),
        "",
    ),
    "slice": (
        skops_file(node("SliceNode", content={"start": {}, "stop": 1, "step": 1})),
        "malformed",
    ),
}


def test_hostile_skops_files(tmp_path: Path) -> None:
    files = {name: data for name, (data, _) in SKOPS.items()}
    for name, outcome in watched(tmp_path / "skops", files).items():
        if "npy" in name or name.startswith("array"):
            # Headers of arrays are parsed, not run, by ast.literal_eval.
            outcome.events = [
                event for event in outcome.events if not event.startswith("compile ")
            ]
        outcome.check_refused(SKOPS[name][1])
        assert "not known (" not in outcome.text, outcome.text
        assert outcome.seconds < 1


# Mutations of real files (those of bytes: test_fuzz.py)


def look_at(root: Any) -> None:
    """Touch what a reader of the result would touch."""
    found, seen = [root], set()
    while found and len(seen) < 5_000:
        part = found.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Record):
            repr(part)
            found.extend([*part.args, *part.attributes.values(), part.state])
        elif isinstance(part, dict):
            found.extend(part.values())
        elif isinstance(part, (list, tuple)):
            found.extend(part)
        elif isinstance(part, np.ndarray) and part.size < 10_000:
            found.append(part.tolist())


def test_mutations_of_a_skops_file() -> None:
    """The description of a real skops file, with parts exchanged."""
    with zipfile.ZipFile(HERE / "read_files" / "pipeline.skops") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    text = members.pop("schema.json").decode()
    names = list(members)
    nodes: list[Any] = []

    def collect(part: Any) -> None:
        if isinstance(part, (dict, list)):
            nodes.append(part)
            for inner in part.values() if isinstance(part, dict) else part:
                collect(inner)

    collect(json.loads(text))
    donors = [dict(part) for part in nodes if isinstance(part, dict)]
    loaders = sorted({part["__loader__"] for part in donors if "__loader__" in part})
    chance = random.Random(int(os.environ.get("TREECOMPILE_SEED", "0")))
    count = int(os.environ.get("TREECOMPILE_FUZZ", "3000")) // 10
    read = 0
    for _ in range(count):
        schema = json.loads(text)
        nodes.clear()
        collect(schema)
        for _ in range(chance.choice([1, 1, 2, 4])):
            part = chance.choice(nodes)
            if not part:
                continue
            if isinstance(part, dict):
                key: Any = chance.choice(list(part))
            else:
                key = chance.randrange(len(part))
            others = [None, 7, 0.5, "text", [], {}, True, 2**80, "[1]", "os", "system"]
            others += [chance.choice(donors), chance.choice(names)]
            others += [chance.choice(loaders), [chance.choice(donors)]]
            part[key] = chance.choice(others)
        try:
            look_at(read_bytes(skops_file(schema, **members)).root)
            read += 1
        except UnreadableFile as error:
            assert "not known (" not in str(error), f"{error}: {json.dumps(schema)}"
            assert str(error).isprintable()
    assert 0 < read < count


def random_program(chance: random.Random, calls: list[tuple[str, str]]) -> bytes:
    """A well-formed pickle that calls allowed names with whatever is at hand."""
    leaves: list[Callable[[], bytes]] = [
        lambda: value(chance.choice([0, 1, -1, 3, 2**40, -(2**70)])),
        lambda: value(chance.choice(["", "a", "f8", "latin1", "V9", "é", "<", "|"])),
        lambda: value(chance.choice([None, True, False, 0.5, float("nan"), ...])),
        lambda: raw(chance.randbytes(chance.choice([0, 1, 8, 9]))),
        lambda: chance.choice([F8, U1, OBJECT, dtype("U2"), dtype("M8"), dtype("V9")]),
        lambda: mention(*chance.choice(calls)),
        lambda: mention("numpy", chance.choice(["ndarray", "matrix", "void"])),
        lambda: b"h" + bytes([chance.randrange(9)]),
        lambda: value((1, (2,), F8, False)),
        lambda: value((3, "<", None, None, None, -1, -1, 0)),
        lambda: array(array_state((2,), U1, raw(b"12")))[2:-1],
        lambda: b")" + b"2\x86" * 60,  # hangs whoever prints, hashes or compares it
    ]

    def push(depth: int) -> bytes:
        if depth == 4:
            return chance.choice(leaves)()
        kind = chance.randrange(9)
        many = b"".join(
            push(depth + 1) for _ in range(chance.choice([0, 1, 1, 2, 3, 4]))
        )
        if kind == 1:
            return b"(" + many + chance.choice([b"t", b"l", b"d", b"\x91"])
        if kind == 2:
            return (
                chance.choice([b"](", b"}(", b"\x8f("])
                + many
                + (chance.choice([b"e", b"u", b"\x90"]))
            )
        if kind in (3, 4, 5):
            made = mention(*chance.choice(calls)) + b"(" + many + b"t"
            made += chance.choice([b"R", b"R", b"R", b"\x81", b"}\x92"])
            if chance.random() < 0.5:
                made += b"q" + bytes([chance.randrange(9)])
            return made
        if kind == 6:
            return push(depth + 1) + push(depth + 1) + b"b"
        if kind == 7:
            return push(depth + 1) + push(depth + 1) + push(depth + 1) + b"s"
        return chance.choice(leaves)()

    # Something in the memo for the "h" above to find.
    start = b"".join(
        chance.choice(leaves[:7])() + b"q" + bytes([key]) + b"0" for key in range(9)
    )
    return b"\x80\x04" + start + push(0) + b"."


def test_random_programs() -> None:
    """Allowed calls with arguments of every wrong type, in any order."""
    names = [
        (module, name)
        for module in ("builtins", "copyreg", "collections", "_codecs", "numpy")
        for name in (
            *("getattr", "type", "object", "list", "tuple", "set", "frozenset", "dict"),
            *("bytes", "bytearray", "int", "float", "bool", "complex", "str", "range"),
            *("slice", "encode", "OrderedDict", "defaultdict", "deque", "Counter"),
            *("_reconstructor", "__newobj__", "__newobj_ex__", "dtype"),
        )
        if not verdict(Name(module, name)).startswith("refused")
    ]
    names += [
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy.core.multiarray", "scalar"),
        ("numpy.core.numeric", "_frombuffer"),
        ("numpy.core", "_ufunc_reconstruct"),
        ("numpy.ma.core", "_mareconstruct"),
        ("numpy.random._pickle", "__generator_ctor"),
        ("numpy.random._pickle", "__bit_generator_ctor"),
        ("dill._dill", "_create_array"),
        ("dill._dill", "_load_type"),
        ("functools", "partial"),
        ("joblib.numpy_pickle", "NumpyArrayWrapper"),
        ("joblib.numpy_pickle", "NDArrayWrapper"),
        ("joblib.numpy_pickle", "ZNDArrayWrapper"),
        ("sklearn.tree._tree", "Tree"),
        ("sklearn.utils", "Bunch"),
        ("sklearn.neighbors._kd_tree", "newObj"),
        ("sklearn._loss._loss", "__pyx_unpickle_CyHalfBinomialLoss"),
    ]
    assert len(names) > 35
    count = int(os.environ.get("TREECOMPILE_FUZZ", "3000"))
    chance = random.Random(int(os.environ.get("TREECOMPILE_SEED", "0")))
    read = 0
    for _ in range(count):
        data = random_program(chance, names)
        try:
            look_at(read_bytes(data).root)
            read += 1
        except UnreadableFile as error:
            assert "not known (" not in str(error), f"{error}: {data!r}"
        except BaseException:
            print(repr(data))
            raise
    assert read > count / 20


def test_messages_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "bad\x1b[31m.pkl"
    path.write_bytes(call("os", "system", COMMAND) + b".")
    with pytest.raises(UnreadableFile) as caught:
        read_file(path)
    assert re.search(r"bad\\x1b\[31m\.pkl: .*os\.system", str(caught.value))
    assert str(caught.value).isprintable()


# Numbers that announce more than the file holds, behind the reader


def announce(model: Any, name: str, attribute: str, value_: Any) -> ModelFile:
    """What is read of a model, with one number of its first ``name`` forged."""
    file = read_bytes(pickle.dumps(model))
    todo: list[Any] = [file.root]
    while todo:
        part = todo.pop(0)
        if isinstance(part, Record):
            if part.name == name:
                part.attributes[attribute] = value_
                return file
            todo.extend(part.attributes.values())
        elif isinstance(part, (list, tuple)):
            todo.extend(part)
    raise AssertionError(name)


def file_of(model: Any) -> Any:
    return read_bytes(pickle.dumps(model)).root


def test_parts_that_hold_themselves() -> None:
    """Once, twice, and each of many the next one twice."""
    numbers = np.arange(60.0).reshape(12, 5) % 7
    tree = DecisionTreeClassifier(max_depth=2).fit(numbers, ["a", "b"] * 6)
    union = Record(Name("sklearn.pipeline", "FeatureUnion"))
    for times in (1, 2):
        union.attributes["transformer_list"] = [("again", union)] * times
        file = read_bytes(pickle.dumps(make_pipeline(MinMaxScaler(), tree)))
        file.root["steps"][:] = [("union", union), ("tree", file_of(tree))]
        with pytest.raises(UnsupportedModel):
            lower(file)
    inner: Any = file_of(tree)
    for _ in range(30):
        outer = Record(Name("sklearn.ensemble._voting", "VotingClassifier"))
        outer.attributes.update(
            estimators=[("a", inner), ("b", inner)],
            estimators_=[inner, inner],
            classes_=np.array([0, 1]),
            voting="hard",
        )
        inner = outer
    file.root["steps"][:] = [("model", inner)]
    with pytest.raises(UnsupportedModel):
        lower(file)


@pytest.mark.parametrize(
    "name, attribute, forged, words",
    [
        ("DecisionTreeClassifier", "n_features_in_", 10**6, "names none"),
        ("PolynomialFeatures", "degree", 10**9, "degree"),
        ("PolynomialFeatures", "degree", 60, "factors"),
        ("KBinsDiscretizer", "n_bins_", np.array([10**9] * 5), "n_bins_"),
        ("OneHotEncoder", "_default_to_infrequent_mappings", "codes", "infrequent"),
    ],
)
def test_numbers_behind_the_reader(
    name: str, attribute: str, forged: Any, words: str
) -> None:
    numbers = np.arange(60.0).reshape(12, 5) % 7
    tree = DecisionTreeClassifier(max_depth=2).fit(numbers, ["a", "b"] * 6)
    model: Any = tree
    if name == "PolynomialFeatures":
        model = make_pipeline(PolynomialFeatures(), tree).fit(numbers, ["a", "b"] * 6)
    elif name == "KBinsDiscretizer":
        bins = KBinsDiscretizer(2, strategy="uniform")
        model = make_pipeline(bins, tree).fit(numbers, ["a", "b"] * 6)
    elif name == "OneHotEncoder":
        encoder = OneHotEncoder(min_frequency=2)
        model = make_pipeline(encoder, tree).fit(numbers, ["a", "b"] * 6)
        known = encoder.categories_
        forged = [np.full(len(each), 2**31) for each in known]
    with pytest.raises(UnsupportedModel, match=words):
        lower(announce(model, name, attribute, forged))
