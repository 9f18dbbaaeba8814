"""A DecisionTreeRegressor in plain Python: 0 columns in, a number out.

Compiled by treecompile 0.1.0 from a model of scikit-learn 1.9.1 (1 node, 1 leaf, depth
0; sha256 of its file 0123456789abcdef). Do not edit: compile again.
Options: --layout table

>>> record = {}
>>> predict(record)
2.5
"""

from __future__ import annotations

from math import isnan, nan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    Record = Mapping[str, Any]

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
    "version": "1.9.1",
    "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "digest": "1db14d9d8a5b2ef79464ecb22350114c6c40d8434a88bebfa68b7642fb9d27ad",
    "treecompile": "0.1.0",
    "stamp": {},
}
COLUMNS: tuple[str, ...] = ()
FEATURES = ("x0", "x1")

# What each column may hold, in the words of JSON Schema.
LIMIT = 3.4028235677973362e38
_NUMBER: dict[str, Any] = {
    "type": ["number", "boolean"],
    "minimum": -LIMIT,
    "maximum": LIMIT,
}
RULES = dict.fromkeys(FEATURES, _NUMBER)
EXAMPLE: dict[str, Any] = {}
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
            errors.append(dict(zip(keys, map(_plain, fault))))
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
    return _checked(record, COLUMNS)


def encode(record: Mapping[str, Any]) -> tuple[float, ...]:
    """The feature vector that the model was fitted on, in the order of FEATURES."""
    return _checked(record, FEATURES)


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

""",
)
# the cut that this is compared with,
_CUTS: Sequence[float] = _packed(
    "d",
    """

""",
)
# the node after it where it is at most the cut,
_HOLDS: Sequence[int] = _packed(
    "B",
    """

""",
)
# and where it is not. Below zero are leaves: leaf k is -1 - k.
_FAILS: Sequence[int] = _packed(
    "B",
    """

""",
)
PREDICTIONS: Sequence[float] = _packed(
    "d",
    """
AAAAAAAABEA=
""",
)
LEAVES: Sequence[int] = _packed(
    "i",
    """
AAAAAA==
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


def score() -> int:
    """The place of a record's leaf in the tables above."""
    numbers: list[float] = []
    return _leaf(numbers, -1)


def predict(record: Record | Mapping[str, Any]) -> float:
    """The answer for one record; InvalidRecord if it cannot be scored."""
    return PREDICTIONS[score(*validate(record))]


def apply(record: Mapping[str, Any]) -> int:
    """The number that the model gives the leaf of one record."""
    return LEAVES[score(*validate(record))]


def predict_many(records: Iterable[Any]) -> list[float]:
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
    if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise TypeError
    if hasattr(value, "__index__"):
        if abs(int(value)) > 2**53:  # the model may have seen another double
            raise _Fault("integer_too_large")
    elif getattr(value, "ndim", 0):
        raise TypeError  # a column of a frame
    return float(value)


def _shown(value: Any) -> str:
    """A value for a message: on one line, printable, of a readable length."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except Exception:  # noqa: BLE001 (whatever its repr raises)
        text = f"{type(value).__name__}(...)"
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:81])
    return text if len(text) <= 80 else text[:77] + "..."


def _plain(value: Any) -> Any:
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
    """Score the records of a CSV or JSON Lines file: one JSON answer a line."""
    import argparse
    import csv
    import json
    import os
    import sys

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "file", nargs="?", default="-", metavar="FILE", help="- is standard input"
    )
    parser.add_argument(
        "--schema", action="store_true", help="print the JSON Schema of a record"
    )
    parser.add_argument(
        "--version", action="store_true", help="print MODEL: what this was made of"
    )
    options = parser.parse_args()
    if options.schema:
        print(json.dumps(SCHEMA, indent=2))
        return 0
    if options.version:
        print(json.dumps(MODEL, indent=2))
        return 0
    failed = False
    try:
        for line, record in _records(options.file):
            try:
                if isinstance(record, str):
                    record = json.loads(record)
                print(json.dumps(predict(record)))
            except (TypeError, ValueError, RecursionError) as error:
                print(f"line {line}: {error}", file=sys.stderr)
                failed = True
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads the answers has had enough of them
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        failed = True
    except (InvalidRecord, UnicodeError, csv.Error) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        failed = True
    except OSError as error:
        parser.error(str(error))
    return 1 if failed else 0


def _records(file: str) -> Iterator[tuple[int, Any]]:
    """The lines of JSON, or the rows of a CSV file, each with its line number."""
    import csv
    import itertools

    with open(0 if file == "-" else file, encoding="utf-8-sig", newline="") as stream:
        first = stream.readline()
        lines = itertools.chain([first], stream)
        if first.lstrip()[:1] in ("{", "[") or file.endswith((".jsonl", ".ndjson")):
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, line
            return
        rows = csv.DictReader(lines, delimiter=max(",;\t|", key=first.count))
        names = list(rows.fieldnames or ())
        for name in COLUMNS:
            if names.count(name) > 1:
                raise csv.Error(f"there are two columns {name!r}")
        missing = [name for name in COLUMNS if name not in names]
        if missing:  # said once, not for every row
            faults = {name: ("missing_column", None) for name in missing}
            raise InvalidRecord(faults, names)
        for row in rows:
            yield rows.line_num, {name: _cell(name, text) for name, text in row.items()}


def _cell(name: str, text: str | None) -> Any:
    """The value that a cell of a CSV file stands for."""
    if name not in RULES:
        return text
    if text is None or text in ("", "NA", "NaN", "nan", "N/A", "null", "NULL", "None"):
        return None
    if text in ("True", "False"):  # as pandas writes a column of booleans
        return text == "True"
    try:
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    except ValueError:
        pass  # not a number: validate says so
    return text


if __name__ == "__main__":
    raise SystemExit(main())
