"""A DecisionTreeRegressor in plain Python: 2 columns in, 2 numbers out.

Compiled by treecompile 0.1.0 from a model of scikit-learn (7 nodes, 4 leaves, depth 2;
sha256 of its file 0123456789abcdef). Do not edit: compile again.
Options: --layout table

A number goes the way that it goes in the model, which rounds it to single precision:
a cut below is the last double that still rounds to the left of the model's threshold.

>>> record = {"x0": 0.5, "x1": 5e-324}
>>> predict(record)
(0.30000000000000004, -0.0)
"""

from __future__ import annotations

from math import isnan, nan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any, TypedDict

    Record = TypedDict(
        "Record",
        {
            "x0": float,
            "x1": float,
        },
    )

__all__ = [
    "COLUMNS",
    "EXAMPLE",
    "FEATURES",
    "LEAVES",
    "MODEL",
    "PREDICTIONS",
    "SCHEMA",
    "InvalidRecord",
    "apply",
    "encode",
    "main",
    "predict",
    "predict_many",
    "score",
    "validate",
]

# What this was compiled from, and by; "digest" is that of the trees themselves.
MODEL: dict[str, Any] = {
    "estimator": "DecisionTreeRegressor",
    "library": "scikit-learn",
    "version": None,
    "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "digest": "34e5c6041ee4f3c22a0f46a4c617dcdd2ec0ffd5aedca54b53bec16473bb1eb3",
    "treecompile": "0.1.0",
    "stamp": {},
}
COLUMNS = ("x0", "x1")
FEATURES = COLUMNS

# What each column may hold, in the words of JSON Schema.
LIMIT = 3.4028235677973362e38
_NUMBER: dict[str, Any] = {
    "type": ["number", "boolean", "null"],
    "minimum": -LIMIT,
    "maximum": LIMIT,
}
RULES = dict.fromkeys(COLUMNS, _NUMBER)
EXAMPLE: dict[str, Any] = {"x0": 0.5, "x1": 5e-324}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A record for the DecisionTreeRegressor",
    "type": "object",
    "properties": {name: {"title": name, **RULES[name]} for name in COLUMNS},
    "required": list(COLUMNS),
    "examples": [EXAMPLE],
}


class InvalidRecord(ValueError):
    """A record that cannot be scored.

    .missing: the columns that it lacks; .invalid: column -> the value that is not valid;
    errors(): every fault, in the types of JSON; str(): the same, for people.
    """

    def __init__(
        self,
        faults: dict[str, tuple[str, Any]],
        others: Iterable[Any] = (),
        problem: str = "",
    ) -> None:
        super().__init__(faults, others, problem)
        self.faults = faults  # column -> the code of what is wrong, and the value
        self.others = others  # keys of the record that are no columns
        self.problem = problem  # why it is no record at all
        absent = {name for name in faults if faults[name][0] == "missing_column"}
        self.missing = tuple([name for name in faults if name in absent])
        self.invalid = {k: v for k, (_, v) in faults.items() if k not in absent}

    def errors(self) -> list[dict[str, Any]]:
        """Of every fault its column, code, message, what is expected, nearest and value."""
        keys = "column", "code", "message", "expected", "nearest", "value"
        fault: tuple[Any, ...] = (None, "not_a_mapping", self.problem, _RECORD)
        if self.problem:
            return [dict(zip(keys, (*fault, None, None)))]
        errors, room = [], 1_000_000  # for hints: no record takes long to explain
        for name, (code, value) in self.faults.items():
            expected, shown = _expected(name, code), _shown(name)
            if code == "missing_column":
                near, room = _nearest(name, self.others, room)
                hint = f' (the record has "{_shown(near)}")' if near else ""
                message = f'"{shown}" is missing{hint}'
            else:
                near, room = _nearest(value, RULES[name].get("enum", ()), room)
                hint = f'; did you mean "{_shown(near)}"?' if near else ""
                message = f'"{_shown(value)}" is not a valid value for "{shown}"'
                message += f" (expected {expected}{hint})"
            fault = name, code, message, expected, near, value
            errors.append(dict(zip(keys, map(_as_json, fault))))
        return errors

    def __str__(self) -> str:
        if self.problem:
            return self.problem
        absent = ["Not all columns were specified for model. Missing columns:"]
        invalid = ["Input is invalid:"]
        for error in self.errors():
            if error["code"] != "missing_column":
                invalid.append(f"    {error['message']}")
                continue
            name, near = _shown(error["column"]), _shown(error["nearest"])
            hint = f' (the record has "{near}": did you mean "{name}"?)'
            absent.append(f"    {name}{hint if error['nearest'] else ''}")
        parts = [lines for lines in (absent, invalid) if len(lines) > 1]
        return "\n".join(["\n".join(lines) for lines in parts])


