"""A VotingClassifier in plain Python: 2 columns in, one of 2 classes out.

In score, an answer is made of the votes of 2 models.

Compiled by treecompile 0.1.0 from a model of scikit-learn 1.9.1 (9 nodes, 6 leaves,
depth 1; sha256 of its file 0123456789abcdef). Do not edit: compile again.

A number goes the way that it goes in the model, which rounds it to single precision:
a cut below is the last double that still rounds to the left of the model's threshold.

>>> record = {"x0": 0.5, "x1": -0.5}
>>> predict(record)
7
"""

from __future__ import annotations

from math import isnan, nan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any, Literal, TypedDict

    Label = Literal[7, 11]
    Record = TypedDict(
        "Record",
        {
            "x0": float,
            "x1": float,
        },
    )

__all__ = [
    "CLASSES",
    "COLUMNS",
    "EXAMPLE",
    "FEATURES",
    "MODEL",
    "SCHEMA",
    "InvalidRecord",
    "encode",
    "main",
    "predict",
    "predict_many",
    "predict_proba",
    "predict_proba_many",
    "score",
    "validate",
]

# What this was compiled from, and by; "digest" is that of the trees themselves.
MODEL: dict[str, Any] = {
    "estimator": "VotingClassifier",
    "library": "scikit-learn",
    "version": "1.9.1",
    "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "digest": "c872899abf2e09ab9461da450b54efaf02347b26507b513605154d79879535b5",
    "treecompile": "0.1.0",
    "stamp": {},
}
COLUMNS = ("x0", "x1")
CLASSES: tuple[Label, ...] = (7, 11)
FEATURES = COLUMNS

# What each column may hold, in the words of JSON Schema.
LIMIT = 3.4028235677973362e38
_NUMBER: dict[str, Any] = {
    "type": ["number", "boolean"],
    "minimum": -LIMIT,
    "maximum": LIMIT,
}
RULES = dict.fromkeys(COLUMNS, _NUMBER)
EXAMPLE: dict[str, Any] = {"x0": 0.5, "x1": -0.5}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A record for the VotingClassifier",
    "type": "object",
    "properties": {name: {"title": name, **RULES[name]} for name in COLUMNS},
    "required": list(COLUMNS),
    "examples": [EXAMPLE],
}


class InvalidRecord(ValueError):
    """A record that cannot be scored.

    .missing: the columns that it lacks; .invalid: column -> the value that is not valid;
    .row: its number among many, from 0; errors(): every fault, in the types of JSON;
    str(): the same, for people.
    """

    row: int | None = None

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

    def __reduce__(self) -> Any:
        values = {k: (code, _pickled(v)) for k, (code, v) in self.faults.items()}
        others = tuple(map(_pickled, self.others))
        return InvalidRecord, (values, others, self.problem), {"row": self.row}

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
        row = "" if self.row is None else f"row {self.row}: "
        if self.problem:
            return row + self.problem
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
        return row + "\n".join(["\n".join(lines) for lines in parts])


def validate(record: Mapping[str, Any]) -> tuple[Any, ...]:
    """The clean values of COLUMNS, or InvalidRecord naming every fault at once."""
    try:
        x0 = record["x0"]
        if type(x0) is not float:
            x0 = _number(x0)
        x1 = record["x1"]
        if type(x1) is not float:
            x1 = _number(x1)
        if -LIMIT <= x0 <= LIMIT and -LIMIT <= x1 <= LIMIT:
            return x0, x1
    except (LookupError, TypeError, ValueError, ArithmeticError):
        pass
    return _checked(record, COLUMNS)


def _normalized(numbers: tuple[float, ...], otherwise: float) -> tuple[float, ...]:
    """Numbers over their sum, or all the same where that is zero."""
    whole = 0.0
    for x in numbers:
        whole += x
    return tuple([x / whole if whole else otherwise for x in numbers])


def encode(record: Mapping[str, Any]) -> tuple[float, ...]:
    """The feature vector that the model was fitted on, in the order of FEATURES."""
    return validate(record)


