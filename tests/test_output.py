"""What a command writes, and where: never over its inputs, whole or not at all, and with
one message where a standard stream is closed or full."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sklearn.preprocessing import LabelEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from treecompile import cli, compile_model, verify
from treecompile.errors import BadSchema, TreecompileError
from treecompile.table import columns_of_csv
from treecompile.targets.python.text import identifiers
from treecompile.visible import is_visible, printable

FITTED = DecisionTreeClassifier().fit([[0.0], [1.0]], ["a", "b"])
SCHEMA = {"type": "object", "properties": {"x0": {"type": "number"}}}
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="as Linux has it")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one file of each kind that a command reads."""
    monkeypatch.chdir(tmp_path)
    for name, held in (
        ("model.pkl", FITTED),
        ("scaler.pkl", StandardScaler().fit([[0.0], [1.0]])),
        ("encoders.pkl", {"x": LabelEncoder().fit(["p", "q"])}),
        ("labels.pkl", LabelEncoder().fit(["no", "yes"])),
        ("names.pkl", ["age"]),
    ):
        Path(name).write_bytes(pickle.dumps(held))
    Path("numbers.pkl").write_bytes(
        pickle.dumps(DecisionTreeClassifier().fit([[0.0], [1.0]], [0, 1]))
    )
    Path("data.csv").write_text("x0\n0.5\n1\n")
    Path("schema.json").write_text(json.dumps(SCHEMA))
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """A line of bash, in which T is the command."""
    line = line.replace("T ", f"{sys.executable} -m treecompile ")
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, check=False
    )


# --- Never over an input --------------------------------------------------------------

#: An input, and the command that reads it: its output would go to OUT.
READS = [
    ("model.pkl", "build model.pkl -o OUT"),
    ("data.csv", "build model.pkl --data data.csv -o OUT"),
    ("schema.json", "build model.pkl --schema schema.json -o OUT"),
    ("encoders.pkl", "build model.pkl --encode x0=encoders.pkl -o OUT"),
    ("encoders.pkl", "build model.pkl --encode x0=encoders.pkl['x'] -o OUT"),
    ("scaler.pkl", "build model.pkl --preprocess scaler.pkl -o OUT"),
    ("labels.pkl", "build numbers.pkl --labels labels.pkl -o OUT"),
    ("names.pkl", "build model.pkl --names names.pkl -o OUT"),
    ("data.csv", "schema data.csv -o OUT"),
    ("model.pkl", "schema model.pkl -o OUT"),
    ("scaler.pkl", "schema model.pkl --preprocess scaler.pkl -o OUT"),
    ("names.pkl", "schema model.pkl --names names.pkl -o OUT"),
    ("encoders.pkl", "schema model.pkl --encode x0=encoders.pkl['x'] -o OUT"),
]


def itself(path: Path) -> str:
    return path.name


def spelled_otherwise(path: Path) -> str:
    return f"{path.parent}/../{path.parent.name}/./{path.name}"


def symbolic_link(path: Path) -> str:
    os.symlink(path, "link")
    return "link"


def link_to_a_link(path: Path) -> str:
    os.symlink(path.name, "link")
    os.symlink("link", "second")
    return "second"


def hard_link(path: Path) -> str:
    os.link(path, "link")
    return "link"


WAYS: list[Callable[[Path], str]] = [
    itself,
    spelled_otherwise,
    symbolic_link,
    link_to_a_link,
    hard_link,
]


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "out"])
def test_standard_output_by_its_name_is_no_file_to_replace(
    name: str, tmp_path: Path
) -> None:
    model = Path(__file__).parents[1] / "examples" / "iris" / "model.pkl"
    for command in (f"build {model}", f"schema {model}"):
        line = f"{sys.executable} -m treecompile {command} -o"
        line = f"(echo before; {line} {name}; echo after) > out"
        subprocess.run(["bash", "-c", line], cwd=tmp_path, check=True)
        lines = (tmp_path / "out").read_text().splitlines()
        assert (lines[0], lines[-1]) == ("before", "after") and len(lines) > 10


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("read", "line"), READS, ids=[line for _, line in READS])
def test_no_command_overwrites_what_it_reads(
    folder: Path, read: str, line: str, way: Callable[[Path], str]
) -> None:
    output = way(folder / read)
    before = contents(folder)
    words = line.replace("OUT", output).split()
    result = CliRunner().invoke(cli.main, words)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert read in result.stderr and "would be lost" in result.stderr
    assert contents(folder) == before
    # The advice: another name.
    words[-1] = "another"
    assert CliRunner().invoke(cli.main, words).exit_code == 0
    assert contents(folder).items() >= before.items()


