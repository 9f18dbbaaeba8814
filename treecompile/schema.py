"""What a raw record looks like: JSON Schema to columns and back.

A schema is draft 2020-12, an object whose properties are the columns. Keywords that a
scorer can obey are obeyed (type, enum, const, minimum, maximum and the exclusive ones),
those that only describe are ignored, and any other is refused by name.

The schema of a scorer admits what its ``validate`` admits, with two exceptions that JSON
Schema cannot say, or not legibly: an integer beyond 2**53, which ``validate`` refuses in
a column of numbers, and a boolean in such a column whose bounds hold only one of 0 and 1,
which the schema refuses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import BadSchema
from .example import example
from .program import LARGEST, Column, Constant, Program
from .read import json_text
from .read.budget import Budget
from .read.looks import looks_like_csv
from .visible import printable

DRAFT = "https://json-schema.org/draft/2020-12/schema"

# A column with more distinct numbers than this is measured rather than counted.
MOST_EXAMPLES = 50

_DESCRIBING = {
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$comment",
    "$id",
    "$schema",
    "format",
}
_OF_A_COLUMN = {
    "type",
    "enum",
    "const",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "not",
}
_OF_A_RECORD = {"type", "properties", "required", "additionalProperties"}
_NUMBERS = (int, float)
_ENDS = ("minimum", "maximum")
_TYPES = ("number", "integer", "string", "boolean", "null")


@dataclass(frozen=True)
class Described:
    """A raw column as a schema or the data describes it.

    ``seen`` are the distinct values that dummy columns may have been made of, as they
    stand in the data: the categories, or the numbers of a number column.
    ``category`` says that it is of pandas' dtype category in a frame.
    """

    column: Column
    seen: tuple[Constant, ...] = ()
    category: bool = False


def columns_of_schema(schema: Any) -> tuple[Described, ...]:
    """The columns that a JSON Schema describes; BadSchema where it does not."""
    if not isinstance(schema, dict):
        raise BadSchema("The schema is not a JSON object.")
    _only(schema, _OF_A_RECORD | _DESCRIBING, "the schema")
    properties = schema.get("properties")
    if schema.get("type", "object") != "object" or not isinstance(properties, dict):
        raise BadSchema(
            "The schema does not describe an object with properties, one a column."
        )
    return tuple(_described(name, value) for name, value in properties.items())


def parse_schema(text: str | bytes, name: str = "The schema") -> tuple[Described, ...]:
    """The columns of a schema file's text; BadSchema where it is no schema."""
    try:
        schema = json_text.loads(text, Budget(len(text)))
    except (ValueError, RecursionError) as error:
        raise BadSchema(_no_json(text, name, error)) from None
    return columns_of_schema(schema)


def _no_json(text: str | bytes, name: str, error: Exception) -> str:
    what = printable(name)
    data = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
    if data.lstrip()[:1] not in (b"{", b"[") and looks_like_csv(data):
        return f"{what} is not JSON.\nIt looks like a CSV file: give it with --data."
    if isinstance(error, UnicodeDecodeError):
        return f"{what} is not JSON: it is not UTF-8."
    return f"{what} is not JSON: {error}."


def _only(schema: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(schema) - known)
    if unknown:
        raise BadSchema(
            f"In {where}: a scorer cannot obey {', '.join(map(repr, unknown))}.\n"
            f"Supported are {', '.join(sorted(known - _DESCRIBING))}."
        )


def _described(name: str, schema: Any) -> Described:
    where = f"column {name!r} of the schema"
    if not isinstance(schema, dict):
        raise BadSchema(f"In {where}: it is not a JSON object.")
    _only(schema, _OF_A_COLUMN | _DESCRIBING, where)
    types = _types(schema, where)
    if "not" in schema and (
        not types & {"number", "integer"} or {"enum", "const"} & set(schema)
    ):
        raise BadSchema(f"In {where}: a scorer can obey 'not' of numbers alone.")
    values = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if values is not None:
        return _of_values(name, values, types, where)
    if "string" in types:
        return _open(name, schema, types)
    if types & {"number", "integer"}:
        return Described(
            _number(name, schema, types, where), _examples(schema, _NUMBERS)
        )
    if "boolean" in types:
        column = Column(name, (False, True), missing="null" in types)
        return Described(column, (False, True))
    raise BadSchema(
        f"In {where}: it needs a type (number, integer, boolean or string), or an enum "
        "that lists the categories."
    )