def validate(record: Mapping[str, Any]) -> tuple[Any, ...]:
    """The clean values of COLUMNS, or InvalidRecord naming every fault at once."""
    try:
        x0 = record["x0"]
        if type(x0) is not float:
            x0 = _number(x0)
        x1 = record["x1"]
        if type(x1) is not float:
            x1 = _number(x1)
        if (-LIMIT <= x0 <= LIMIT or isnan(x0)) and (
            -LIMIT <= x1 <= LIMIT or isnan(x1)
        ):
            return x0, x1
    except (LookupError, TypeError, ValueError, ArithmeticError):
        pass
    return _checked(record, COLUMNS)


def encode(record: Mapping[str, Any]) -> tuple[float, ...]:
    """The feature vector that the model was fitted on, in the order of FEATURES."""
    return validate(record)


# The trees are a table, since as nested ifs they would take much time and memory to
# compile. Its numbers stand here as text, which _packed reads at import.


def _packed(code: Any, text: str) -> Any:
    """The numbers of a text: base64 of their bytes, the least byte of each first."""
    from binascii import a2b_base64
    from sys import byteorder

    data = a2b_base64(text)
    if code == "B":
        return data  # to read a number of bytes takes less time
    numbers = memoryview(data).cast(code)
    if byteorder == "big":
        from array import array

        swapped = array(code, numbers.tobytes())
        swapped.byteswap()
        numbers = memoryview(swapped)
    return numbers


# For each inner node: which of the numbers it tests,
_TESTED: Sequence[int] = _packed(
    "B",
    """
AAE=
""",
)
# the cut that this is compared with,
_CUTS: Sequence[float] = _packed(
    "d",
    """
AAAAAAAA4D8CAAAAAAAAgA==
""",
)
# the node after it where it is at most the cut,
_HOLDS: Sequence[int] = _packed(
    "h",
    """
AQD+/w==
""",
)
# and where it is not. Below zero are leaves: leaf k is -1 - k.
_FAILS: Sequence[int] = _packed(
    "h",
    """
/f///w==
""",
)
_ANSWER_PLACES: Sequence[int] = _packed(
    "B",
    """
AAEC
""",
)
_ANSWER_TABLE = (
    (0.30000000000000004, -0.0),
    (1e22, 5e-324),
    (0.3333333333333333, 1e16),
)
PREDICTIONS = tuple([_ANSWER_TABLE[i] for i in _ANSWER_PLACES])
LEAVES: Sequence[int] = _packed(
    "i",
    """
AgAAAAMAAAAGAAAA
""",
)


def _leaf(numbers: list[float], node: int) -> int:
    """The leaf that the tests from a node on lead to. A missing number fails them."""
    while node >= 0:
        if numbers[_TESTED[node]] <= _CUTS[node]:
            node = _HOLDS[node]
        else:
            node = _FAILS[node]
    return -1 - node


def score(x0: float, x1: float) -> int:
    """The place of a record's leaf in the tables above."""
    numbers: list[float] = [x0, -x1]
    return _leaf(numbers, 0)


def predict(record: Record | Mapping[str, Any]) -> tuple[float, ...]:
    """The answer for one record; InvalidRecord if it cannot be scored."""
    return PREDICTIONS[score(*validate(record))]


def apply(record: Mapping[str, Any]) -> int:
    """The number that the model gives the leaf of one record."""
    return LEAVES[score(*validate(record))]