@ON_LINUX
@pytest.mark.parametrize(
    "line",
    [
        "T build - -o model.pkl < model.pkl",
        "T schema - -o data.csv < data.csv",
        "T build model.pkl >> model.pkl",
        "T schema data.csv 1<> data.csv",
        "T verify model.pkl model.pkl >> model.pkl",
    ],
)
def test_nor_through_redirections(folder: Path, line: str) -> None:
    before = contents(folder)
    done = shell(line)
    assert done.returncode == 2 and "is the same file" in done.stderr
    assert contents(folder) == before


def test_nor_an_array_that_an_old_joblib_left_beside_it(folder: Path) -> None:
    (folder / "model.pkl_01.npy").write_bytes(b"an array")
    result = CliRunner().invoke(
        cli.main, ["build", "model.pkl", "-o", "model.pkl_01.npy"]
    )
    assert result.exit_code == 2
    assert (folder / "model.pkl_01.npy").read_bytes() == b"an array"


@ON_LINUX
def test_a_device_may_be_both(folder: Path) -> None:
    assert (
        shell("T build model.pkl -o /dev/null < /dev/null > /dev/null").returncode == 0
    )


@ON_LINUX
def test_a_pipe_that_has_a_name_is_written_to(folder: Path) -> None:
    done = shell("T build model.pkl -o /dev/stdout | cat")
    assert done.stderr == "" and done.stdout.startswith('"""')


# --- Whole or not at all --------------------------------------------------------------


@ON_LINUX
@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("SIGTERM", "os.chmod"),
        ("SIGINT", "os.chmod"),
        ("SIGHUP", "os.replace"),
        ("SIGTERM", "os.unlink"),
    ],
)
def test_a_signal_leaves_nothing_half_written(
    folder: Path, name: str, moment: str
) -> None:
    """Sent in the middle of writing, and again while what was begun is taken back."""
    code = f"""
import os, signal, sys
import treecompile.cli as cli
if "{name}" != "SIGINT":  # the tests themselves may run where it is ignored (nohup)
    signal.signal(signal.{name}, signal.SIG_DFL)
sys.argv = ["treecompile", "build", "model.pkl", "-o", "scorer.py"]
real = {moment}
def slow(*arguments):
    os.kill(os.getpid(), signal.{name})
    return real(*arguments)
{moment} = slow
if {moment!r} == "os.unlink":
    def first(*arguments):
        os.kill(os.getpid(), signal.{name})
    os.chmod = first
cli.main()
"""
    before = contents(folder)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    after = contents(folder)
    if moment == "os.replace":  # it comes too early or too late, and never between
        after.pop("scorer.py", None)
    assert after == before
    number = getattr(signal, name)
    assert done.returncode == (1 if name == "SIGINT" else -number)
    assert "Traceback" not in done.stderr