def _types(schema: Mapping[str, Any], where: str) -> set[str]:
    """The types that a value may have; none at all where the schema does not say."""
    if "type" not in schema:
        return set()
    types = schema["type"]
    types = [types] if isinstance(types, str) else types
    if not isinstance(types, list) or not types or not all(t in _TYPES for t in types):
        raise BadSchema(
            f"In {where}: type {schema['type']!r} is not a type of a value."
        )
    return set(types)


def _open(name: str, schema: dict[str, Any], types: set[str]) -> Described:
    """A column of text of any kind; what it may hold beyond its examples, an encoder
    decides."""
    known = _examples(schema, (*_NUMBERS, str, bool))
    column = Column(name, known, missing="null" in types, unknown=True)
    return Described(column, known)


def _examples(schema: Mapping[str, Any], kinds: tuple[type, ...]) -> tuple[Any, ...]:
    """The distinct examples of these kinds."""
    values = schema.get("examples", [])
    if not isinstance(values, list):
        return ()
    known = (v for v in values if type(v) in kinds and not _is_odd(v))
    return tuple(dict.fromkeys(known))


def _of_values(name: str, values: Any, types: set[str], where: str) -> Described:
    """A column that holds one of the listed values."""
    if not isinstance(values, list) or not values:
        raise BadSchema(f"In {where}: enum is not a list of values.")
    for value in values:
        if type(value) not in (str, int, float, bool, type(None)) or _is_odd(value):
            raise BadSchema(f"In {where}: {value!r} is not a category.")
    values = [value for value in values if not types or types & _types_of(value)]
    if not values:
        raise BadSchema(f"In {where}: no value of its enum has its type.")
    known = tuple(dict.fromkeys(value for value in values if value is not None))
    return Described(Column(name, known, missing=None in values), known)


def _is_odd(value: Any) -> bool:
    """Whether a value is infinite or NaN, which Python's JSON has and JSON has not."""
    return isinstance(value, float) and not math.isfinite(value)


def _types_of(value: Constant) -> set[str]:
    """The types that JSON Schema sees in a value."""
    if value is None:
        return {"null"}
    if isinstance(value, (bool, str)):
        return {"boolean" if isinstance(value, bool) else "string"}
    return {"number"} if value % 1 else {"number", "integer"}


def _number(name: str, schema: Any, types: set[str], where: str) -> Column:
    bounds = {}
    for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        if key in schema:
            bounds[key] = _bound(schema[key], f"In {where}: {key}")
    low, high = bounds.get("minimum", -math.inf), bounds.get("maximum", math.inf)
    if "exclusiveMinimum" in bounds:
        low = max(low, math.nextafter(bounds["exclusiveMinimum"], math.inf))
    if "exclusiveMaximum" in bounds:
        high = min(high, math.nextafter(bounds["exclusiveMaximum"], -math.inf))
    if low > high:
        raise BadSchema(f"In {where}: no number is within its bounds.")
    return Column(
        name,
        missing="null" in types,
        integer="integer" in types and "number" not in types,
        low=low,
        high=high,
        holes=_holes(schema.get("not"), low, high, where),
    )


def _holes(
    negated: Any, low: float, high: float, where: str
) -> tuple[tuple[float, float], ...]:
    """The numbers that ``not`` excludes, as the schema of a scorer has it."""
    if negated is None:
        return ()
    holes: list[tuple[float, float]] = []
    for rule in negated.get("anyOf", ()) if isinstance(negated, dict) else ():
        if not isinstance(rule, dict) or set(rule) != {"type", "minimum", "maximum"}:
            break
        ends = [_bound(rule[key], f"In {where}: {key}") for key in _ENDS]
        holes.append((ends[0], ends[1]))
    ends = [low, *(end for hole in holes for end in hole), high]
    if not holes or set(negated) != {"anyOf"} or len(holes) < len(negated["anyOf"]):
        raise BadSchema(
            f"In {where}: a scorer cannot obey this 'not'.\nSupported is "
            '{"anyOf": [{"type": "number", "minimum": 1, "maximum": 2}]}, or several '
            "such ranges of numbers to leave out."
        )
    if ends != sorted(ends):
        raise BadSchema(f"In {where}: the ranges under 'not' do not ascend.")
    return tuple(holes)


