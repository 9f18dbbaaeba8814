"""JavaScript: the types of a scorer, for editors and for TypeScript."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...printing.document import LINE, Document, Group, IfBroken, Nest, joined, printed
from ...program import Column, Ensemble, Program
from .text import WIDTH, call, key_of, literal, prose

# More columns, labels or categories than these are no help to an editor.
MOST = 40


def documented(program: Program) -> list[str]:
    """The lines of the comment that names the types."""
    record, label = record_of(program), " | ".join(labels_of(program))
    lines = [f"@typedef {{{prose(record)}}} Row"]
    if program.classes is not None:
        lines.append(f"@typedef {{{prose(label)}}} Label")
    return lines


def record_of(program: Program) -> str:
    """The type of a record."""
    columns = [program.columns[i] for i in program.required]
    if len(columns) > MOST:
        return "Record<string, unknown>"
    pairs = [f"{literal(c.name)}: {' | '.join(_types_of(c))}" for c in columns]
    return f"{{ {'; '.join(pairs)} }}" if pairs else "object"


def _types_of(column: Column) -> list[str]:
    """What a column takes, a type or several."""
    missing = ["null"] * column.missing
    if column.categories is None:
        return ["number", *missing]
    kinds = _kinds(column.categories)
    if column.unknown:
        kinds = kinds or ["string"]
    elif kinds == ["string"] and len(column.categories) <= 8:
        kinds = list(map(literal, column.categories))
    return list(dict.fromkeys([*kinds, *missing]))


def _kinds(values: Iterable[Any]) -> list[str]:
    names = {
        str: "string",
        bool: "boolean",
        int: "number",
        float: "number",
        type(None): "null",
    }
    return list(dict.fromkeys(names[type(value)] for value in values))


def labels_of(program: Program) -> list[str]:
    """The types of a label; a number for a regressor."""
    classes: Any = program.classes
    if classes is None:
        return ["number"]
    several = classes and isinstance(classes[0], tuple)
    labels = [label for of in classes for label in of] if several else list(classes)
    if len(labels) > MOST or any(type(label) is float for label in labels):
        return _kinds(labels)
    return list(dict.fromkeys(map(literal, labels)))


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
    lines = [
        f"// {prose(title(program, 'JavaScript'))}",
        "// Compiled by treecompile. Do not edit: compile again.",
        "",
        *_row(program),
        "export type Input = Row | Map<string, unknown>;",
    ]
    if program.classes is not None:
        several = program.classes and isinstance(program.classes[0], tuple)
        lines.append(_typed("export type Label =", labels_of(program)))
        lines.append(f"export declare const CLASSES: Label[]{'[]' * bool(several)};")
    lines += _SHARED
    scores = "number[]" if ensemble and len(model.scores) > 1 else "number"
    lines.append(f"export declare function score(...values: any[]): {scores};")
    lines.append(_function("predict", answer))
    lines.append(_function("predictMany", f"{answer}[]", "records: Iterable<Input>"))
    if model.probabilities is not None:
        lines.append(_function("predictProba", shares))
        lines.append(
            _function("predictProbaMany", f"{shares}[]", "records: Iterable<Input>")
        )
    if ensemble and model.decision is not None:
        number = "number" if len(model.decision) == 1 else "number[]"
        lines.append(_function("decisionFunction", number))
    if ensemble and model.samples is not None:
        lines.append(_function("scoreSamples", "number"))
    if not ensemble:
        lines.append(_function("apply", "number"))
    elif model.applies is not None:
        leaves = "number[][]" if model.applies_width else "number[]"
        lines.append(_function("apply", leaves))
    lines.append(_function("main", "Promise<number>", "words: string[]"))
    return "\n".join([*lines, ""])


_SHARED = """export interface Fault {
  column: string | null;
  code: string;
  message: string;
  expected: string;
  nearest: null;
  value: unknown;
}
export declare class InvalidRecord extends Error {
  missing: string[];
  invalid: Record<string, unknown>;
  errors(): Fault[];
}
export declare const COLUMNS: string[];
export declare const FEATURES: string[];
export declare const MODEL: Record<string, unknown>;
export declare const EXAMPLE: Row;
export declare const SCHEMA: Record<string, unknown>;
export declare function validate(record: Input): unknown[];
export declare function encode(record: Input): unknown[];""".split("\n")


def _row(program: Program) -> list[str]:
    """The type of a record, a column to a line."""
    columns = [program.columns[i] for i in program.required]
    if not columns or len(columns) > MOST:
        return [f"export type Row = {record_of(program)};"]
    inner = [_typed(f"{key_of(c.name)}:", _types_of(c), 2) for c in columns]
    return ["export interface Row {", *inner, "}"]


def _typed(lead: str, kinds: list[str], indent: int = 0) -> str:
    """A name and its type, one of several to a line where they are long."""
    if len(kinds) == 1:
        return f"{' ' * indent}{lead} {kinds[0]};"
    union: Document = (IfBroken("| "), joined((LINE, "| "), kinds))
    if not indent:  # on a line of its own first, if it fits there
        union = Group(union)
    return printed((lead, Group(Nest((LINE, union))), ";"), WIDTH, indent)


def _function(name: str, answer: str, parameter: str = "record: Input") -> str:
    head = call(f"export declare function {name}", [parameter])
    return printed((head, f": {answer};"), WIDTH)