def score(x0: float, x1: float) -> tuple[float, ...]:
    """What the answers are made of: the votes of 2 models."""
    # estimator 'a': ExtraTree
    if x0 <= 0.5:
        a_7 = 1.0
        a_11 = 0.0
    else:
        a_7 = 0.25
        a_11 = 0.75

    # estimator '"b"': Forest
    b_total_7 = b_total_11 = 0.0

    # Tree 1 of 2.
    if x1 <= -0.5:
        b_total_7 += 0.5
        b_total_11 += 0.5
    else:
        b_total_11 += 1.0

    # Tree 2 of 2.
    if x0 <= 3.5:
        b_total_7 += 1.0
    else:
        b_total_7 += 0.1
        b_total_11 += 0.9

    total_7 = 0.0 + a_7 + b_total_7 * 0.5
    total_11 = 0.0 + a_11 + b_total_11 * 0.5
    return _normalized((total_7, total_11), 0.5)


def predict(record: Record | Mapping[str, Any]) -> Label:
    """The answer for one record; InvalidRecord if it cannot be scored."""
    return _answer(score(*validate(record)))


def predict_proba(record: Record | Mapping[str, Any]) -> tuple[float, ...]:
    """The probability of each of CLASSES for one record."""
    return score(*validate(record))


def predict_many(records: Iterable[Any]) -> list[Label]:
    """The answers for many records, or for the rows of a frame."""
    return _many(predict, records)


def predict_proba_many(records: Iterable[Any]) -> list[tuple[float, ...]]:
    """The probabilities for many records, or for the rows of a frame."""
    return _many(predict_proba, records)


def _answer(scores: tuple[float, ...]) -> Label:
    return CLASSES[scores.index(max(scores))]


def _many(function: Callable[[Any], Any], records: Any) -> list[Any]:
    """What a function answers for records of any kind; InvalidRecord with its row."""
    if hasattr(records, "columns"):
        names = list(records.columns)
        twice = [name for name in COLUMNS if names.count(name) > 1]
        if twice:
            raise InvalidRecord({}, (), f"the frame has two columns {twice[0]!r}")
    if hasattr(records, "iter_rows"):
        records = records.iter_rows(named=True)
    elif hasattr(records, "to_dict") and getattr(records, "ndim", 2) == 2:
        records = records.to_dict("records")
    elif isinstance(records, dict):
        problem = "this is one record, and not many: give it to the function of one"
        raise InvalidRecord({}, (), problem)
    answers: list[Any] = []
    try:
        for record in records:
            answers.append(function(record))
    except InvalidRecord as error:
        error.row = len(answers)
        raise
    return answers


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


def _pickled(value: Any) -> Any:
    """A value as it comes back from a pickle, else what is shown of it."""
    import pickle

    try:
        return pickle.loads(pickle.dumps(value))
    except Exception:  # noqa: BLE001 (whatever its parts raise)
        return _shown(value)


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
        return f"{kind}; integers up to 2**53, beyond which floats skip some"
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


# The command line: what it calls the answers, and what gives which probabilities.
_ANSWERS = ["prediction"]
_SHARES: Any = predict_proba, CLASSES


def main() -> int:
    """Score the records of a CSV or JSON file: an answer for each, in their order."""
    import os
    import sys

    if sys.stderr is None:  # it is closed, and messages are no answers
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    try:
        try:
            code = _command()
        except SystemExit as end:  # of argparse, or of a signal
            code = int(end.code or 0)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        _say("interrupted")
        code = 130
    except OSError as error:
        code = 1
        if not isinstance(error, BrokenPipeError):  # whose reader has had enough
            where = f" {error.filename}" if error.filename else ""
            _say(f"cannot write{where}: {error.strerror or error}")
        if sys.stdout is not None:  # what is left in it would fail again
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return code