@ON_LINUX
def test_what_is_ignored_stays_ignored(folder: Path) -> None:
    code = """
import os, signal, sys
import treecompile.cli as cli
sys.argv = ["treecompile", "build", "model.pkl", "-o", "scorer.py"]
signal.signal(signal.SIGHUP, signal.SIG_IGN)
real = os.chmod
def slow(*arguments):
    os.kill(os.getpid(), signal.SIGHUP)
    return real(*arguments)
os.chmod = slow
cli.main()
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert "scorer.py" in contents(folder)


# --- Standard streams -----------------------------------------------------------------

#: A line of bash, the exit code, and what is on standard error.
STREAMS = [
    *(
        (f"T {command} {where}", 1, f"Error: Cannot write to standard output: {why}.\n")
        for command in ("build model.pkl", "inspect model.pkl", "--help")
        for where, why in (
            (">&-", "Bad file descriptor"),
            ("> /dev/full", "No space left on device"),
        )
    ),
    ("T build model.pkl -o s.py <&- >&- 2>&-", 0, ""),
    ("T build nowhere.pkl 2> /dev/full", 1, ""),
    ("T build 2> /dev/full", 2, ""),
    ("T build dict.pkl -o s.py 2> /dev/full", 0, ""),  # a note that nobody reads
    ("T build model.pkl | true; exit ${PIPESTATUS[0]}", 1, ""),
    ("T --help | true; exit ${PIPESTATUS[0]}", 1, ""),
    (
        "T build - <&-",
        1,
        "Error: standard input: the file cannot be read: Bad file descriptor\n",
    ),
]


@ON_LINUX
@pytest.mark.parametrize(
    ("line", "code", "words"), STREAMS, ids=[s[0] for s in STREAMS]
)
def test_streams_that_are_closed_or_full(
    folder: Path, line: str, code: int, words: str
) -> None:
    (folder / "dict.pkl").write_bytes(
        pickle.dumps({"model": FITTED, "le": LabelEncoder().fit(["p"])})
    )
    # What is left of the pipe closes before anything is written to it.
    done = shell(line.replace("| true", "| (exec <&-; true)"))
    assert (done.returncode, done.stderr) == (code, words)
    if "-o s.py" in line:
        assert (folder / "s.py").read_text().startswith('"""')


@ON_LINUX
@pytest.mark.parametrize(
    ("where", "same", "other"),
    [("> /dev/full", 2, 1), ("| (exec <&-; true)", 0, 1)],
)
def test_verify_keeps_its_verdict(
    folder: Path, where: str, same: int, other: int
) -> None:
    """2 where the report cannot be written; whoever has read enough has the verdict."""
    shell("T build model.pkl -o scorer.py")
    shell("T build numbers.pkl -o other.py")
    for scorer, code in (("scorer.py", same), ("other.py", other)):
        line = (
            f"T verify model.pkl {scorer} --no-model {where}; exit ${{PIPESTATUS[0]}}"
        )
        done = shell(line)
        assert done.returncode == code and "Traceback" not in done.stderr


def test_letters_that_a_terminal_has_not_are_escaped(folder: Path) -> None:
    Path("m\u00fcll.pkl").write_bytes(pickle.dumps(FITTED))
    done = shell("PYTHONIOENCODING=ascii T inspect m\u00fcll.pkl")
    assert done.returncode == 0 and done.stdout.startswith("m\\xfcll.pkl\n")


# --- Names of files, in what is printed -----------------------------------------------

ODD = "m\x1b[31m\u202e\u3164\n.pkl"


def test_verify_prints_no_name_that_a_terminal_acts_upon(folder: Path) -> None:
    (folder / ODD).write_bytes(pickle.dumps(FITTED))
    scorer = ODD.replace(".pkl", ".py")
    assert CliRunner().invoke(cli.main, ["build", ODD, "-o", scorer]).exit_code == 0
    report = verify(ODD, Path(scorer), load=False)
    for text in (
        str(report),
        CliRunner().invoke(cli.main, ["verify", ODD, scorer]).output,
    ):
        assert all(map(is_visible, text.splitlines()))
        last = text.strip().splitlines()[-1]
        assert last.startswith(r"m\x1b[31m\u202e\u3164\n.py is ")
        assert r"m\x1b[31m\u202e\u3164\n.pkl" in last


@pytest.mark.parametrize(
    "line",
    ["build ODD", "inspect ODD", "schema ODD", "verify ODD ODD", "build -o ODD/x m"],
)
def test_nor_does_any_message(folder: Path, line: str) -> None:
    words = [word.replace("ODD", ODD) for word in line.split()]
    (folder / "m").write_bytes(pickle.dumps(FITTED))
    result = CliRunner().invoke(cli.main, words)
    assert result.exit_code in (1, 2)
    assert all(map(is_visible, result.output.splitlines())), result.output


