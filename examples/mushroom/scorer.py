"""A DecisionTreeClassifier in plain Python: 3 columns in, one of 2 classes out.

Compiled by treecompile 0.1.0 from a model of scikit-learn 1.9.1 (15 nodes, 8 leaves,
depth 5; sha256 of its file 93a47e123a0c0d40). Do not edit: compile again.
Columns: as --data or --schema described them (RULES 179cb82123122b10).

>>> record = {"odor": "a", "stalk_surface_below_ring": "f", "spore_print_color": "b"}
>>> predict(record)
False
>>> predict_proba(record)
(1.0, 0.0)
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

COLUMNS = ("odor", "stalk_surface_below_ring", "spore_print_color")
CLASSES = (False, True)
FEATURES = (
    "odor_a",
    "odor_c",
    "odor_f",
    "odor_l",
    "odor_m",
    "odor_n",
    "odor_p",
    "odor_s",
    "odor_y",
    "stalk_root_?",
    "stalk_root_b",
    "stalk_root_c",
    "stalk_root_e",
    "stalk_root_r",
    "stalk_surface_below_ring_f",
    "stalk_surface_below_ring_k",
    "stalk_surface_below_ring_s",
    "stalk_surface_below_ring_y",
    "spore_print_color_b",
    "spore_print_color_h",
    "spore_print_color_k",
    "spore_print_color_n",
    "spore_print_color_o",
    "spore_print_color_r",
    "spore_print_color_u",
    "spore_print_color_w",
    "spore_print_color_y",
)

# What each column may hold, in the words of JSON Schema.
RULES: dict[str, dict[str, Any]] = {
    "odor": {"enum": ["a", "c", "f", "l", "m", "n", "p", "s", "y"]},
    "stalk_root": {"enum": ["?", "b", "c", "e", "r"]},
    "stalk_surface_below_ring": {"enum": ["f", "k", "s", "y"]},
    "spore_print_color": {"enum": ["b", "h", "k", "n", "o", "r", "u", "w", "y"]},
}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {name: RULES[name] for name in COLUMNS},
    "required": list(COLUMNS),
}
_ODOR = frozenset(RULES["odor"]["enum"])
_STALK_SURFACE_BELOW_RING = frozenset(RULES["stalk_surface_below_ring"]["enum"])
_SPORE_PRINT_COLOR = frozenset(RULES["spore_print_color"]["enum"])


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
        odor = record["odor"]
        stalk_surface_below_ring = record["stalk_surface_below_ring"]
        spore_print_color = record["spore_print_color"]
        if (
            odor in _ODOR
            and stalk_surface_below_ring in _STALK_SURFACE_BELOW_RING
            and spore_print_color in _SPORE_PRINT_COLOR
        ):
            return odor, stalk_surface_below_ring, spore_print_color
    except (LookupError, TypeError, ValueError, ArithmeticError):
        pass
    return _checked(record, COLUMNS)


_ODOR_KNOWN = ("a", "c", "f", "l", "m", "n", "p", "s", "y")
_SPORE_PRINT_COLOR_KNOWN = ("b", "h", "k", "n", "o", "r", "u", "w", "y")


def encode(record: Mapping[str, Any]) -> tuple[float, ...]:
    """The feature vector that the model was fitted on, in the order of FEATURES."""
    (
        odor,
        stalk_root,
        stalk_surface_below_ring,
        spore_print_color,
    ) = _checked(record, tuple(RULES))
    return (
        *[1.0 if odor == known else 0.0 for known in _ODOR_KNOWN],
        1.0 if stalk_root == "?" else 0.0,
        1.0 if stalk_root == "b" else 0.0,
        1.0 if stalk_root == "c" else 0.0,
        1.0 if stalk_root == "e" else 0.0,
        1.0 if stalk_root == "r" else 0.0,
        1.0 if stalk_surface_below_ring == "f" else 0.0,
        1.0 if stalk_surface_below_ring == "k" else 0.0,
        1.0 if stalk_surface_below_ring == "s" else 0.0,
        1.0 if stalk_surface_below_ring == "y" else 0.0,
        *[
            1.0 if spore_print_color == known else 0.0
            for known in _SPORE_PRINT_COLOR_KNOWN
        ],
    )


# For each leaf: the answer, the share of each class and the number that the model
# itself gives the leaf.
PREDICTIONS = (True, False, True, True, False, True, False, True)
PROBABILITIES = (
    (0.0, 1.0),
    (1.0, 0.0),
    (0.0, 1.0),
    (0.1111111111111111, 0.8888888888888888),
    (1.0, 0.0),
    (0.0, 1.0),
    (1.0, 0.0),
    (0.0, 1.0),
)
LEAVES = (3, 6, 7, 8, 10, 11, 13, 14)


def score(odor: str, stalk_surface_below_ring: str, spore_print_color: str) -> int:
    """The place of a record's leaf in the tables above."""
    if odor == "l":
        if spore_print_color == "r":
            return 7  # True
        else:
            return 6  # False
    elif odor == "a":
        if spore_print_color == "r":
            return 5  # True
        else:
            return 4  # False
    elif odor == "n":
        if stalk_surface_below_ring == "y":
            return 3  # True
        elif spore_print_color == "r":
            return 2  # True
        else:
            return 1  # False
    else:
        return 0  # True


def predict(record: Mapping[str, Any]) -> bool:
    """The answer for one record; InvalidRecord if it cannot be scored."""
    return PREDICTIONS[score(*validate(record))]


def predict_proba(record: Mapping[str, Any]) -> tuple[float, ...]:
    """The probability of each of CLASSES for one record."""
    return PROBABILITIES[score(*validate(record))]


def apply(record: Mapping[str, Any]) -> int:
    """The number that the model gives the leaf of one record."""
    return LEAVES[score(*validate(record))]


def predict_many(records: Iterable[Mapping[str, Any]]) -> list[bool]:
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
