"""JavaScript: the types of a scorer, for editors and for TypeScript."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...program import Column, Ensemble, Program
from .text import literal, prose

# More columns, labels or categories than these are no help to an editor.
MOST = 40


def documented(program: Program) -> list[str]:
    """The lines of the comment that names the types."""
    record, label = record_of(program), label_of(program)
    lines = [f"@typedef {{{prose(record)}}} Row"]
    if program.classes is not None:
        lines.append(f"@typedef {{{prose(label)}}} Label")
    return lines


def record_of(program: Program) -> str:
    """The type of a record."""
    columns = [program.columns[i] for i in program.required]
    if len(columns) > MOST:
        return "Record<string, unknown>"
    pairs = [f"{literal(c.name)}: {_type_of(c)}" for c in columns]
    return f"{{ {'; '.join(pairs)} }}" if pairs else "object"


def _type_of(column: Column) -> str:
    missing = " | null" if column.missing else ""
    if column.categories is None:
        return f"number{missing}"
    kinds = _kinds(column.categories)
    if not column.unknown and kinds == "string" and len(column.categories) <= 8:
        kinds = " | ".join(map(literal, column.categories))
    return f"{kinds}{missing}"


def _kinds(values: Iterable[Any]) -> str:
    names = {
        str: "string",
        bool: "boolean",
        int: "number",
        float: "number",
        type(None): "null",
    }
    found = dict.fromkeys(names[type(value)] for value in values)
    return " | ".join(found) or "never"


def label_of(program: Program) -> str:
    """The type of a label; "number" of a regressor."""
    classes: Any = program.classes
    if classes is None:
        return "number"
    several = classes and isinstance(classes[0], tuple)
    labels = [label for of in classes for label in of] if several else list(classes)
    if len(labels) > MOST or any(type(label) is float for label in labels):
        return _kinds(labels)
    return " | ".join(dict.fromkeys(map(literal, labels)))


def declaration(program: Program) -> str:
    """A file of declarations for TypeScript, to lie beside the scorer."""
    from ...code.words import outputs, title

    model: Any = program.model
    ensemble = isinstance(model, Ensemble)
    answer = "Label" if program.classes is not None else "number"
    shares = "number[]"
    if outputs(program) > 1:
        answer = f"{answer}[]"
        if not (ensemble and model.one_row):
            shares = "number[][]"
    several = program.classes and isinstance(program.classes[0], tuple)
    lines = [
        f"// {title(program, 'JavaScript')}",
        "// Compiled by treecompile. Do not edit: compile again.",
        "",
        f"export type Row = {record_of(program)};",
        "export type Input = Row | Map<string, unknown>;",
    ]
    if program.classes is not None:
        lines.append(f"export type Label = {label_of(program)};")
        lines.append(f"export declare const CLASSES: Label[]{'[]' * bool(several)};")
    lines += [
        "export interface Fault {",
        "  column: string | null;",
        "  code: string;",
        "  message: string;",
        "  expected: string;",
        "  nearest: null;",
        "  value: unknown;",
        "}",
        "export declare class InvalidRecord extends Error {",
        "  missing: string[];",
        "  invalid: Record<string, unknown>;",
        "  errors(): Fault[];",
        "}",
        "export declare const COLUMNS: string[];",
        "export declare const FEATURES: string[];",
        "export declare const MODEL: Record<string, unknown>;",
        "export declare const EXAMPLE: Row;",
        "export declare const SCHEMA: Record<string, unknown>;",
        "export declare function validate(record: Input): unknown[];",
        "export declare function encode(record: Input): unknown[];",
        "export declare function score(...values: any[]): "
        + ("number | number[];" if ensemble else "number;"),
        f"export declare function predict(record: Input): {answer};",
        f"export declare function predictMany(records: Iterable<Input>): {_list(answer)};",
    ]
    if model.probabilities is not None:
        lines.append(f"export declare function predictProba(record: Input): {shares};")
        many = f"predictProbaMany(records: Iterable<Input>): {_list(shares)}"
        lines.append(f"export declare function {many};")
    if ensemble and model.decision is not None:
        number = "number" if len(model.decision) == 1 else "number[]"
        lines.append(
            f"export declare function decisionFunction(record: Input): {number};"
        )
    if ensemble and model.samples is not None:
        lines.append("export declare function scoreSamples(record: Input): number;")
    if not ensemble:
        lines.append("export declare function apply(record: Input): number;")
    elif model.applies is not None:
        leaves = "number[][]" if model.applies_width else "number[]"
        lines.append(f"export declare function apply(record: Input): {leaves};")
    return "\n".join([*lines, ""])


def _list(kind: str) -> str:
    return f"{kind}[]"