def predict_many(records: Iterable[Any]) -> list[tuple[float, ...]]:
    """The answers for many records, or for the rows of a frame."""
    return [PREDICTIONS[score(*validate(record))] for record in _rows(records)]


def _rows(records: Any) -> Any:
    """The records, or the rows of a frame of any library."""
    if hasattr(records, "iter_rows"):
        return records.iter_rows(named=True)
    if hasattr(records, "to_dict") and getattr(records, "ndim", 2) == 2:
        return records.to_dict("records")
    return records


# What validate does with a record that is not plainly valid.


_RECORD = "a mapping from column to value"


class _Fault(ValueError):
    """What is wrong with a value: its code."""


def _checked(record: Mapping[str, Any], columns: tuple[str, ...]) -> tuple[Any, ...]:
    """The clean values of ``columns``, with every value looked at on its own."""
    if not hasattr(record, "keys") or getattr(record, "ndim", 1) > 1:
        problem = f"a record is {_RECORD}, and this is a {type(record).__name__}"
        if hasattr(record, "__iter__") and not isinstance(record, (str, bytes)):
            problem += " (predict_many takes frames, and many records)"
        raise InvalidRecord({}, (), problem)
    values: list[Any] = []
    faults: dict[str, tuple[str, Any]] = {}
    for name in columns:
        try:
            value = record[name]
        except LookupError:
            faults[name] = "missing_column", None
            continue
        try:
            values.append(_clean(name, value))
        except (TypeError, ValueError, ArithmeticError) as error:
            faults[name] = _code(name, error), value
    if faults:
        keys = list(record.keys())[:1000]
        raise InvalidRecord(faults, [key for key in keys if key not in RULES])
    return tuple(values)


def _clean(name: str, value: Any) -> Any:
    """A value as the scorer reads it; ValueError or TypeError if it is not valid."""
    rule = RULES[name]
    number = _number(value)
    if isnan(number) and "null" in rule["type"]:
        return number
    if not rule["minimum"] <= number <= rule["maximum"]:
        raise _Fault("missing_value" if isnan(number) else "out_of_range")
    return number


def _code(name: str, error: Exception) -> str:
    """The code of a fault, as it was raised or of what Python itself does not take."""
    if isinstance(error, _Fault):
        return str(error)
    return "out_of_range" if isinstance(error, OverflowError) else "not_a_number"


def _number(value: Any) -> float:
    """A number as a float, nan where it is missing; TypeError if it is no number."""
    if value is None:
        return nan
    if type(value) is not int:
        value = _admitted(value)
        if value is None:
            return nan
        if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
            raise TypeError
    if hasattr(value, "__index__"):
        if abs(int(value)) > 2**53:  # the model may have seen another double
            raise _Fault("integer_too_large")
    elif getattr(value, "ndim", 0):
        raise TypeError  # a column of a frame
    return float(value)


def _admitted(value: Any) -> Any:
    """The value, None for pandas.NA; TypeError for complex numbers and numpy's dates,
    which are neither numbers nor categories, though some equal one."""
    if type(value).__name__ == "NAType":
        return None
    if isinstance(value, complex):
        raise TypeError
    if getattr(getattr(value, "dtype", None), "kind", "") in ("c", "m", "M", "V"):
        raise TypeError
    return value


def _shown(value: Any) -> str:
    """A value for a message: on one line, printable, of a readable length."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except Exception:  # noqa: BLE001 (whatever its repr raises)
        text = f"{type(value).__name__}(...)"
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:81])
    return text if len(text) <= 80 else text[:77] + "..."


def _as_json(value: Any) -> Any:
    """A value where JSON has it, else what is shown of it."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, float) and value - value == 0:
        return float(value)
    exact = value is None or type(value) is int and abs(value) < 2**64
    return value if exact or type(value) is bool else _shown(value)


def _expected(name: str, code: str) -> str:
    """What a column takes, in words."""
    rule = RULES[name]
    kind = "an integer" if "integer" in rule["type"] else "a number"
    if code == "integer_too_large":
        return f"{kind}, and integers up to 2**53, as far as floats hold each"
    low, high = rule["minimum"], rule["maximum"]
    if code == "out_of_range" or max(abs(low), abs(high)) < 1e30:
        return f"{kind} from {low!r} to {high!r}"
    return kind