def _command() -> int:
    """What the command line asks for; the exit code."""
    import argparse
    import contextlib
    import json
    import sys

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.set_defaults(proba=False, self_test=False, wrong=parser.error)
    add = parser.add_argument
    add("file", nargs="?", metavar="FILE", help="CSV or JSON; - is standard input")
    if _SHARES:
        add("--proba", action="store_true", help="answer probabilities, by class")
    add("--csv", action="store_true", help="write CSV, in place of a JSON value a line")
    add("--id", action="append", default=[], metavar="COLUMN", help="keep it in CSV")
    add("--all-columns", action="store_true", help="keep all of them in CSV")
    add("-o", "--output", default="-", metavar="FILE", help="write the answers to FILE")
    add("--errors", metavar="FILE", help="write the faults to FILE, as JSON lines")
    add("--delimiter", metavar="C", help="what stands between cells")
    add("--decimal", choices=[".", ","], default=".", metavar="C", help=". or ,")
    add("--encoding", help="that of FILE, where it is neither UTF-8 nor UTF-16")
    add("--schema", action="store_true", help="print the JSON Schema of a record")
    add("--version", action="store_true", help="print MODEL: what this was made of")
    if "self_test" in globals():
        add("--self-test", action="store_true", help="answer the records of SELF_TEST")
    options = parser.parse_args()
    if sys.stdout is None:
        raise OSError("standard output is closed")
    if options.schema or options.version:
        print(json.dumps(SCHEMA if options.schema else MODEL, indent=2))
        return 0
    if options.self_test:
        return int(globals()["self_test"]())
    if (options.id or options.all_columns) and not options.csv:
        parser.error("--id and --all-columns go with --csv")
    if len(options.delimiter or ",") != 1 or options.delimiter in ('"', "\n", "\r"):
        parser.error("--delimiter is one character, and no quote")
    if options.file in (None, "-"):
        if sys.stdin is None:
            parser.error("standard input is closed")
        if sys.stdin.isatty():
            if options.file is None:
                parser.error("a FILE is missing (- is standard input)")
            _say("reading records from the terminal, to an end of file (Ctrl-D)")
        options.file = "-"
    try:
        with contextlib.ExitStack() as files:
            return _score_rows(_read_rows(options), options, files)
    except ValueError as error:
        _say(f"{options.file}: {error}")
        return 1


def _score_rows(rows: Iterator[Any], options: Any, files: Any) -> int:
    """Write an answer for each row, and say what is refused; 1 if anything is."""
    import csv
    import json
    import re
    import sys
    from time import monotonic

    names = next(rows)
    kept = list(dict.fromkeys([*(names if options.all_columns else ()), *options.id]))
    for name in kept:
        if name not in names:
            options.wrong(f"there is no column {name!r}")
    places, titles = list(map(names.index, kept)), _titles(kept, options)
    out = _opened(options.output, files)
    log = _opened(options.errors, files) if options.errors else None
    if options.csv and hasattr(out, "reconfigure"):
        out.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")
    table = csv.writer(out, lineterminator="\n")
    if options.csv:
        table.writerow(kept + titles)
    count = bad = 0
    said: dict[str, list[int]] = {}  # a complaint: its first line, and how many more
    due = monotonic() + 1 if sys.stderr.isatty() else float("inf")
    for line, record, cells in rows:
        count += 1
        if not count & 1023 and monotonic() > due:
            due = monotonic() + 0.2
            print(f"{count} rows", end="\r", file=sys.stderr, flush=True)
        try:
            if isinstance(record, InvalidRecord):
                raise record
            answer = _answered(record, options)
        except InvalidRecord as error:
            bad += 1
            answer = [None] * len(titles) if options.csv else None
            if log:
                fault = {"line": line, "errors": error.errors()}
                log.write(json.dumps(fault) + "\n")
            text = str(error)
            if options.decimal == "." and re.search(r'"[+-]?\d+,\d+" is not', text):
                text += "\n    (numbers with a decimal comma are read with --decimal ,)"
            if text in said:
                said[text][1] += 1
            elif len(said) < 100:
                said[text] = [line, 0]
                _say(f"line {line}: {text}")
        if options.csv:
            cells += [""] * (len(names) - len(cells))
            table.writerow([cells[place] for place in places] + answer)
        else:
            out.write(json.dumps(answer) + "\n")
    for line, more in said.values():
        if more:
            _say(f"line {line}: the same in {more} more")
    unsaid = bad - sum(1 + more for _, more in said.values())
    if unsaid:
        _say(f"... and {unsaid} more, all of which --errors FILE writes")
    _say(f"{count - bad} scored, {bad} refused")
    return 1 if bad else 0


