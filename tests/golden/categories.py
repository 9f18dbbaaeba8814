"""An ExtraTreeClassifier in plain Python: 3 columns in, one of 3 classes out.

Compiled by treecompile 0.1.0 from a model of scikit-learn 1.9.1 (33 nodes, 17 leaves,
depth 8; sha256 of its file 0123456789abcdef). Do not edit: compile again.

>>> record = {"fruit": "apple", "size": "S", "grade": 1}
>>> predict(record)
'yes'
>>> predict_proba(record)
(0.0, 0.0, 1.0)
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

COLUMNS = ("fruit", "size", "grade")
CLASSES = ("maybe", "no", "yes")
FEATURES = (
    "fruit_apple",
    "fruit_banana",
    "fruit_cherry",
    "fruit_damson",
    "fruit_elderberry",
    "fruit_fig",
    "fruit_grape",
    "fruit_nan",
    "size_S",
    "size_M",
    "size_L",
    "grade",
)

# What each column may hold, in the words of JSON Schema.
_FRUIT_CATEGORIES = (
    "apple",
    "banana",
    "cherry",
    "damson",
    "elderberry",
    "fig",
    "grape",
)
RULES: dict[str, dict[str, Any]] = {
    "fruit": {"enum": [*_FRUIT_CATEGORIES, None]},
    "size": {"enum": ["S", "M", "L"]},
    "grade": {"enum": [1, 2, 3, True]},
}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {name: RULES[name] for name in COLUMNS},
    "required": list(COLUMNS),
}
# The types of a category that validate takes as it is: of others, 1 + 0j equals 1.
_PLAIN = frozenset((bool, float, int, str, type(None)))
_FRUIT = frozenset(RULES["fruit"]["enum"])
_SIZE = frozenset(RULES["size"]["enum"])
_GRADE = frozenset(RULES["grade"]["enum"])


class InvalidRecord(ValueError):
    """A record that cannot be scored.

    .missing: the columns that it lacks; .invalid: column -> the value that is not valid.
    """

    def __init__(
        self, missing: list[str], invalid: dict[str, Any], others: list[str]
    ) -> None:
        super().__init__(missing, invalid, others)
        self.missing = tuple(missing)
        self.invalid = invalid
        self.others = others

    def __str__(self) -> str:
        lines = []
        if self.missing:
            lines.append("Not all columns were specified for model. Missing columns:")
        for name in map(_shown, self.missing):
            near = _nearest(name, self.others)
            hint = f' (the record has "{near}": did you mean "{name}"?)' if near else ""
            lines.append(f"    {name}{hint}")
        if self.invalid:
            lines.append("Input is invalid:")
        for name, value in self.invalid.items():
            near = _nearest(value, RULES[name].get("enum", ()))
            hint = f'; did you mean "{near}"?' if near else ""
            lines.append(
                f'    "{_shown(value)}" is not a valid value for "{_shown(name)}"'
                f" (expected {_expected(name)}{hint})"
            )
        return "\n".join(lines)


def validate(record: Mapping[str, Any]) -> tuple[Any, ...]:
    """The clean values of COLUMNS, or InvalidRecord naming every fault at once."""
    try:
        fruit = record["fruit"]
        size = record["size"]
        grade = record["grade"]
        if (
            fruit in _FRUIT
            and size in _SIZE
            and type(grade) in _PLAIN
            and grade in _GRADE
        ):
            return fruit, size, grade
    except (LookupError, TypeError, ValueError, ArithmeticError):
        pass
    return _checked(record, COLUMNS)


def encode(record: Mapping[str, Any]) -> tuple[float, ...]:
    """The feature vector that the model was fitted on, in the order of FEATURES."""
    fruit, size, grade = validate(record)
    return (
        1.0 if fruit == "apple" else 0.0,
        1.0 if fruit == "banana" else 0.0,
        1.0 if fruit == "cherry" else 0.0,
        1.0 if fruit == "damson" else 0.0,
        1.0 if fruit == "elderberry" else 0.0,
        1.0 if fruit == "fig" else 0.0,
        1.0 if fruit == "grape" else 0.0,
        1.0 if fruit is None else 0.0,
        1.0 if size == "S" else 0.0,
        1.0 if size == "M" else 0.0,
        1.0 if size == "L" else 0.0,
        float(grade),
    )


# For each leaf: the answer, the share of each class and the number that the model
# itself gives the leaf.
# fmt: off
PREDICTIONS = (
    "no", "yes", "maybe", "yes", "no", "yes", "no", "yes", "no", "yes", "no", "yes",
    "no", "no", "yes", "yes", "no",
)
# fmt: on
PROBABILITIES = (
    (0.3333333333333333, 0.3333333333333333, 0.3333333333333333),
    (0.0, 0.0, 1.0),
    (1.0, 0.0, 0.0),
    (0.0, 0.0, 1.0),
    (0.0, 1.0, 0.0),
    (0.0, 0.0, 1.0),
    (0.0, 1.0, 0.0),
    (0.0, 0.0, 1.0),
    (0.0, 1.0, 0.0),
    (0.0, 0.0, 1.0),
    (0.0, 1.0, 0.0),
    (0.0, 0.0, 1.0),
    (0.0, 1.0, 0.0),
    (0.0, 1.0, 0.0),
    (0.0, 0.0, 1.0),
    (0.0, 0.0, 1.0),
    (0.0, 1.0, 0.0),
)
LEAVES = (8, 9, 10, 12, 13, 15, 16, 18, 19, 21, 22, 24, 25, 29, 30, 31, 32)


def score(fruit: str | None, size: str, grade: float) -> int:
    """The place of a record's leaf in the tables above."""
    if grade == 3:
        if fruit is None:
            return 16  # "no"
        elif fruit == "apple":
            return 15  # "yes"
        elif fruit == "fig":
            return 14  # "yes"
        else:
            return 13  # "no"
    elif fruit == "elderberry":
        if size == "L":
            return 12  # "no"
        else:
            return 11  # "yes"
    elif fruit == "damson":
        if size == "L":
            return 10  # "no"
        else:
            return 9  # "yes"
    elif fruit == "cherry":
        if size == "L":
            return 8  # "no"
        else:
            return 7  # "yes"
    elif fruit == "banana":
        if size == "L":
            return 6  # "no"
        else:
            return 5  # "yes"
    elif fruit == "apple":
        if size == "L":
            return 4  # "no"
        else:
            return 3  # "yes"
    elif size == "M":
        return 2  # "maybe"
    elif size == "S":
        return 1  # "yes"
    else:
        return 0  # "no"