def _nearest(word: Any, words: Iterable[Any], room: int) -> tuple[str | None, int]:
    """The nearest of some words, if one is near and there is room to compare them all;
    and the room that is left."""
    from difflib import get_close_matches

    if not isinstance(word, str) or len(word) > 60:
        return None, room
    words = [w for w in words if isinstance(w, str) and len(w) <= 60]
    cost = len(word) * sum(map(len, words))
    if cost > room:
        return None, room
    return next(iter(get_close_matches(word, words, 1)), None), room - cost


def main() -> int:
    """Score the records of a CSV or JSON file: an answer for each, in their order."""
    import os
    import sys

    if sys.stderr is None:  # it is closed, and messages are no answers
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    try:
        try:
            code = _command()
        except SystemExit as end:  # of argparse
            code = int(end.code or 0)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except OSError as error:
        code = 1
        if not isinstance(error, BrokenPipeError):  # whose reader has had enough
            where = f" {error.filename}" if error.filename else ""
            _say(f"cannot write{where}: {error.strerror or error}")
        if sys.stdout is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _command() -> int:
    """What the command line asks for; the exit code."""
    import argparse
    import json
    import sys

    parser = argparse.ArgumentParser(description=main.__doc__)
    add = parser.add_argument
    add("file", nargs="?", metavar="FILE", help="CSV or JSON; - is standard input")
    add("--csv", action="store_true", help="write CSV, in place of a JSON value a line")
    add("--id", action="append", default=[], metavar="COLUMN", help="keep it in CSV")
    add("--all-columns", action="store_true", help="keep all of them in CSV")
    add("-o", "--output", metavar="FILE", help="write the answers to FILE")
    add("--errors", metavar="FILE", help="write the faults to FILE, as JSON lines")
    add("--delimiter", metavar="C", help="what stands between cells")
    add("--decimal", choices=[".", ","], default=".", help="the decimal point")
    add("--encoding", help="that of FILE, where it is neither UTF-8 nor UTF-16")
    add("--schema", action="store_true", help="print the JSON Schema of a record")
    add("--version", action="store_true", help="print MODEL: what this was made of")
    options = parser.parse_args()
    if sys.stdout is None:
        raise OSError("standard output is closed")
    if options.schema or options.version:
        print(json.dumps(SCHEMA if options.schema else MODEL, indent=2))
        return 0
    if (options.id or options.all_columns) and not options.csv:
        parser.error("--id and --all-columns go with --csv")
    if options.delimiter is not None and len(options.delimiter) != 1:
        parser.error("--delimiter is one character")
    file = "-" if options.file is None else options.file
    if file == "-" and sys.stdin is None:
        parser.error("standard input is closed")
    if file == "-" and sys.stdin.isatty():
        if options.file is None:
            parser.error("a FILE is missing (- is standard input)")
        _say("reading records from the terminal, to an end of file (Ctrl-D)")
    try:
        stream = _text(file, options)
    except (OSError, LookupError) as error:
        parser.error(str(error))
    except ValueError as error:
        _say(f"{file}: {error}")
        return 1
    try:
        return _score_rows(_records(stream, file, options), options)
    except LookupError as error:
        parser.error(str(error))
    except ValueError as error:
        _say(f"{file}: {error}")
        return 1


