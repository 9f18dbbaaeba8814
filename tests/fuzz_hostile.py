"""Files that are made to exhaust their reader: python fuzz_hostile.py --seconds N.

Each input is a file of one of the formats, or the part of one that its library wrote (an
XGBoost payload, the text of LightGBM, ...), put into a file that holds it. It is read,
looked at, lowered, folded and written, as `inspect` and `build` do. What comes of it is a
scorer or a TreecompileError, within the memory and the time that are promised.

With atheris installed, what is tried next is led by the code that was reached (on Linux,
with a corpus in --corpus FOLDER); without it, seeds are damaged at random.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import pickle
import random
import resource
import signal
import struct
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SECONDS = 10  # of the processor, that one file may take
MEMORY = 512 << 20  # that one file may take
LARGEST_SEED = 60_000


# --- From the bytes of an input to a file --------------------------------------------


class _Instance:
    """Pickled as an instance of a class by name, with this state."""

    def __init__(self, module: str, name: str, state: Any) -> None:
        self.module, self.name, self.state = module, name, state


class _Pickler(pickle._Pickler):  # type: ignore[name-defined, misc]
    """Writes instances of classes that are not there."""

    def save(self, thing: Any, save_persistent_id: bool = True) -> None:
        if not isinstance(thing, _Instance):
            super().save(thing, save_persistent_id)
            return
        self.write(f"c{thing.module}\n{thing.name}\n)R".encode())
        self.memoize(thing)
        super().save(thing.state)
        self.write(b"b")


def pickled(module: str, name: str, state: dict[str, Any]) -> bytes:
    """A pickle of an instance of a class, which need not be there."""
    stream = io.BytesIO()
    _Pickler(stream, 4).dump(_Instance(module, name, state))
    return stream.getvalue()


def booster(package: str, key: str, handle: Any) -> _Instance:
    module = {"xgboost": "xgboost.core", "lightgbm": "lightgbm.basic"}[package]
    return _Instance(module, "Booster", {key: handle, "best_iteration": -1})


def of_xgboost(payload: bytes) -> bytes:
    state = {"_Booster": booster("xgboost", "handle", bytearray(payload))}
    return pickled("xgboost.sklearn", "XGBClassifier", {"n_classes_": 2, **state})


def of_lightgbm(payload: bytes) -> bytes:
    text = payload.decode("latin-1")
    state = {"_Booster": booster("lightgbm", "_handle", text)}
    return pickled("lightgbm.sklearn", "LGBMRegressor", {"fitted_": True, **state})


def of_catboost(payload: bytes) -> bytes:
    body = b"CBM1" + struct.pack("<I", len(payload)) + payload
    return pickled("catboost.core", "CatBoostRegressor", {"__model": body})


def of_skops(schema: bytes, **members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("schema.json", schema)
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def of_npy(data: bytes) -> bytes:
    node = {
        "__module__": "numpy",
        "__class__": "ndarray",
        "__loader__": "NdArrayNode",
        "type": "numpy",
        "file": "a.npy",
        "protocol": 2,
    }
    return of_skops(json.dumps(node).encode(), **{"a.npy": data})


KINDS: tuple[Callable[[bytes], bytes], ...] = (
    lambda data: data,
    of_xgboost,
    of_lightgbm,
    of_catboost,
    of_skops,
    of_npy,
    lambda data: gzip.compress(data, 1),
)


def file_of(data: bytes) -> bytes:
    """The file that an input stands for: its first byte says of which kind."""
    return KINDS[data[0] % len(KINDS)](data[1:]) if data else b""


# --- Seeds ------------------------------------------------------------------------------


def seeds() -> list[bytes]:
    """Small real files of every kind, and the parts of them."""
    from treecompile.errors import TreecompileError
    from treecompile.read import read_bytes

    folders = ("read_files", "old_versions", "old_boosters", "catboost_versions")
    endings = (".pkl", ".joblib", ".skops", ".pickle")
    paths = [
        path
        for folder in folders
        for path in sorted((HERE / folder).rglob("*"))
        if path.suffix in endings and path.stat().st_size < LARGEST_SEED
    ]
    found = []
    for path in paths:
        data = path.read_bytes()
        found.append(b"\0" + data)
        try:
            root = read_bytes(data).root
        except TreecompileError:
            continue
        found += _parts(root)
        if data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                names = archive.namelist()
                found.append(b"\4" + archive.read("schema.json"))
                found += [b"\5" + archive.read(n) for n in names if ".npy" in n][:3]
    return found


def _parts(root: Any) -> list[bytes]:
    """The payload of a booster, as an input of its own."""
    if not hasattr(root, "attributes"):
        return []
    model = root.get("__model")
    inner = root.get("_Booster", root)
    handle = getattr(inner, "attributes", {}).get("handle")
    text = getattr(inner, "attributes", {}).get("_handle", handle)
    if isinstance(model, (bytes, bytearray)):
        return [b"\3" + bytes(model[8:])]
    if isinstance(handle, (bytes, bytearray)):
        return [b"\1" + bytes(handle)]
    return [b"\2" + text.encode("latin-1", "replace")] if isinstance(text, str) else []


# --- One input --------------------------------------------------------------------------


class Exhausted(BaseException):
    """A file takes more time or memory than it may."""


def _late(*_: Any) -> None:
    raise Exhausted(f"it takes more than {SECONDS} s")


def peak() -> int:
    """The most memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def one(data: bytes) -> None:
    """Reads, looks at and compiles the file that an input stands for."""
    from treecompile.emit import emit
    from treecompile.errors import TreecompileError, not_too_deep
    from treecompile.fold import fold
    from treecompile.lower import lower
    from treecompile.overview import overview
    from treecompile.overview_text import as_text
    from treecompile.read import read_bytes

    file = file_of(data)
    before = peak()
    for work in (
        lambda: as_text(overview(read_bytes(file, lenient=True)), "FILE"),
        lambda: emit(fold(lower(read_bytes(file))), False),
    ):
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            with not_too_deep():
                work()
        except TreecompileError as error:
            if "not known (" in str(error):  # the last resort: a check is missing
                raise AssertionError(str(error)) from error
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    if peak() > max(before, MEMORY):
        raise Exhausted(f"it takes {peak() >> 20} MB")