def predict(record: Mapping[str, Any]) -> str:
    """The answer for one record; InvalidRecord if it cannot be scored."""
    return PREDICTIONS[score(*validate(record))]


def predict_proba(record: Mapping[str, Any]) -> tuple[float, ...]:
    """The probability of each of CLASSES for one record."""
    return PROBABILITIES[score(*validate(record))]


def apply(record: Mapping[str, Any]) -> int:
    """The number that the model gives the leaf of one record."""
    return LEAVES[score(*validate(record))]


def predict_many(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """The answers for many records."""
    return [PREDICTIONS[score(*validate(record))] for record in records]


def predict_proba_many(
    records: Iterable[Mapping[str, Any]],
) -> list[tuple[float, ...]]:
    """The probabilities for many records."""
    return [PROBABILITIES[score(*validate(record))] for record in records]


# What validate does with a record that is not plainly valid.


def _checked(record: Mapping[str, Any], columns: tuple[str, ...]) -> tuple[Any, ...]:
    """The clean values of ``columns``, with every value looked at on its own."""
    if not hasattr(record, "keys"):
        raise TypeError(f"a record is a mapping, and this is a {type(record).__name__}")
    values, missing, invalid = [], [], {}
    for name in columns:
        try:
            value = record[name]
        except LookupError:
            missing.append(name)
            continue
        try:
            values.append(_clean(name, value))
        except (TypeError, ValueError, ArithmeticError):
            invalid[name] = value
    if missing or invalid:
        others = [key for key in list(record.keys()) if key not in columns]
        raise InvalidRecord(missing, invalid, others)
    return tuple(values)


def _clean(name: str, value: Any) -> Any:
    """A value as the scorer reads it; ValueError or TypeError if it is not valid."""
    rule = RULES[name]
    return _category(rule, value)


def _category(rule: dict[str, Any], value: Any) -> Any:
    """A category that the rule admits, None where it is missing."""
    value = _plain(value)
    if type(value).__name__ != "NaTType" and value != value:  # noqa: PLR0124
        value = None
    hash(value)  # what cannot be looked up is no category
    if value in rule["enum"]:
        return value
    raise ValueError


def _plain(value: Any) -> Any:
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
    except ValueError:  # of an integer of thousands of digits
        text = f"{type(value).__name__}(...)"
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:81])
    return text if len(text) <= 80 else text[:77] + "..."


def _expected(name: str) -> str:
    """What a column takes, in words."""
    rule = RULES[name]
    known = [
        "None" if value is None else f'"{_shown(value)}"'
        for value in dict.fromkeys(rule["enum"])
    ]
    return "one of " + ", ".join(known[:20]) + ", ..." * (len(known) > 20)


def _nearest(word: Any, words: Iterable[Any]) -> str:
    """The nearest of some words, printable, or nothing where none is near."""
    from difflib import get_close_matches

    if isinstance(word, str) and len(word) <= 60:
        words = [w for w in words if isinstance(w, str) and len(w) <= 60]
        return "".join(map(_shown, get_close_matches(word, words, 1)))
    return ""


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
        "--proba", action="store_true", help="probabilities in the order of CLASSES"
    )
    parser.add_argument(
        "--schema", action="store_true", help="print the JSON Schema of a record"
    )
    options = parser.parse_args()
    if options.schema:
        print(json.dumps(SCHEMA, indent=2))
        return 0
    answer: Any = predict_proba if options.proba else predict
    failed = False
    try:
        for line, record in _records(options.file):
            try:
                if isinstance(record, str):
                    record = json.loads(record)
                print(json.dumps(answer(record)))
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
            raise InvalidRecord(missing, {}, names)
        for row in rows:
            yield rows.line_num, {name: _cell(name, text) for name, text in row.items()}


_MISSING = ("", "NA", "<NA>", "NaN", "nan", "N/A", "null", "NULL", "None")


def _cell(name: str, text: str | None) -> Any:
    """The value that a cell of a CSV file stands for."""
    if name not in RULES:
        return text
    rule = RULES[name]
    known = {str(value): value for value in rule.get("enum", rule.get("examples", ()))}
    if text in known:
        return known[text]
    if text is None or text in _MISSING:
        return None
    return text


if __name__ == "__main__":
    raise SystemExit(main())