def _score_rows(rows: Iterator[Any], options: Any) -> int:
    """Write an answer for each row, and say what is refused; 1 if anything is."""
    import csv
    import json
    import os
    import sys
    from contextlib import ExitStack

    names = next(rows)
    places = list(range(len(names))) if options.all_columns else []
    for name in options.id:
        if name not in names:
            raise LookupError(f"there is no column {name!r}")
        places += [names.index(name)] if names.index(name) not in places else []
    kept = [names[place] for place in places]
    titles = _titles(kept, False)
    path, part = options.output, ""
    if path and (os.path.isfile(path) or not os.path.exists(path)):  # so no device
        path = os.path.realpath(path)
        part = f"{path}.part"
    try:
        with ExitStack() as files:
            out, log = sys.stdout, None
            if path:
                out = files.enter_context(
                    open(part or path, "w", encoding="utf-8", newline="")
                )
            elif options.csv and hasattr(out, "reconfigure"):
                out.reconfigure(encoding="utf-8", newline="")
            if options.errors:
                log = files.enter_context(open(options.errors, "w"))
            table = csv.writer(out, lineterminator="\n")
            if options.csv:
                table.writerow(kept + titles)
            refused = _Refused(log)
            files.push(refused.summary)
            for line, record, cells in rows:
                refused.rows += 1
                if not refused.rows & 4095:
                    refused.watch()
                answer: Any = None
                try:
                    if isinstance(record, InvalidRecord):
                        raise record
                    answer = _answered(record, options)
                except InvalidRecord as error:
                    refused.add(line, error)
                    if options.csv:
                        answer = [None] * len(titles)
                if options.csv:
                    cells += [""] * (len(names) - len(cells))
                    table.writerow([cells[place] for place in places] + answer)
                else:
                    out.write(json.dumps(answer) + "\n")
        if part:
            os.replace(part, path)
    finally:
        if part and os.path.exists(part):
            os.unlink(part)
    return 1 if refused.bad else 0


class _Refused:
    """What is refused: each complaint is said once, and counted."""

    def __init__(self, log: Any) -> None:
        import sys
        from time import monotonic

        self.log = log
        self.seen: dict[str, list[int]] = {}
        self.rows = self.bad = 0
        self.clock = monotonic if sys.stderr.isatty() else None
        self.due = monotonic() + 1

    def watch(self) -> None:
        """Say on a terminal how many rows there were, now and then."""
        import sys

        if self.clock and self.clock() > self.due:
            self.due = self.clock() + 0.2
            print(f"{self.rows} rows", end="\r", file=sys.stderr, flush=True)

    def add(self, line: int, error: InvalidRecord) -> None:
        import json

        self.bad += 1
        if self.log is not None:
            fault = {"line": line, "errors": error.errors()}
            self.log.write(json.dumps(fault) + "\n")
        text = str(error)
        if text in self.seen:
            self.seen[text][1] += 1
        elif len(self.seen) < 100:
            self.seen[text] = [line, 0]
            _say(f"line {line}: {text}")

    def summary(self, problem: Any, *_: Any) -> None:
        """Say how many rows were scored, unless nobody reads the answers."""
        if problem is not None and not issubclass(problem, ValueError):
            return
        said = len(self.seen)
        for line, more in self.seen.values():
            said += more
            if more:
                _say(f"line {line}: the same in {more} more")
        if said < self.bad:
            _say(f"... and {self.bad - said} more, all of which --errors FILE writes")
        _say(f"{self.rows - self.bad} scored, {self.bad} refused")


def _answered(record: Any, options: Any) -> Any:
    """The answer for a record, as JSON has it; as the cells of a row for CSV."""
    if options.csv:
        cells: list[Any] = list(predict(record))
        return cells
    return predict(record)


def _titles(kept: list[str], proba: bool) -> list[str]:
    """The names of the answers' columns in a CSV file."""
    titles = [f"prediction_{i}" for i in range(2)]
    taken = {name.casefold() for name in kept}
    for name in [*titles, "problem"]:
        if name in taken:
            raise LookupError(f"a column that is kept is called {name!r}")
    return titles


def _say(text: str) -> None:
    """A message on standard error, with nothing in it that a terminal acts upon."""
    import os
    import sys

    shown = [c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text]
    try:
        print("".join(shown), file=sys.stderr)
    except OSError:  # nobody listens; the answers go on
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115