def _answered(record: Any, options: Any) -> Any:
    """The answer for a record, as JSON has it; as the cells of a row for CSV."""
    if not options.proba:
        return _cells(predict(record)) if options.csv else predict(record)
    shares, labels = _SHARES
    if options.csv:
        return _cells(predict(record)) + _cells(shares(record))
    return _by_class(labels, shares(record))


def _cells(answer: Any) -> list[Any]:
    """An answer, or those of several outputs, as the cells of a row."""
    if not isinstance(answer, tuple):
        return [answer]
    nested = isinstance(answer[0], tuple)
    return [cell for part in answer for cell in part] if nested else list(answer)


def _by_class(labels: Any, shares: Any) -> Any:
    """Probabilities by the names of classes, or by numbers where two have one name."""
    if isinstance(shares[0], tuple):
        return list(map(_by_class, labels, shares))
    names = list(map(str, labels))
    unique = len(set(names)) == len(names)
    return dict(zip(names if unique else map(str, range(len(names))), shares))


def _titles(kept: list[str], options: Any) -> list[str]:
    """The names of the answers' columns in a CSV file."""
    taken = {name.casefold() for name in kept}
    for name in taken.intersection([*_ANSWERS, "problem"]):
        options.wrong(f"a column that is kept is called {name!r}")
    if not options.proba:
        return _ANSWERS
    labels = list(map(str, _SHARES[1]))
    if isinstance(_SHARES[1][0], tuple):
        labels = [f"{i}_{label}" for i, of in enumerate(_SHARES[1]) for label in of]
    names = [f"probability_{label}" for label in labels]
    folded = taken.union(map(str.casefold, names))
    long = any(len(name.encode("utf-8", "replace")) > 63 for name in names)
    if long or len(folded) < len(taken) + len(names):
        _say("the probabilities are numbered, in the order of CLASSES")
        names = [f"probability_{i}" for i in range(len(names))]
    return _ANSWERS + names


def _say(text: str) -> None:
    """A message on standard error, with nothing in it that a terminal acts upon."""
    import os
    import sys

    shown = [c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text]
    try:
        print("".join(shown), file=sys.stderr)
    except OSError:  # nobody listens; the answers go on
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115


def _opened(path: str, files: Any) -> Any:
    """A file to write to, which takes its place when it is whole; or a stream."""
    import os
    import signal
    import sys
    from contextlib import suppress

    # Or it is /dev/stdout, under whatever name.
    if path == "-" or _identity(path) == _identity(1):
        return sys.stdout
    if _identity(path) == _identity(2):
        return sys.stderr
    ways: Any = {"encoding": "utf-8", "errors": "backslashreplace", "newline": ""}
    if os.path.exists(path) and not os.path.isfile(path):  # a device or a pipe
        return files.enter_context(open(path, "w", **ways))
    path = os.path.realpath(path)
    part = f"{path}.{os.getpid()}.part"

    def finish(problem: Any, *_: Any) -> None:
        if problem is None:
            os.replace(part, path)
        elif os.path.exists(part):
            os.unlink(part)

    with suppress(ValueError):  # a thread gets no signals
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and finishes
    files.push(finish)
    try:
        out = files.enter_context(open(part, "x", **ways))  # noqa: SIM115
    except OSError as error:
        error.filename = path  # the one that was asked for
        raise
    if os.path.exists(path):  # its permissions stay
        os.chmod(part, os.stat(path).st_mode & 0o777)
    return out


def _identity(file: Any) -> Any:
    """What tells a file from every other, by its path or number."""
    import os

    return os.stat(file)[1:3] if os.path.exists(file) else os.path.realpath(f"{file}")


def _read_rows(options: Any) -> Iterator[Any]:
    """The names of the columns; then for each record its line, what it is (an
    InvalidRecord, where it cannot be read), and its cells."""
    import itertools
    import zlib

    try:
        stream = _text(options)
        first, line = stream.readline(1 << 16).lstrip("\ufeff"), 1
        while first.isspace():
            first, line = stream.readline(1 << 16), line + 1
        start = first.lstrip()[:1]
        if start != "[" and not first.endswith(("\n", "\r")):
            first += stream.readline()
        if start not in ("[", "{") and not options.file.endswith((".jsonl", ".ndjson")):
            yield from _csv_rows(first, stream, line, options)
            return
        values = (_json_array if start == "[" else _json_lines)(first, stream, line)
        some = list(itertools.islice(values, 1))
        keys = some and isinstance(some[0][1], dict)
        names = list(dict.fromkeys([*(some[0][1] if keys else COLUMNS), *options.id]))
        yield names
        for line, record in itertools.chain(some, values):
            if options.csv and isinstance(record, dict):
                yield line, record, [record.get(name, "") for name in names]
            else:
                yield line, record, []
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"it cannot be read to its end: {error}") from None