def _bound(value: Any, what: str) -> float:
    try:
        if type(value) in (int, float) and math.isfinite(value):
            return float(value)
    except OverflowError:
        pass
    raise BadSchema(f"{what} is not a number that a double can hold.")


def schema_of(columns: tuple[Column, ...], exact: bool = True) -> dict[str, Any]:
    """The JSON Schema of one record with these columns, as a dict.

    An exact one says no more and no less than a scorer accepts; one that is not is for
    people to edit, and leaves out what every scorer does anyway.
    """
    schema: dict[str, Any] = {
        "$schema": DRAFT,
        "type": "object",
        "properties": {column.name: property_of(column, exact) for column in columns},
    }
    if exact:
        schema["required"] = [column.name for column in columns]
    return schema


def schema_of_program(program: Program) -> dict[str, Any]:
    """What a scorer says of a record in its SCHEMA; and of the columns that no answer
    depends on, which are not required, so that ``build --schema`` knows them as well.
    """
    schema = schema_of(program.columns)
    rules = schema["properties"]
    properties = {name: {"title": name, **rules[name]} for name in rules}
    return {
        "$schema": DRAFT,
        "title": f"A record for the {program.origin.estimator}",
        "type": "object",
        "properties": properties,
        "required": [program.columns[i].name for i in program.required],
        "examples": [example(program)],
    }


def schema_of_data(described: tuple[Described, ...]) -> dict[str, Any]:
    """What the data says of a record, for people to edit and for ``build --schema``.

    Of a column of few distinct numbers these are listed, since dummy columns may have
    been made of them.
    """
    schema = schema_of(tuple(d.column for d in described), exact=False)
    for each in described:
        if each.column.categories is None and 0 < len(each.seen) <= MOST_EXAMPLES:
            schema["properties"][each.column.name]["examples"] = list(each.seen)
    return schema


def property_of(column: Column, exact: bool = True) -> dict[str, Any]:
    """The JSON Schema of the value of one column."""
    null = ["null"] if column.missing else []
    if column.categories is not None:
        known = list(column.categories)
        if column.unknown:
            kinds = ["string", "number", "boolean"] if exact else ["string"]
            return {"type": [*kinds, *null], "examples": known}
        if exact:
            return {"enum": [*_with_twins(known), *([None] if null else [])]}
        if column.boolean:
            return {"type": ["boolean", *null] if null else "boolean"}
        return {"enum": [*known, *([None] if null else [])]}
    kind = "integer" if column.integer else "number"
    # A boolean is the number 0 or 1 to Python and to a model, but not to JSON Schema.
    both = ["boolean"] if exact and column.holds(0.0) and column.holds(1.0) else []
    kinds = [kind, *both, *null]
    schema: dict[str, Any] = {"type": kinds if len(kinds) > 1 else kind}
    if column.low > (-math.inf if exact else -LARGEST):
        schema["minimum"] = column.low
    if column.high < (math.inf if exact else LARGEST):
        schema["maximum"] = column.high
    if column.holes:
        ranges = [dict(zip(_ENDS, hole)) for hole in column.holes]
        schema["not"] = {"anyOf": [{"type": "number", **r} for r in ranges]}
    return schema


def _with_twins(categories: list[Constant]) -> list[Constant]:
    """The categories; True and 1 are one to an encoder, and two to JSON Schema."""
    values = list(categories)
    for value in categories:
        if not isinstance(value, str) and value in (0, 1):
            values.append(int(value) if isinstance(value, bool) else bool(value))
    return values
