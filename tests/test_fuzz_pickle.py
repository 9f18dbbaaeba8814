"""The reader has pickle's semantics: random programs, and what they once found.

TREECOMPILE_FUZZ sets how many; ``python -m tests.fuzz_pickle --seconds 600`` goes on.
"""

from __future__ import annotations

import os
import pickle

import fuzz_pickle
import pytest

from treecompile import UnreadableFile
from treecompile.read import read_bytes

COUNT = int(os.environ.get("TREECOMPILE_FUZZ", "20000")) // 4
THING = b"csklearn.tree._classes\nDecisionTreeClassifier\n"


@pytest.mark.parametrize("seed", range(2))
def test_random_pickles_make_the_same(seed: int) -> None:
    report = fuzz_pickle.run(COUNT, None, seed)
    text = "\n".join(f"{data}: {problem}" for data, problem in report["problems"])
    assert not report["problems"], text
    assert report["read"] > COUNT / 25


SAME = {
    "a state that is changed later": THING
    + b")\x81}\x94\x8c\x01aK\x01sbh\x00\x8c\x01bK\x02s\x86.",
    "one state of two objects": b"}\x94"
    + THING
    + b")\x81h\x00b"
    + THING
    + b")\x81h\x00b\x87.",
    "a list that is made, not called": b"cbuiltins\nlist\n(K\x01K\x02l\x85\x81.",
    "a list that is called": b"cbuiltins\nlist\n(K\x01K\x02l\x85R.",
    "a set without its items": b"cbuiltins\nset\n(K\x01l\x85\x81.",
    "a list of old": b"(i__builtin__\nlist\n.",
    "a list in a tuple of old": b"(K\x01(i__builtin__\nlist\nt.",
    "an octal escape": b"S'\\101\\x42\\n\\q'\n.",
    "a text of two quotes": b'S"it\'s"\n.',
    "a view of a buffer": b"\x96\x02\x00\x00\x00\x00\x00\x00\x00xy\x98.",
}


@pytest.mark.parametrize("name", SAME)
def test_what_pickle_makes_is_made(name: str) -> None:
    assert fuzz_pickle.compared(SAME[name]) is None


REFUSED = {
    "an octal number": b"I010\n.",
    "a number with a blank": b"I 1\n.",
    "a number with a sign": b"I+1\n.",
    "a number with an underscore": b"I1_0\n.",
    "no number": b"L--5L\n.",
    "too large a number": b"F1e999\n.",
    "a place below zero": b"Np-1\n.",
    "half an escape": b"S'\\x4'\n.",
    "a backslash at the end": b"S'a\\'\n.",
    "text behind a text": b"S'a' \n.",
    "an item of an estimator": THING + b")\x81\x8c\x01aK\x01s.",
    "an end of an estimator": THING + b")\x81K\x01a.",
    "two states": THING + b")\x81}b}b.",
    "a state of a list": b"]}b.",
    "a count of pairs": b"ccollections\nCounter\n(\x8c\x01aK\x01\x86l\x85R.",
    "a short deque": b"ccollections\ndeque\n)K\x01\x86R(K\x01K\x02e.",
    "text in bytes": b"c_codecs\nencode\nX\x02\x00\x00\x00\xc3\xa9\x85R.",
    "a function that is not a class": b"c_codecs\nencode\n\x8c\x01a\x8c\x06latin1\x86\x81.",
    "an array in itself": b"cnumpy._core.multiarray\n_reconstruct\ncnumpy\nndarray\n"
    b"K\x00\x85C\x01b\x87R\x94(K\x01K\x01\x85cnumpy\ndtype\n\x8c\x02O8\x89\x88\x87R"
    b"(K\x03\x8c\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89]h\x00atb.",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_pickle_refuses_or_makes_otherwise_is_refused(name: str) -> None:
    with pytest.raises(UnreadableFile):
        read_bytes(REFUSED[name])


def test_the_fuzzer_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that kept the state that it is given would be noticed."""
    from treecompile.read import machine

    def shares(self: machine.Machine, record: machine.Record, state: object) -> None:
        record.attributes = state if type(state) is dict else {}

    monkeypatch.setattr(machine.Machine, "set_state", shares)
    report = fuzz_pickle.run(COUNT, None, 0)
    assert report["problems"]
    assert fuzz_pickle.compared(SAME["a state that is changed later"])
    assert pickle.loads(b"N.") is None