def _text(file: str, options: Any) -> Any:
    """A file as a stream of text; ValueError where it is of another kind."""
    import gzip
    import io
    import os
    import zlib

    source, named = (0, False) if file == "-" else (file, True)
    raw: Any = open(source, "rb", closefd=named)  # noqa: SIM115
    for name in filter(os.path.isfile, [options.output or "", options.errors or ""]):
        if os.path.samestat(os.stat(name), os.fstat(raw.fileno())):
            raise LookupError(f"{name} is the file that is read")
    head = raw.peek(512)
    if head[:2] == b"\x1f\x8b":
        raw = gzip.GzipFile(fileobj=raw)
        try:
            head = raw.peek(512)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"this is no whole gzip file: {error}") from None
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    for start, kind in (
        (b"PK", "an Excel workbook, or another zip archive"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
        (b"PAR1", "a Parquet file"),
        (b"ARROW1", "an Arrow or Feather file"),
        (b"SQLite", "a SQLite database"),
        (b"\x80", "a pickle"),
        (b"%PDF", "a PDF document"),
        (b"<", "HTML or XML"),
        (b"BZh", "a bz2 file"),
        (b"\xfd7zXZ", "an xz file"),
        (b"\x28\xb5\x2f\xfd", "a zstd file"),
        (b"", "a binary file" if b"\0" in head and encoding != "utf-16" else ""),
    ):
        if kind and head.startswith(start) and not options.encoding:
            words = "save its table as CSV, or name its --encoding, as utf-16-le"
            raise ValueError(f"this looks like {kind}: {words}")
    encoding = options.encoding or encoding
    return io.TextIOWrapper(raw, encoding, "surrogateescape", newline="")


def _records(stream: Any, file: str, options: Any) -> Iterator[Any]:
    """The names of the columns; then for each record its line, what it is (an
    InvalidRecord, where it cannot be read), and its cells."""
    import itertools

    lines = _lines(stream)
    first = next(lines, "")
    encoding = stream.encoding.upper().replace("-SIG", "")
    start = first.lstrip()[:1]
    if start not in ("{", "[") and not file.endswith((".jsonl", ".ndjson")):
        yield from _csv_rows(first, lines, encoding, options)
        return
    whole = start == "[" or first.strip() == "{"
    rows = (_json_values if whole else _json_lines)(first, lines, encoding)
    some = list(itertools.islice(rows, 1))
    names = list(some[0][1]) if some and isinstance(some[0][1], dict) else [*COLUMNS]
    names += [name for name in dict.fromkeys(options.id) if name not in names]
    yield names
    for line, record, cells in itertools.chain(some, rows):
        if options.csv and isinstance(record, dict):
            cells = [record.get(name, "") for name in names]
        yield line, record, cells


def _lines(stream: Any) -> Iterator[str]:
    """The lines of a file."""
    import zlib

    try:
        yield from stream
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"it cannot be read to its end: {error}") from None


