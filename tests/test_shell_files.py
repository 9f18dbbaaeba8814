"""``python scorer.py``: the files that it writes and reads, and what it says of them."""

from __future__ import annotations

import ast
import contextlib
import gzip
import importlib.util
import io
import json
import os
import pty
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest
from runners import load
from test_shell import FLOWERS, HEADER, IRIS, KINDS, RECORDS, answers, run

from treecompile.targets.python.text import OWN_NAMES

GOLDEN = Path(__file__).parent / "golden"
MAIN = Path(__file__).parents[1] / "templates" / "python" / "main.py"


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A line of bash, in which S is the scorer."""
    line = line.replace("S ", f"{sys.executable} -I -S {IRIS} ")
    done = subprocess.run(
        ["bash", "-c", line], cwd=folder, capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "f.csv").write_text(FLOWERS + "wide,1\n")
    return tmp_path


# --- What is written ------------------------------------------------------------------

WRITTEN = '"versicolor"\n"setosa"\nnull\n'


def test_standard_output_by_its_name_is_no_file_to_replace(folder: Path) -> None:
    for name in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "out"):
        shell(f"(echo before; S f.csv -o {name}; echo after) > out", folder)
        assert (folder / "out").read_text() == f"before\n{WRITTEN}after\n"
    assert shell("S f.csv -o /dev/stdout | cat", folder).stdout == WRITTEN


def test_a_dash_is_standard_output_and_no_file(folder: Path) -> None:
    assert shell("S f.csv -o -", folder).stdout == WRITTEN
    done = shell("S f.csv -o out --errors -", folder)
    assert [json.loads(line)["line"] for line in done.stdout.splitlines()] == [4]
    done = shell("S f.csv --errors -", folder)
    assert done.returncode == 2 and "must be different files" in done.stderr
    assert sorted(p.name for p in folder.iterdir()) == ["f.csv", "out"]


def test_what_cannot_be_opened_is_called_as_it_was_given(folder: Path) -> None:
    done = shell("S f.csv -o none/out", folder)
    path = folder.resolve() / "none" / "out"
    assert done.stderr == f"cannot write {path}: No such file or directory\n"
    done = shell("S none.csv", folder)
    assert done.stderr.endswith("cannot read none.csv: No such file or directory\n")
    assert done.returncode == 2


def test_standard_error_by_its_name_is_not_emptied(folder: Path) -> None:
    shell("(echo before >&2; S f.csv --errors /dev/stderr) 2> err", folder)
    lines = (folder / "err").read_text().splitlines()
    assert lines[0] == "before" and lines[-1] == "2 scored, 1 refused"
    assert json.loads(next(text for text in lines if text[0] == "{"))["line"] == 4


def test_a_file_keeps_its_permissions(folder: Path) -> None:
    out = folder / "out"
    for mode in (0o600, 0o664):
        out.touch()
        out.chmod(mode)
        shell("umask 022; S f.csv -o out", folder)
        assert stat.S_IMODE(out.stat().st_mode) == mode
    shell("umask 027; S f.csv -o new --errors log", folder)
    assert stat.S_IMODE((folder / "new").stat().st_mode) == 0o640
    assert sorted(p.name for p in folder.iterdir()) == ["f.csv", "log", "new", "out"]


@pytest.mark.parametrize(
    "line",
    [
        "S f.csv -o same --errors same",
        "S f.csv -o same --errors ./same",
        "touch same; ln -s same link; S f.csv -o same --errors link",
        "cp SCORER own.py; python3 own.py f.csv -o own.py",
        "S f.csv --errors f.csv",
        "S - -o f.csv < f.csv",
        "S f.csv >> f.csv",
    ],
)
def test_files_that_must_be_different(line: str, folder: Path) -> None:
    done = shell(line.replace("SCORER", str(IRIS)), folder)
    assert done.returncode == 2 and "must be different files" in done.stderr
    assert (folder / "f.csv").read_text() == FLOWERS + "wide,1\n"
    for own in folder.glob("own.py"):
        assert own.read_bytes() == IRIS.read_bytes()


def test_a_signal_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("old")
    for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
        line = [sys.executable, "-I", "-S", IRIS, "-", "-o", tmp_path / "out"]
        with subprocess.Popen(line, stdin=-1, stderr=-1) as process:
            assert process.stdin is not None and process.stderr is not None
            process.stdin.write(FLOWERS.encode())
            process.stdin.flush()
            while len(list(tmp_path.iterdir())) == 1:
                time.sleep(0.01)
            process.send_signal(number)
            said = process.stderr.read()
        assert process.returncode == code and b"Traceback" not in said
        assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


# --- At a terminal --------------------------------------------------------------------


def test_a_terminal_is_told_how_far_it_is_and_interrupts(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    line = [sys.executable, "-I", "-S", IRIS, "-", "-o", tmp_path / "out"]
    with subprocess.Popen(line, stdin=-1, stderr=slave) as process:
        os.close(slave)
        assert process.stdin is not None
        said = b""
        while b" rows\r" not in said:
            process.stdin.write(FLOWERS.encode() if not said else b"1,1\n" * 40_000)
            process.stdin.flush()
            said += (
                b"." if not said else os.read(master, 4096) if ready(master) else b""
            )
        process.send_signal(signal.SIGINT)
        while b"interrupted" not in said:
            said += os.read(master, 4096)
    os.close(master)
    assert process.returncode == 130 and b"Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def ready(handle: int) -> bool:
    import select

    return bool(select.select([handle], [], [], 0.05)[0])


def test_records_from_a_terminal_are_announced_and_answered() -> None:
    master, slave = pty.openpty()
    line = [sys.executable, "-I", "-S", IRIS, "-"]
    with subprocess.Popen(line, stdin=slave, stderr=slave, stdout=-1) as process:
        os.close(slave)
        said = b""
        while b"Ctrl-D" not in said:
            said += os.read(master, 4096)
        os.write(master, FLOWERS.encode() + b"\x04")
        assert process.stdout is not None
        found = process.stdout.read().decode()
    os.close(master)
    assert list(map(json.loads, found.splitlines())) == KINDS


# --- JSON -----------------------------------------------------------------------------

A, B = map(json.dumps, RECORDS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"[{A},{B}]\n[1]", "line 1: there is more behind the end of the array"),
        (f"[{A},{B}]\n\n{A}", "line 1: there is more"),
        (f"[{A}\n{B}]", "line 2: it is not JSON: Expecting ',' or ']'"),
        (f"[{A},\n,{B}]", "line 2: it is not JSON: Expecting value"),
        (f"[,{A}]", "line 1: it is not JSON: Expecting value"),
        (f"[{A},{B},\n]", "line 2: it is not JSON: Expecting value"),
        (f"[{A},\n{B}", "line 2: it is not JSON"),
        (f'[{A},\n{{"x": "y', "line 2: it is not JSON: Unterminated string"),
        (f"[{A}, 1 2]", "line 1: it is not JSON: Expecting ',' or ']'"),
        ("[" * 100_000, "line 1: it is not JSON"),
    ],
)
def test_an_array_is_strict_json(text: str, words: str) -> None:
    done = run(IRIS, "-", stdin=text)
    assert done.returncode == 1 and words in done.stderr, done.stderr


def test_an_empty_array_holds_no_rows() -> None:
    for text in ("[]", " [\n ]\n", "\n\n[]"):
        done = run(IRIS, "-", stdin=text)
        assert (done.returncode, done.stdout) == (0, "")
        assert done.stderr == "0 scored, 0 refused\n"


@pytest.fixture(scope="module")
def main() -> ModuleType:
    spec = importlib.util.spec_from_file_location("scorer_main", MAIN)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class InPieces(io.StringIO):
    """A stream that gives few letters at a time."""

    encoding = "utf-8"
    few = 1

    def read(self, size: int | None = -1) -> str:
        return super().read(self.few if size is None or size > 0 else size)


def test_an_array_may_be_cut_anywhere(main: ModuleType) -> None:
    values = [{"a": [1.5e-7, -0.25, 'x]\\",é\n'], "b": {"c": None}}, 123456, "[", True]
    for text in (json.dumps(values), json.dumps(values, indent=2, ensure_ascii=False)):
        for few in (1, 2, 3, 7, 50):
            stream = InPieces(text)
            stream.few = few
            found = list(main._json_array(stream.read(1), stream, 1))
            assert [value for _, value in found] == values
            assert found[-1][0] == (1 if "\n" not in text else text.count("\n"))


# --- CSV ------------------------------------------------------------------------------


def test_large_integers_are_refused_as_in_json() -> None:
    numbers = [
        "9007199254740992",
        "9007199254740993",
        "-9007199254740993",
        "1" + "0" * 30,
    ]
    data = HEADER + "".join(
        f"{number},1\n" for number in [*numbers, "9007199254740993.0"]
    )
    done = run(IRIS, "-", stdin=data)
    assert answers(done) == ["virginica", None, None, None, "virginica"]
    assert done.stderr.count("up to 2**53") == 3


def test_a_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    text = "\ufeff" + FLOWERS
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le"):
        data = text.encode(encoding)
        done = run(IRIS, "-", "--encoding", encoding, stdin=data)
        assert answers(done) == KINDS, done.stderr
    for line in (RECORDS, RECORDS[0]):
        done = run(IRIS, "-", stdin="\ufeff" + json.dumps(line))
        assert answers(done) == KINDS[: len(answers(done))] and done.returncode == 0


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("", [], "it is empty"),
        ("\n \n", [], "it is empty"),
        ("petal length (cm)#petal width (cm)\n1#2\n", [], "another --delimiter?"),
        (FLOWERS, ["--delimiter", ";"], "another --delimiter?"),
        (
            "petal length (cm);petal width (cm)\n4,9;1\n",
            [],
            "numbers with a decimal comma are read with --decimal ,",
        ),
        ("petal length (cm),petal length (cm)\n", [], "there are two columns"),
        ("a,b\n1,2\n", [], "Missing columns"),
    ],
)
def test_a_file_of_another_form_gets_advice(
    text: str, options: list[str], words: str
) -> None:
    done = run(IRIS, "-", *options, stdin=text)
    assert done.returncode == 1 and words in done.stderr, done.stderr


SAME = {
    "quoted commas": '"a,b,c,d";petal length (cm);petal width (cm)\n1;4.9;1.6\n2;1.4;0.2\n',
    "SEP": "SEP=;\n" + FLOWERS.replace(",", ";"),
    "sep in quotes": '"sep=;"\r\n' + FLOWERS.replace(",", ";"),
    "blank lines": "\n  \n" + FLOWERS.replace("\n", "\n  \n\t\n"),
    "one record on several lines": json.dumps(RECORDS[0], indent=2),
}


@pytest.mark.parametrize("way", SAME)
def test_more_ways_to_write_the_same(way: str) -> None:
    done = run(IRIS, "-", stdin=SAME[way])
    found = answers(done)
    assert found and found == KINDS[: len(found)] and done.returncode == 0, done.stderr


def test_lines_are_counted_from_the_top_of_the_file() -> None:
    text = "sep=;\n\n" + FLOWERS.replace(",", ";") + '"\n";1\n\n  \nwide;1\n'
    done = run(IRIS, "-", stdin=text)
    assert answers(done) == [*KINDS, None, None]
    assert "line 6: " in done.stderr and "line 10: " in done.stderr, done.stderr


def test_an_empty_cell_of_an_only_column_is_a_row(main: ModuleType) -> None:
    class Options:
        delimiter, decimal = None, "."

    rows = main._csv_rows("x\n", InPieces('1\n\n""\n  \n2\n'), 1, Options)
    assert next(rows) == ["x"]
    assert [(line, cells) for line, _, cells in rows] == [
        (2, ["1"]),
        (4, [""]),
        (6, ["2"]),
    ]


def test_a_gzip_that_is_none_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "f.gz"
    for data in (b"\x1f\x8b", b"\x1f\x8b" + b"x" * 50, gzip.compress(b"x" * 99)[:-9]):
        path.write_bytes(data)
        done = run(IRIS, path)
        assert done.returncode == 1 and "cannot be read to its end" in done.stderr


@pytest.mark.parametrize(
    "path", sorted([IRIS, *GOLDEN.glob("*/scorer.py")]), ids=lambda p: p.parent.name
)
def test_the_command_line_takes_no_name_of_the_scorer(path: Path) -> None:
    names = defined_in(path)
    assert len(set(names)) == len(names)


def defined(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = [node.target] if isinstance(node, ast.AnnAssign) else []
    targets += node.targets if isinstance(node, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def test_columns_may_be_called_as_the_tables_of_the_command_line() -> None:
    """Their categories stand in tables, too."""
    constants = [n for n in defined_in(MAIN) if n.startswith("_") and n.isupper()]
    assert constants and set(constants) <= OWN_NAMES


def defined_in(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [name for node in tree.body for name in defined(node)]


def test_it_can_be_called_in_a_process_whose_output_goes_elsewhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scorer = load(IRIS.read_text(encoding="utf-8"))
    monkeypatch.chdir(folder)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        monkeypatch.setattr(sys, "argv", ["scorer.py", "f.csv"])
        assert scorer.main() == 1 and out.getvalue() == WRITTEN
        monkeypatch.setattr(sys, "argv", ["scorer.py", "f.csv", "-o", "out"])
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(scorer.main).result() == 1
    assert (folder / "out").read_text() == WRITTEN
    assert "2 scored, 1 refused" in capsys.readouterr().err