HIDDEN = (
    "\u3164\u1160\uffa0\u2800\ufe0f\U000e0100\u034f\u17b4\u180b\u00ad\u200d\x1b\u202e"
)


@pytest.mark.parametrize("letter", HIDDEN, ids=ascii)
def test_letters_that_show_nothing_are_escaped(letter: str) -> None:
    assert not is_visible(f"a{letter}b")
    shown = printable(f"a{letter}b")
    assert shown.isascii() and eval(f'"{shown}"') == f"a{letter}b"


@pytest.mark.parametrize(
    "text",
    ["odor", "na\u00efve caf\u00e9", "\u9999\u308a", "\u0e01\u0e34", "\U0001f344"],
)
def test_letters_that_show_something_are_not(text: str) -> None:
    assert is_visible(text) and printable(text) == text


# --- Rows of data ---------------------------------------------------------------------

BAD_ROWS = [
    (b"x0,x1\n1,2\n3\n", "line 3: 1 cell under 2 columns"),
    (b"x0,x1\n1,2\n3,4,5\n", "line 3: 3 cells under 2 columns"),
    (b"x0,x1\n\n1,2\n\n3\n", "line 5: 1 cell under 2 columns"),
    (b'x0,x1\n1,"a\nb"\n3\n', "line 4: 1 cell under 2 columns"),
    (b'x0,x1\n1,"2\n3,4\n', "unexpected end of data"),
    (b"x0," + b"x" * 200_000 + b"\n1,2\n", "line 1: field larger"),
    (b"x0,x1\n1,2\n3,\xe9\n", "line 3: the byte 0xe9 is not UTF-8"),
    ("x0,x1\n1,2\n".encode("utf-16"), "is UTF-16, not UTF-8"),
    (b"x0,x0\n1,2\n", "two columns 'x0'"),
]


@pytest.mark.parametrize(("data", "words"), BAD_ROWS, ids=[w for _, w in BAD_ROWS])
def test_rows_that_are_not_whole_are_named(
    folder: Path, data: bytes, words: str
) -> None:
    Path("bad.csv").write_bytes(data)
    with pytest.raises(BadSchema, match="bad.csv.*" + words):
        columns_of_csv(data, "bad.csv")
    scorer = CliRunner().invoke(cli.main, ["build", "model.pkl"]).stdout
    with pytest.raises(TreecompileError, match="bad.csv.*" + words):
        verify("model.pkl", scorer, data="bad.csv")


def test_what_the_messages_advise_is_taken() -> None:
    """Whole rows; and the text as UTF-8."""
    for data in (b"x0,x1\n1,2\n3,\n", "x0,x1\n1,2\n3,\u00e9\n".encode("utf-8-sig")):
        assert len(columns_of_csv(data, "good.csv")) == 2


def test_a_separator_in_quotes_does_not_part_the_header() -> None:
    columns = columns_of_csv(b'"a;b;c;d",e\n1,2\n', "data.csv")
    assert [each.column.name for each in columns] == ["a;b;c;d", "e"]


# --- In the text of a scorer ----------------------------------------------------------


@pytest.mark.parametrize("letter", HIDDEN, ids=ascii)
def test_a_scorer_holds_no_letter_that_shows_nothing(letter: str) -> None:
    """In no name of a variable, literal, comment or docstring."""
    x = [[float(i), float(j)] for i in range(3) for j in range(3)]
    labels = [f"{letter}{int(a > b)}" for a, b in x]
    names = [letter, f"b{letter}c"]
    source = compile_model(
        DecisionTreeClassifier().fit(x, labels), names=names, columns="all"
    )
    assert all(map(is_visible, source.splitlines()))
    space: dict[str, Any] = {"__name__": "scorer"}
    exec(source, space)
    assert space["COLUMNS"] == tuple(names)
    assert space["predict"](dict(zip(names, x[1]))) == labels[1]
    assert all(map(is_visible, identifiers(names)))