def _undecoded(text: str, encoding: str) -> str:
    """What is wrong with a text, where a byte of it could not be decoded."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            byte = ord(text[error.start]) & 0xFF
            return f"byte 0x{byte:02x} is not {encoding} (--encoding names another)"
    return ""


def _json_lines(first: str, lines: Iterator[str], encoding: str) -> Iterator[Any]:
    """The number of each line, its value, and no cells."""
    import itertools
    import json

    for number, line in enumerate(itertools.chain([first], lines), 1):
        if not line.isascii() and _undecoded(line, encoding):
            yield number, InvalidRecord({}, (), _undecoded(line, encoding)), []
        elif line.strip():
            try:
                yield number, json.loads(line), []
            except (ValueError, RecursionError) as error:
                yield number, InvalidRecord({}, (), f"it is not JSON: {error}"), []


def _json_values(text: str, lines: Iterator[str], encoding: str) -> Iterator[Any]:
    """Of the values of an array, or one after the other: line, value, and no cells."""
    import itertools
    import json
    import re

    decode, gap = json.JSONDecoder().raw_decode, re.compile(r"[\s,]*")
    text = text.lstrip()
    array = text.startswith("[")
    place, line = int(array), 1
    while True:
        start = gap.match(text, place).end()  # type: ignore[union-attr]
        line += text.count("\n", place, start)
        problem = "the array does not end" if array else ""
        if array and text.startswith("]", start):
            return
        try:
            if start < len(text):
                record, place = decode(text, start)
                problem = _undecoded(text[start:place], encoding)
                yield line, InvalidRecord({}, (), problem) if problem else record, []
                line += text.count("\n", start, place)
                continue
        except (ValueError, RecursionError) as error:
            problem = f"it is not JSON: {error}"
        # The more waits already, the more is read: no text is read too often.
        more = "".join(itertools.islice(lines, 1 + (len(text) - start) // 100))
        if not more:
            break
        text, place = text[start:] + more, 0
    if start < len(text):
        yield line, InvalidRecord({}, (), problem), []
    elif problem:
        raise ValueError(problem)


def _csv_rows(
    first: str, lines: Iterator[str], encoding: str, options: Any
) -> Iterator[Any]:
    """The names of the columns; then of each row the line, the record and the cells."""
    import csv
    import itertools

    csv.field_size_limit(1_000_000)
    skipped, said = 0, ""
    bad: list[str] = []
    if first.startswith("sep="):  # as Excel has it
        skipped, said, first = 1, first[4:5].strip("\r\n"), next(lines, "")

    def checked() -> Iterator[str]:
        for line in itertools.chain([first], lines):
            if not line.isascii() and _undecoded(line, encoding):
                bad.append(_undecoded(line, encoding))
            yield line

    delimiter = options.delimiter or said or max(",;\t|", key=first.count)
    rows = csv.reader(checked(), delimiter=delimiter, strict=True)
    try:
        names = next(filter(None, rows), [])
    except csv.Error as error:
        raise ValueError(f"its first line is no CSV: {error}") from None
    for name in COLUMNS:
        if names.count(name) > 1:
            raise ValueError(f"there are two columns {name!r}")
    faults = {name: ("missing_column", None) for name in COLUMNS if name not in names}
    if bad or faults:  # said once, not for every row
        raise InvalidRecord(faults, names, bad[0] if bad else "")
    readers = [_reader(name, options.decimal) for name in COLUMNS]
    plan = list(zip(COLUMNS, map(names.index, COLUMNS), readers))
    yield names
    while True:
        before, problem, cells = rows.line_num, "", []
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            problem = str(error)
        if not problem and not cells:
            continue  # an empty line is no row
        if bad:
            problem = bad[0]
            bad.clear()
        elif not problem and len(cells) != len(names):
            problem = f"{len(cells)} cells, where the header line has {len(names)}"
        line = before + 1 + skipped
        if not problem:
            yield line, {name: read(cells[place]) for name, place, read in plan}, cells
            continue
        yield line, InvalidRecord({}, (), problem), cells
        if not cells:  # a quote took the lines behind it, too
            for lost in range(line + 1, rows.line_num + skipped + 1):
                problem = f"it was lost in the row of line {line}"
                yield lost, InvalidRecord({}, (), problem), []


# What a cell holds where it is missing, unless that is a category: as pandas has it.
# fmt: off
_MISSING = frozenset((
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND",
    "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
))
# fmt: on


def _reader(name: str, decimal: str) -> Callable[[str], Any]:
    """What reads the cells of a column of a CSV file."""
    rule = RULES[name]
    values = list(rule.get("enum", rule.get("examples", (True, False))))
    known = {str(value): value for value in values if value is not None}
    if bool in map(type, values):
        for text in ("True", "False"):  # as pandas and others write booleans
            for twin in (text, text.upper(), text.lower()):
                known.setdefault(twin, text == "True")
    number = "type" in rule and "examples" not in rule
    number = number or not {int, float}.isdisjoint(map(type, values))

    def read(text: str) -> Any:
        if text in known:
            return known[text]
        if text in _MISSING:
            return None
        if not number:
            return text
        word = text.replace(".", "x").replace(",", ".") if decimal == "," else text
        try:
            x = float(word)
            if abs(x) > 2**53 and word.strip().lstrip("+-").isdigit():
                return int(word)
        except ValueError:
            return text
        plain = (x <= 0 or x > 0) and "_" not in word and word.isascii()
        return x if plain else text

    return read


if __name__ == "__main__":
    raise SystemExit(main())
