"""A DecisionTreeClassifier in plain Python: 5 columns in, one of 3 classes out.

Compiled by treecompile 0.1.0 from a model of scikit-learn 1.9.1 (19 nodes, 10 leaves,
depth 4; sha256 of its file e5a0f084d189141a). Do not edit: compile again.

A number goes the way that it goes in the model, which rounds it to single precision:
a cut below is the last double that still rounds to the left of the model's threshold.

>>> record = {
...     "island": "Biscoe",
...     "sex": "female",
...     "bill_length_mm": 42.4,
...     "bill_depth_mm": 16.7,
...     "flipper_length_mm": 200.0,
... }
>>> predict(record)
'Chinstrap'
>>> predict_proba(record)
(0.0, 1.0, 0.0)
"""

from __future__ import annotations

from math import isnan, nan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

COLUMNS = ("island", "sex", "bill_length_mm", "bill_depth_mm", "flipper_length_mm")
CLASSES = ("Adelie", "Chinstrap", "Gentoo")
FEATURES = (
    "pipeline-1__island_Biscoe",
    "pipeline-1__island_Dream",
    "pipeline-1__island_Torgersen",
    "pipeline-1__sex_male",
    "pipeline-2__bill_length_mm",
    "pipeline-2__bill_depth_mm",
    "pipeline-2__flipper_length_mm",
    "pipeline-2__body_mass_g",
)

# What each column may hold, in the words of JSON Schema.
RULES: dict[str, dict[str, Any]] = {
    "island": {"enum": ["Biscoe", "Dream", "Torgersen", None]},
    "sex": {"enum": ["female", "male", None]},
    "bill_length_mm": {
        "type": ["number", "boolean", "null"],
        "minimum": -1.8497318526922402e39,
        "maximum": 1.8497318526922402e39,
    },
    "bill_depth_mm": {
        "type": ["number", "boolean", "null"],
        "minimum": -6.690617552406299e38,
        "maximum": 6.690617552406299e38,
    },
    "flipper_length_mm": {
        "type": ["number", "boolean", "null"],
        "minimum": -4.7651194055004194e39,
        "maximum": 4.7651194055004194e39,
    },
    "body_mass_g": {
        "type": ["number", "boolean", "null"],
        "minimum": -2.7172680570116334e41,
        "maximum": 2.7172680570116334e41,
    },
}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {name: RULES[name] for name in COLUMNS},
    "required": list(COLUMNS),
}
_ISLAND = frozenset(RULES["island"]["enum"])
_SEX = frozenset(RULES["sex"]["enum"])


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
        island = record["island"]
        sex = record["sex"]
        bill_length_mm = record["bill_length_mm"]
        if type(bill_length_mm) is not float:
            bill_length_mm = _number(bill_length_mm)
        bill_depth_mm = record["bill_depth_mm"]
        if type(bill_depth_mm) is not float:
            bill_depth_mm = _number(bill_depth_mm)
        flipper_length_mm = record["flipper_length_mm"]
        if type(flipper_length_mm) is not float:
            flipper_length_mm = _number(flipper_length_mm)
        if (
            island in _ISLAND
            and sex in _SEX
            and (
                -1.8497318526922402e39 <= bill_length_mm <= 1.8497318526922402e39
                or isnan(bill_length_mm)
            )
            and (
                -6.690617552406299e38 <= bill_depth_mm <= 6.690617552406299e38
                or isnan(bill_depth_mm)
            )
            and (
                -4.7651194055004194e39 <= flipper_length_mm <= 4.7651194055004194e39
                or isnan(flipper_length_mm)
            )
        ):
            return island, sex, bill_length_mm, bill_depth_mm, flipper_length_mm
    except (LookupError, TypeError, ValueError, ArithmeticError):
        pass
    return _checked(record, COLUMNS)


