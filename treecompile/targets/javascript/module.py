"""JavaScript: what ``templates/javascript/module.mjs.jinja`` needs to print a program."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ... import __version__
from ...answers import answers
from ...code import words
from ...code.coder import Coder, Table
from ...code.stages import Leaves, Sizes, StageCoder, bound
from ...code.statements import ReturnLeaf, Statement, WalkToLeaf
from ...code.table import Array, PackedTrees, is_packed
from ...digest import digest_of
from ...example import example
from ...interpret import clean
from ...printing.document import LINE, Document, Group, Nest, printed
from ...program import Column, Constant, Ensemble, Feature, Program, Read, columns_of
from ...schema import property_of
from .packing import TYPES, packed
from .printer import JavaScriptPrinter, in_if, settled
from .runtime import taken_along
from .statements import JavaScriptStatements, unpacked
from .text import (
    WIDTH,
    JavaScript,
    array,
    assigned,
    call,
    comment,
    declared,
    identifiers,
    literal,
    prose,
    source,
)
from .types import documented

TEMPLATE = "javascript/module.mjs.jinja"
FILTERS = {"declared": declared, "literal": literal, "prose": prose}

# V8 optimizes no function of more than 60 kB of its own code, some 2,000 nodes. A table
# is faster long before, and loads sooner; ifs stay while they are still read. In a run of
# benchmarks/javascript.py a record took, nested or in a table: 18 or 8 us for boosting of
# 100 trees of depth 3, 11 or 8 us for a forest of 4,200 nodes (m2cgen 5, which checks
# nothing), 77 or 25 us for one of 40,000 (m2cgen 158), 3 us for a tree of 1,500 in both.
SIZES = Sizes(most=1_500, part=1_000)
MOST_NESTED_NODES = 1_200


def context(program: Program, layout: str = "auto") -> dict[str, Any]:
    """Everything that the template needs to print the program.

    ``layout`` says how trees stand in it: nested, as a table, or auto, by their size.
    """
    names = [column.name for column in program.columns]
    ids = identifiers(names)
    coder = Coder(program, ids, JavaScript())
    printer = JavaScriptPrinter(coder)
    write = JavaScriptStatements(printer).body
    required = [ids[i] for i in program.required]
    coder.begin(feature.value for feature in program.features)
    features = [_feature(coder, feature) for feature in program.features]
    columns = [names[i] for i in program.required]
    identity = [f.name for f in program.features] == columns and all(
        feature.value == Read(i) and program.columns[i].categories is None
        for i, feature in zip(program.required, program.features)
    )
    encode = write(bound(coder))
    encoded = array([settled(printer.term(term)) for term in features])
    tables_of_encode = list(coder.constants.values()) if not identity else []
    if identity:
        coder.constants.clear()
    read = sorted(
        frozenset[int]().union(*(columns_of(f.value) for f in program.features))
    )
    table = None
    if is_packed(program, layout, MOST_NESTED_NODES):
        table = PackedTrees(coder)
    model = _model(program, printer, required, table)
    coder.begin(check.value for check in program.checks)
    misfits = [coder.misfit(check) for check in program.checks]
    refusals = [_refusal(printer, condition, mixed) for condition, mixed in misfits]
    before = write(bound(coder))
    tables = [t for t in coder.constants.values() if t not in tables_of_encode]
    rules, shared = _rules(program)
    used = {"checked", "InvalidRecord", "command", "start", *printer.functions}
    if model["arrays"]:
        used |= {"unpacked", "rowsOf"}
    return {
        "head": _head(program),
        "documented": documented(program),
        "model": assigned("export const MODEL = ", _about(program)),
        "columns": declared("COLUMNS", tuple(columns), exported=True),
        "classes": program.classes is not None
        and declared("CLASSES", program.classes, exported=True),
        "features": declared(
            "FEATURES", tuple(f.name for f in program.features), exported=True
        ),
        "same_features": identity,
        "example": assigned("export const EXAMPLE = ", source(example(program))),
        "shared": shared,
        "rules": rules,
        "title_of_record": f"A record for the {program.origin.estimator}",
        "record": _declared(used, "record.mjs"),
        "runtime": [*_declared(used, "support.mjs"), *_declared(used, "runtime.mjs")],
        "main": _declared(used, "main.mjs"),
        "types": TYPES,
        "score_head": _signature("export function score", required),
        "misfits": refusals,
        "misfits_head": _signature("function misfits", required),
        "misfits_before": before,
        "encode_before": encode,
        "encode_read": _read(names, read, program) if read else "",
        "encode_values": unpacked([ids[i] for i in read], "values"),
        "encoded": printed(("return ", encoded, ";"), WIDTH, 2),
        "tables_of_encode": list(map(_table, tables_of_encode)),
        "tables": list(map(_table, tables)),
        **model,
    }


def _read(names: list[str], read: list[int], program: Program) -> str:
    """The statement that takes the columns that encode reads."""
    if tuple(read) == program.required:
        return "  const values = validate(record);"
    columns = array([literal(names[i]) for i in read])
    return printed(("const values = checked(record, ", columns, ");"), WIDTH, 2)


def _declared(used: set[str], file: str) -> list[str]:
    """The text of what a scorer takes from a file; what users catch is exported."""
    return [
        found.text.replace("\nclass InvalidRecord", "\nexport class InvalidRecord")
        for found in taken_along(used, file)
    ]


def _feature(coder: Coder, feature: Feature) -> Any:
    return coder.passed_on(feature.value) or coder.number(feature.value)


def _model(
    program: Program,
    printer: JavaScriptPrinter,
    required: list[str],
    table: PackedTrees | None,
) -> dict[str, Any]:
    """What the template needs of the model: the bodies of its functions."""
    coder, model = printer.coder, program.model
    write = JavaScriptStatements(printer).body
    found: dict[str, Any] = {
        "ensemble": isinstance(model, Ensemble),
        "packed": table is not None,
        "functions": [],
        "leaves": None,
        "shares": None,
        "decision": None,
        "sample": None,
        "answer": None,
    }
    body: list[Statement]
    if not isinstance(model, Ensemble):
        if table is None:
            coder.begin_tree(model.tree)
            body = [*bound(coder), WalkToLeaf(model)]
            found["arrays"] = []
            found["answers"] = [
                declared(name, values)
                for name, values in (
                    ("PREDICTIONS", model.predictions),
                    ("PROBABILITIES", model.probabilities),
                    ("LEAVES", model.nodes),
                )
                if values is not None
            ]
        else:
            coder.begin_tree(model.tree)
            table.add(model.tree)
            listed, root = table.listed(), table.roots[0]
            body = [*bound(coder), *listed, ReturnLeaf(root)]
            table.roots.clear()  # there is one, which is written out
            arrays = [*table.arrays(), *table.of_leaves(model)]
            found["arrays"] = list(map(_packed, arrays))
            found["answers"] = []
            found["walked"] = _walked(table.names)
        found["has_shares"] = model.probabilities is not None
        found["body"] = write(body)
        return found
    stages = StageCoder(program, coder, required, SIZES, table)
    found["body"] = write(stages.score())
    found["functions"] = [
        {
            "head": _signature(f"function {function.name}", function.arguments),
            "title": function.title,
            "body": write(function.body),
        }
        for function in stages.functions
    ]
    found["has_shares"] = model.probabilities is not None
    found["words"] = textwrap.wrap(
        f"What the answers are made of: {model.words}.", WIDTH - 3
    )
    parameter = stages.parameter
    found["parameter"] = parameter
    found["answer"] = write(stages.answer())
    found["shares"] = write(stages.shares())
    found["has_decision"] = model.decision is not None
    found["decision"] = write(stages.numbers(model.decision))
    found["has_samples"] = model.samples is not None
    found["sample"] = write(stages.numbers(model.samples))
    leaves = stages.leaves()
    if leaves is not None:
        table = leaves.packed
        found["leaves"] = _leaves(leaves, write(leaves.body), required)
    found["arrays"] = list(map(_packed, table.arrays())) if table is not None else []
    if table is not None:
        found["names"] = table.names
        found["walked"] = _walked(table.names)
    return found


def _walked(names: dict[str, str]) -> str:
    """The statement that goes on from a node of the table to the one after it."""
    test = f"numbers[{names['tested']}[at]] <= {names['cuts']}[at]"
    ways = f"{names['holds']}[at]", f"{names['fails']}[at]"
    tail = Nest((LINE, "? ", ways[0], LINE, ": ", ways[1]))
    choice = Group((test, tail))
    return printed(("at =", Group(Nest((LINE, choice))), ";"), WIDTH, 4)


def _leaves(leaves: Leaves, body: str, required: list[str]) -> dict[str, Any]:
    return {
        "some": leaves.some and "{}, {}".format(*leaves.some),
        "body": body,
        "head": _signature("function numbersOf", required),
        "width": leaves.width,
    }


def _signature(lead: str, names: Iterable[str]) -> str:
    """The first line of a function; a parameter to a line where they are many."""
    return printed((call(lead, list(names)), " {"), WIDTH)


def _refusal(
    printer: JavaScriptPrinter, condition: Any, mixed: list[str]
) -> dict[str, str]:
    test = printed(("if ", in_if(printer.condition(condition)), " {"), WIDTH, 2)
    names = array([literal(name) for name in mixed])
    return {"test": test, "names": printed(("names.push(...", names, ");"), WIDTH, 4)}


def _table(table: Table) -> str:
    """A set, a map or an array of the module."""
    lead = f"const {table.name} = "
    if table.kind == "tuple":
        return declared(table.name, table.items)
    kind = "Map" if table.kind == "dict" else "Set"
    return assigned(f"{lead}new {kind}(", source(table.items), ");")


def _packed(array: Array) -> dict[str, Any]:
    """An array as the template prints it."""
    among = array.among and declared(array.among, array.distinct)
    return {**vars(array), "text": packed(array.code, array.numbers), "table": among}


# --- What the module says of records ----------------------------------------------------


def _rules(program: Program) -> tuple[str, str]:
    """The source of RULES, and of the rule that most columns share, if one is."""
    rules = [_rule(column) for column in program.columns]
    texts = list(map(repr, rules))  # which tell -0.0 from 0.0
    numbers = [text for text, c in zip(texts, program.columns) if c.categories is None]
    common = Counter(numbers).most_common(1)
    shared = common[0][0] if common and common[0][1] > 1 else None
    pairs: list[Document] = []
    for column, rule, text in zip(program.columns, rules, texts):
        value = "NUMBER" if text == shared else source(rule)
        pairs.append(array([literal(column.name), value]))
    whole = array(pairs)
    if len(pairs) > 1 and isinstance(whole, Group):
        whole = Group(whole.of, broken=True)
    text = assigned("const RULES = new Map(", whole, ");")
    if shared is None:
        return text, ""
    rule = rules[texts.index(shared)]
    return text, assigned("const NUMBER = ", source(rule))


def _rule(column: Column) -> dict[str, Any]:
    """The JSON Schema of a value; truths among other categories are 1 and 0, which a
    variable holds."""
    rule = property_of(column)
    for key in ("enum", "examples"):
        if key in rule and not column.boolean:
            first = [_held(value) for value in column.categories or ()]
            rest = [x for x in rule[key] if not _in(x, first)]
            rule[key] = first + rest
    return rule


def _held(value: Constant) -> Constant:
    return int(value) if isinstance(value, bool) else value


def _in(value: Constant, values: Sequence[Constant]) -> bool:
    return any(type(value) is type(x) and value == x for x in values)


def _about(program: Program) -> Document:
    origin = program.origin
    stamp = [x.partition("=") for name, x in origin.options if name == "stamp"]
    return source(
        {
            "estimator": origin.estimator,
            "library": origin.library,
            "version": origin.version,
            "sha256": origin.sha256,
            "digest": digest_of(program),
            "treecompile": __version__,
            "stamp": {key: value for key, _, value in stamp},
        }
    )


def _head(program: Program) -> list[str]:
    """The comment at the top, line by line."""
    paragraphs = [
        words.title(program, "JavaScript"),
        words.made_of(program),
        words.origin(program),
    ]
    lines: list[str] = []
    for paragraph in filter(None, paragraphs):
        lines += [*textwrap.wrap(paragraph, WIDTH - 3), ""]
    if more := words.options(program):
        lines = [*lines[:-1], *more, ""]
    if words.has_rounded_cuts(program):
        about = (
            "A number goes the way that it goes in the model, which rounds it to single "
            "precision: a cut below is the last double that still rounds to the left of "
            "the model's threshold."
        )
        lines += [*textwrap.wrap(about, WIDTH - 3), ""]
    for note in words.notes(program):
        lines += [*textwrap.wrap(note, WIDTH - 3), ""]
    record = example(program)
    says = answers(program, clean(program, record)[0])
    lines += ["@example", "predict(EXAMPLE);", f"// {_shown(says.predict)}"]
    return lines


def _shown(answer: Any) -> str:
    if isinstance(answer, tuple):
        return f"[{', '.join(map(_shown, answer))}]"
    return comment(answer)