def _text(options: Any) -> Any:
    """The file as a stream of text; ValueError where it is of another kind."""
    import gzip
    import io
    import os

    source = 0 if options.file == "-" else options.file
    try:
        raw: Any = open(source, "rb", closefd=source != 0)  # noqa: SIM115
    except OSError as error:
        options.wrong(f"cannot read {options.file}: {error.strerror}")
    own = globals().get("__file__", "")
    made = [options.output, *filter(None, [options.errors])]
    used = [raw.fileno(), own, *(1 if path == "-" else path for path in made)]
    files = [_identity(f) for f in used if os.path.isfile(f) or not os.path.exists(f)]
    if len(set(files)) < len(files) or made.count("-") > 1:
        options.wrong("FILE, -o, --errors and this scorer must be different files")
    head = raw.peek(512)
    if head[:2] == b"\x1f\x8b":
        raw = gzip.GzipFile(fileobj=raw)
        head = raw.peek(512)
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    kinds = {
        "an Excel workbook, or another zip archive": (b"PK", b"\xd0\xcf\x11\xe0"),
        "a Parquet file": b"PAR1",
        "a SQLite database": b"SQLite",
        "a pickle": b"\x80",
        "HTML or XML": b"<",
        "a binary file": head if b"\0" in head and encoding == "utf-8" else b"\0",
    }
    for kind, starts in kinds.items():
        if head.startswith(starts) and not options.encoding:
            words = "save its table as CSV, or name its --encoding, as utf-16-le"
            raise ValueError(f"this looks like {kind}: {words}")
    encoding = options.encoding or encoding
    try:
        return io.TextIOWrapper(raw, encoding, "surrogateescape", newline="")
    except LookupError as error:
        options.wrong(str(error))


def _undecoded(text: str) -> str:
    """What is wrong with a text, where a byte of it could not be decoded."""
    bad = [] if text.isascii() else [c for c in text if "\udc80" <= c <= "\udcff"]
    byte = f"byte 0x{ord(bad[0]) & 0xFF:02x}" if bad else ""
    return f"{byte} cannot be decoded (--encoding names another)" if bad else ""


def _json_lines(first: str, stream: Any, line: int) -> Iterator[Any]:
    """The number of each line, and its value; or of one record on several lines."""
    import itertools
    import json

    if first.strip() == "{":
        first += stream.read()
    for number, text in enumerate(itertools.chain([first], stream), line):
        problem = _undecoded(text)
        try:
            if text.strip():
                value = json.loads(text)
                yield number, InvalidRecord({}, (), problem) if problem else value
        except (ValueError, RecursionError) as error:
            problem = problem or f"it is not JSON: {error}"
            yield number, InvalidRecord({}, (), problem)


def _json_array(text: str, stream: Any, line: int) -> Iterator[Any]:
    """The line of each value in an array, and the value: as much is read as that takes."""
    import json
    import re

    decode, blank = json.JSONDecoder().raw_decode, re.compile(r"\s*")
    place, sign = text.index("[") + 1, ""  # what stands before the next value
    while True:
        at = blank.search(text, place).end()  # type: ignore[union-attr]
        if text[at : at + 1] == "]":
            break
        try:
            if not text.startswith(sign, at):
                raise json.JSONDecodeError("Expecting ',' or ']'", text, at)
            at = blank.search(text, at + len(sign)).end()  # type: ignore[union-attr]
            value, end = decode(text, at)
            if end == len(text):  # of a number there may be more
                raise json.JSONDecodeError("Unterminated array", text, end)
        except (ValueError, RecursionError) as error:
            more = stream.read((1 << 16) + len(text) - place)
            if not more:
                line += text.count("\n", place, getattr(error, "pos", at))
                words = getattr(error, "msg", error)
                raise ValueError(f"line {line}: it is not JSON: {words}") from None
            text, place = text[place:] + more, 0
            continue
        line += text.count("\n", place, at)
        problem = _undecoded(text[at:end])
        yield line, InvalidRecord({}, (), problem) if problem else value
        line += text.count("\n", at, end)
        place, sign = end, ","
    if (text[at + 1 :] + stream.read()).strip():
        line += text.count("\n", place, at)
        raise ValueError(f"line {line}: there is more behind the end of the array")