def encode(record: Mapping[str, Any]) -> tuple[float, ...]:
    """The feature vector that the model was fitted on, in the order of FEATURES."""
    (
        island,
        sex,
        bill_length_mm,
        bill_depth_mm,
        flipper_length_mm,
        body_mass_g,
    ) = _checked(record, tuple(RULES))
    return (
        1.0 if island in {"Biscoe", None} else 0.0,
        1.0 if island == "Dream" else 0.0,
        1.0 if island == "Torgersen" else 0.0,
        1.0 if sex in {"male", None} else 0.0,
        ((44.45 if isnan(bill_length_mm) else bill_length_mm) - 43.925000000000004)
        / 5.435873520441086,
        ((17.3 if isnan(bill_depth_mm) else bill_depth_mm) - 17.15203488372093)
        / 1.9661958426887138,
        ((197.0 if isnan(flipper_length_mm) else flipper_length_mm) - 200.8924418604651)
        / 14.00342777273317,
        ((4050.0 if isnan(body_mass_g) else body_mass_g) - 4200.872093023256)
        / 798.5333364699052,
    )


# For each leaf: the answer, the share of each class and the number that the model
# itself gives the leaf.
PREDICTIONS = (
    "Adelie",
    "Adelie",
    "Chinstrap",
    "Adelie",
    "Adelie",
    "Gentoo",
    "Chinstrap",
    "Adelie",
    "Chinstrap",
    "Gentoo",
)
PROBABILITIES = (
    (0.9090909090909091, 0.09090909090909091, 0.0),
    (1.0, 0.0, 0.0),
    (0.0, 1.0, 0.0),
    (0.9, 0.0, 0.1),
    (1.0, 0.0, 0.0),
    (0.0, 0.0, 1.0),
    (0.0, 1.0, 0.0),
    (1.0, 0.0, 0.0),
    (0.0, 1.0, 0.0),
    (0.0, 0.0, 1.0),
)
LEAVES = (4, 5, 7, 8, 11, 12, 13, 16, 17, 18)


def score(
    island: str | None,
    sex: str | None,
    bill_length_mm: float,
    bill_depth_mm: float,
    flipper_length_mm: float,
) -> int:
    """The place of a record's leaf in the tables above."""
    if flipper_length_mm > 206.5000002481608:
        if island in {"Biscoe", None}:
            return 9  # "Gentoo"
        elif bill_depth_mm > 18.94999997488662:
            return 8  # "Chinstrap"
        else:
            return 7  # "Adelie"
    elif bill_length_mm > 44.82499999248888:
        if island == "Dream":
            return 6  # "Chinstrap"
        elif flipper_length_mm > 199.99999999736548:
            return 5  # "Gentoo"
        else:
            return 4  # "Adelie"
    elif bill_length_mm <= 42.35000006376998:
        if bill_depth_mm <= 16.650000041578444:
            return 0  # "Adelie"
        else:
            return 1  # "Adelie"
    elif sex == "female":
        return 2  # "Chinstrap"
    else:
        return 3  # "Adelie"


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
    if "enum" in rule or "examples" in rule:
        return _category(rule, value)
    number = _number(value)
    if isnan(number) and "null" in rule["type"]:
        return number
    if not rule["minimum"] <= number <= rule["maximum"]:
        raise ValueError
    return number


def _category(rule: dict[str, Any], value: Any) -> Any:
    """A category that the rule admits, None where it is missing."""
    value = _plain(value)
    if type(value).__name__ != "NaTType" and value != value:  # noqa: PLR0124
        value = None
    hash(value)  # what cannot be looked up is no category
    if value in rule["enum"]:
        return value
    raise ValueError


def _number(value: Any) -> float:
    """A number as a float, nan where it is missing; TypeError if it is no number."""
    if value is None:
        return nan
    if type(value) is not int:
        value = _plain(value)
        if value is None:
            return nan
        if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
            raise TypeError
    if hasattr(value, "__index__") and abs(int(value)) > 2**53:
        raise ValueError  # the model may have seen another double
    return float(value)


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
    if "enum" in rule:
        known = [
            "None" if value is None else f'"{_shown(value)}"'
            for value in dict.fromkeys(rule["enum"])
        ]
        return "one of " + ", ".join(known[:20]) + ", ..." * (len(known) > 20)
    kind = "an integer" if "integer" in rule["type"] else "a number"
    return f"{kind} from {rule['minimum']!r} to {rule['maximum']!r}"


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
    if text in ("True", "False"):  # as pandas writes a column of booleans
        return text == "True"
    try:
        if text.isascii() and "_" not in text:  # which Python takes, and pandas not
            return int(text) if text.lstrip("+-").isdigit() else float(text)
    except ValueError:
        pass  # not a number: validate says so
    return text


if __name__ == "__main__":
    raise SystemExit(main())