# --- Many inputs ------------------------------------------------------------------------


def random_inputs(seconds: float, seed: int, count: int | None = None) -> int:
    """Damages seeds at random, until the time is over; how many were tried."""
    from fuzz import mutated

    chance, known, tried = random.Random(seed), seeds(), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end and (count is None or tried < count):
        seed_ = chance.choice(known)
        same = [other for other in known[:400] if other[:1] == seed_[:1]] or [seed_]
        data = seed_[:1] + mutated(seed_[1:], same, chance)
        try:
            one(data)
        except BaseException:
            _keep(data)
            raise
        tried += 1
    return tried


def _keep(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(prefix="hostile-", delete=False) as stream:
        stream.write(data)
    print(f"{stream.name}: python {sys.argv[0]} {stream.name}", file=sys.stderr)


def led_by_coverage(seconds: int, corpus: str) -> None:
    """The same by atheris, which ends the process."""
    import atheris  # type: ignore[import-not-found, unused-ignore]

    with atheris.instrument_imports(include=["treecompile"]):
        import treecompile.emit
        import treecompile.fold
        import treecompile.lower
        import treecompile.overview
        import treecompile.overview_text  # noqa: F401
    folder = Path(corpus)
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds()):
        if len(data) < 20_000:
            (folder / f"seed-{number:05}").write_bytes(data)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={3 * SECONDS}",
        "-max_len=20000",
        "-rss_limit_mb=2000",
        f"-artifact_prefix={folder.parent}/",
    ]
    atheris.Setup([sys.argv[0], *options, str(folder)], one)
    atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inputs", nargs="*", help="inputs to try again")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--corpus", help="where atheris keeps what it found")
    given = parser.parse_args()
    signal.signal(signal.SIGVTALRM, _late)
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    for path in given.inputs:
        one(Path(path).read_bytes())
    if given.inputs:
        return
    if given.corpus:
        led_by_coverage(given.seconds, given.corpus)
    tried = random_inputs(given.seconds, given.seed)
    print(f"{tried:,} files, each ended in time")


if __name__ == "__main__":
    main()