def _csv_rows(first: str, stream: Any, line: int, options: Any) -> Iterator[Any]:
    """The names of the columns; then of each row the line, the record and the cells."""
    import csv
    import itertools
    import re

    csv.field_size_limit(1_000_000)
    said = re.match(r'"?sep=(.)"?\s*$', first, re.IGNORECASE)  # as Excel has it
    if said:
        first, line = stream.readline(), line + 1
    plain = re.sub('"[^"]*"?', "", first)  # without what stands in quotes
    delimiter = options.delimiter or (said and said[1]) or max(",;\t|", key=plain.count)
    lines = itertools.chain([first], stream)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        names = next(filter(None, rows), [])
    except csv.Error as error:
        raise ValueError(f"its first line is no CSV: {error}") from None
    if not names:
        raise ValueError("it is empty, even of the names of columns")
    problem = _undecoded("".join(names))
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if twice:
        problem = f"there are two columns {twice[0]!r}"
    absent = {name: ("missing_column", None) for name in COLUMNS if name not in names}
    if absent and not problem:
        problem = str(InvalidRecord(absent, names))
        if len(names) == 1:
            problem += (
                f"\nThe only column is {names[0]!r}: is there another --delimiter?"
            )
    if problem:
        raise ValueError(problem)
    yield names
    readers = [_reader(name, options.decimal) for name in COLUMNS]
    plan = list(zip(COLUMNS, map(names.index, COLUMNS), readers))
    width, end, before = len(names), rows.line_num, line - 1
    while True:
        try:
            for cells in rows:
                line, end = before + end + 1, rows.line_num
                text = "".join(cells)
                if len(cells) < 2 and cells != [""] and not text.strip():
                    continue  # an empty line is no row
                problem = _undecoded(text)
                if len(cells) != width and not problem:
                    problem = f"{len(cells)} cells, where the header line has {width}"
                if problem:
                    yield line, InvalidRecord({}, (), problem), cells
                else:
                    yield line, {name: read(cells[i]) for name, i, read in plan}, cells
            return
        except csv.Error as error:  # a quote may have taken the lines behind it, too
            line, problem = before + end + 1, str(error)
            end = rows.line_num
            for lost in range(line, before + end + 1):
                yield lost, InvalidRecord({}, (), problem), []
                problem = f"it was lost in the row of line {line}"


# What a cell holds where it is missing, unless that is a category: as pandas has it.
# fmt: off
_MISSING = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND",
    "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
)
# fmt: on


def _reader(name: str, decimal: str) -> Callable[[str], Any]:
    """What reads the cells of a column of a CSV file."""
    rule = RULES[name]
    values = list(rule.get("enum", rule.get("examples", (True, False))))
    known: dict[str, Any] = dict.fromkeys(_MISSING)
    if bool in map(type, values):  # as pandas and others write them
        known.update(dict.fromkeys(("TRUE", "True", "true"), True))
        known.update(dict.fromkeys(("FALSE", "False", "false"), False))
    known.update((str(value), value) for value in values if value is not None)
    number = "type" in rule and "examples" not in rule
    number = number or not {int, float}.isdisjoint(map(type, values))

    def read(text: str) -> Any:
        if text in known:
            return known[text]
        if not number or "_" in text or not text.isascii():
            return text
        word = text.replace(".", "x").replace(",", ".") if decimal == "," else text
        try:
            x = float(word)
            if abs(x) >= 2**53 and word.strip().lstrip("+-").isdigit():
                return int(word)  # which is refused as it is in JSON
        except ValueError:
            return text
        return x if x <= 0 or x > 0 else text  # nan is no number

    return read


if __name__ == "__main__":
    raise SystemExit(main())
