"""Python: a module that needs only the standard library, for CPython 3.8 and later.

What is decided here is what the template cannot: the names of the variables, how a
test is spelt, and the order in which a record's checks stand. The text itself is in
``templates/python/``.
"""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ...answers import answers
from ...code import words
from ...code.coder import Coder, Table
from ...code.stages import Leaves, Sizes, StageCoder, bound
from ...code.statements import Function, ReturnLeaf, Statement, WalkToLeaf
from ...code.table import Array, PackedTrees
from ...exactness import promise
from ...example import example
from ...interpret import clean
from ...printing.width import width
from ...program import (
    LARGEST,
    Column,
    Ensemble,
    Feature,
    Match,
    Program,
    Read,
    Sample,
    SingleTree,
    State,
    columns_of,
)
from ...schema import property_of
from .about import about, example_of, label_lines, public, record_lines
from .packing import is_packed, packed
from .printer import PythonPrinter
from .runtime import RuntimeFunction, command_line, taken_along
from .statements import PythonStatements
from .text import (
    WIDTH,
    Python,
    bare,
    call,
    conjunction,
    constant,
    display,
    identifiers,
    laid_out,
    listing,
    literal,
    lookup,
    mapping,
    prose,
    returned,
    signature,
    table,
)

FILTERS = {
    "bare": bare,
    "call": call,
    "conjunction": conjunction,
    "constant": constant,
    "display": display,
    "literal": literal,
    "mapping": mapping,
    "prose": prose,
    "returned": returned,
    "signature": signature,
    "table": table,
}
TEMPLATE = "python/module.py.jinja"

# Above this many number columns, all alike, validate is a loop: a line for each would
# bury what the reader came for.
WIDE = 12
# Categories that take more room than this have a table of their own.
LONGEST_LISTING = 60
# This many dummies of one column or more are encoded in a loop.
LONG_RUN = 8
# Trees of more nodes than this together are parted into functions of about so many
# each: CPython takes a time and a memory to compile one that grow faster than it does.
SIZES = Sizes(most=40_000, part=10_000)


@dataclass(frozen=True)
class PythonColumn:
    """A column as the template writes it: its variable, its rule and its check.

    ``rule`` is the JSON Schema of a value, as pairs of a key and its source text.
    """

    name: str
    id: str
    known: str  # the name of the set of its categories, if it has them
    categories: tuple[Any, ...]
    listed: str  # the name of the tuple of them, if they are many
    rule: tuple[tuple[str, str], ...]
    shares_rule: bool
    allowed: str  # where those are listed
    checks: tuple[str, ...]
    read: str
    is_number: bool
    is_open: bool
    optional: bool
    holes: str  # the name of the list of ranges that it may not hold, if there are some
    holes_lines: tuple[str, ...]


def context(program: Program, layout: str = "auto") -> dict[str, Any]:
    """Everything that ``module.py.jinja`` needs to print the program.

    ``layout`` says how trees stand in it: nested, as a table, or auto, by their size.
    """
    columns = _columns(program)
    required = [columns[i] for i in program.required]
    coder = Coder(program, [column.id for column in columns], Python())
    for column in columns:
        coder.reserve(column.known)
        coder.reserve(column.holes)
        if column.listed:
            coder.reserve(column.listed, column.categories)
    limit = _limit(program)
    printer = PythonPrinter(coder, limit)
    write = PythonStatements(printer).body
    read = columns_of(*(feature.value for feature in program.features))
    encoded = [column for i, column in enumerate(columns) if i in read]
    identity = [f.name for f in program.features] == [c.name for c in columns] and all(
        f.value == Read(i) and columns[i].is_number
        for i, f in enumerate(program.features)
    )
    uniform = identity and all(column.shares_rule for column in columns)
    coder.begin(() if identity else [feature.value for feature in program.features])
    features = [] if identity else list(_features(program, printer))
    for_encode = set(coder.constants)
    encode_bindings = write(bound(coder))
    table = PackedTrees(coder) if is_packed(program, layout) else None
    ids = [column.id for column in required]
    if isinstance(program.model, SingleTree):
        model = _tree_context(program, program.model, printer, table)
    else:
        model = _ensemble_context(program, program.model, printer, ids, table)
    types = {
        program.columns[i].name: _type_of_column(program.columns[i])
        for i in program.required
    }
    misfits = []
    coder.begin(check.value for check in program.checks)
    for check in program.checks:
        condition, mixed = coder.misfit(check)
        misfits.append((printer.condition(condition), mixed))
    misfit_bindings = write(bound(coder))
    functions = taken_along(printer.functions)
    if any(column.is_number for column in columns):
        printer.math |= {"isnan", "nan"}
    constants = list(map(_constant, coder.constants.values()))
    wide = uniform and len(required) > WIDE and not misfits and _is_plain(program)
    # The length of a row is a bound of each of its numbers, but for its last bits.
    quick = float(f"1e{math.floor(math.log10((limit or LARGEST) / 2))}") if wide else 0
    if quick:
        printer.math.add("hypot")
    return {
        "title": words.title(program, "Python"),
        "made_of": textwrap.fill(words.made_of(program), WIDTH),
        "origin": textwrap.fill(words.origin(program), WIDTH),
        "options": words.options(program),
        "doctest": _doctest(program),
        "has_cuts": words.has_rounded_cuts(program),
        "notes": [textwrap.fill(note, WIDTH) for note in words.notes(program)],
        "runtime": functions,
        "command_line": command_line(),
        "public": public(program, model),
        "model": about(program),
        "example": example_of(program),
        "record_type": list(record_lines(types, uniform and len(required) > WIDE)),
        "label_type": label_lines(program),
        "math_names": _math_names(program, printer, functions, table),
        "packed": table is not None,
        "limit": limit,
        "columns": columns,
        "required": required,
        "all_required": len(required) == len(columns),
        "encoded": encoded,
        "encodes_required": encoded == required,
        "any_category": any(not column.is_number for column in columns),
        "any_open": any(column.is_open for column in columns),
        "any_closed": any(not c.is_number and not c.is_open for c in columns),
        "any_number": any(column.is_number for column in columns),
        "any_integer": any(column.integer for column in program.columns),
        "any_unbounded": any(
            c.categories is None and not (-LARGEST <= c.low and c.high <= LARGEST)
            for c in program.columns
        ),
        "any_mixed": any(_is_mixed(program.columns[i]) for i in program.required),
        "any_holes": any(column.holes for column in program.columns),
        "any_shared": any(column.shares_rule for column in columns),
        "shared_rule": next((c.rule for c in columns if c.shares_rule), None),
        "uniform": uniform,
        "wide": wide,
        "quick": quick,
        "classes": program.classes,
        "classes_type": (
            "tuple[tuple[Label, ...], ...]"
            if program.classes and isinstance(program.classes[0], tuple)
            else "tuple[Label, ...]"
        ),
        "outputs": words.outputs(program),
        "title_of_record": f"A record for the {program.origin.estimator}",
        "features": program.features,
        "feature_sources": features,
        "encode_type": (
            "Any"
            if any(coder.passed_on(f.value) for f in program.features)
            else "float"
        ),
        "identity": identity,
        "encode_constants": [c for c in constants if c[0] in for_encode],
        **model,
        "encode_bindings": encode_bindings,
        "misfit_bindings": misfit_bindings,
        "score_constants": [c for c in constants if c[0] not in for_encode],
        "misfits": misfits,
        "samples": list(map(_sample, program.self_test)),
        "sample_functions": [
            name for sample in program.self_test[:1] for name, _ in sample.answers
        ],
        "promise": promise(program, "python"),
        "checks": [
            *(check for column in required for check in column.checks),
            *(
                [f"not _misfits({', '.join(c.id for c in required)})"]
                if misfits
                else []
            ),
        ],
        "parameters": [
            f"{columns[i].id}: {types[columns[i].name]}" for i in program.required
        ],
    }


def _constant(table: Table) -> tuple[str, str, list[str]]:
    """A table of the module: its name, its kind, and the text of each item."""
    if table.kind == "dict":
        items = [f"{literal(key)}: {literal(x)}" for key, x in table.items]
    else:
        items = list(map(literal, table.items))
    return table.name, table.kind, items


def _tree_context(
    program: Program,
    model: SingleTree,
    printer: PythonPrinter,
    table: PackedTrees | None,
) -> dict[str, Any]:
    """What ``tree.py.jinja`` needs."""
    coder, arrays = printer.coder, list[Array]()
    body: list[Statement]
    if table is None:
        coder.begin_tree(model.tree)
        body = [*bound(coder), WalkToLeaf(model)]
    else:
        coder.begin_tree(model.tree)
        table.add(model.tree)
        listed, root = table.listed(), table.roots[0]
        body = [*bound(coder), *listed, ReturnLeaf(root)]
        table.roots.clear()  # there is one, which is written out
        arrays = [*table.arrays(), *table.of_leaves(model)]
    answer_type = _type_of(model.predictions)
    if program.classes is not None:
        several = isinstance(model.predictions[0], tuple)
        answer_type = "tuple[Label, ...]" if several else "Label"
    return {
        "ensemble": False,
        "arrays": list(map(_packed, arrays)),
        "names": table.names if table is not None else {},
        "predictions": model.predictions,
        "probabilities": model.probabilities,
        "has_shares": model.probabilities is not None,
        "nodes": model.nodes,
        "statements": _text(printer, body),
        "answer_type": answer_type,
        "has_decision": False,
        "has_samples": False,
        "has_leaves": True,
        "several": isinstance(model.predictions[0], tuple),
        "nested_shares": isinstance(model.predictions[0], tuple),
        "shares_count": 0,
        "shares_type": _type_of(model.probabilities or ()),
    }


def _ensemble_context(
    program: Program,
    model: Ensemble,
    printer: PythonPrinter,
    ids: list[str],
    table: PackedTrees | None,
) -> dict[str, Any]:
    """What ``ensemble.py.jinja`` needs."""
    stages = StageCoder(program, printer.coder, ids, SIZES, table)
    write = PythonStatements(printer).body
    # What a stage is coded of, the one before it has named.
    body = _text(printer, stages.score())
    functions = [_function(function, printer) for function in stages.functions]
    answer, shares = write(stages.answer()), write(stages.shares())
    decision = write(stages.numbers(model.decision))
    samples = write(stages.numbers(model.samples))
    leaves = stages.leaves()
    if leaves is not None:
        table = leaves.packed
    one = len(model.scores) == 1
    answer_type = "float" if program.classes is None else "Label"
    if model.several:
        answer_type = f"tuple[{answer_type}, ...]"
    rows = model.several and not model.one_row
    return {
        "ensemble": True,
        "arrays": list(map(_packed, table.arrays())) if table is not None else [],
        "names": table.names if table is not None else {},
        "score_words": docstring(f"What the answers are made of: {model.words}."),
        "one_row": model.one_row,
        "several": model.several,
        "nested_shares": rows,
        "shares_count": len(model.probabilities[0]) if model.probabilities else 0,
        "probabilities": model.probabilities,
        "has_shares": model.probabilities is not None,
        "statements": body,
        "functions": functions,
        "leaves": leaves and _leaves(leaves, printer),
        "has_leaves": leaves is not None,
        "leaves_type": f"tuple[{'tuple[int, ...]' if leaves and leaves.width else 'int'}, ...]",
        "parameter": stages.parameter,
        "scores_type": "float" if one else "tuple[float, ...]",
        "answer_lines": answer,
        "shares_lines": shares,
        "decision_lines": decision,
        "samples_lines": samples,
        "has_decision": model.decision is not None,
        "decision_type": "float" if one_number(model.decision) else "tuple[float, ...]",
        "has_samples": model.samples is not None,
        "answer_type": answer_type,
        "shares_type": "tuple[tuple[float, ...], ...]" if rows else "tuple[float, ...]",
    }


def _text(printer: PythonPrinter, body: Iterable[Statement]) -> str:
    """The body of a function; as one text, since a template is slow to go through many
    lines."""
    return "\n".join(PythonStatements(printer).body(body))


def _function(function: Function, printer: PythonPrinter) -> dict[str, Any]:
    return {
        "name": function.name,
        "title": function.title,
        "arguments": function.arguments,
        "body": _text(printer, function.body),
    }


def _leaves(leaves: Leaves, printer: PythonPrinter) -> dict[str, Any]:
    some = "" if leaves.some is None else "[{}:{}]".format(*leaves.some)
    lines = PythonStatements(printer).body(leaves.body)
    return {"some": some, "lines": lines, "width": leaves.width}


def _packed(array: Array) -> dict[str, Any]:
    """An array as the template prints it."""
    return {**vars(array), "text": packed(array.code, array.numbers)}


def docstring(text: str) -> str:
    """The docstring of a function; its last line is alone where it is long for one."""
    if len(text) + 10 <= WIDTH:
        return f'"""{text}"""'
    # No single line: black takes the quotes back to it.
    lines = textwrap.wrap('"""' + text, min(WIDTH - 4, len(text)))
    return "\n    ".join([*lines, '"""'])


def one_number(vector: Any) -> bool:
    return vector is not None and len(vector) == 1


def _sample(sample: Sample) -> str:
    """A record and the answers to it, as one tuple."""
    record = ", ".join(f"{literal(k)}: {literal(v)}" for k, v in sample.record)
    return f"({{{record}}}, {', '.join(literal(x) for _, x in sample.answers)})"


def _features(program: Program, printer: PythonPrinter) -> Iterator[str]:
    """The source of each feature; a run of dummies of one column is one loop."""
    features, coder = program.features, printer.coder
    place = 0
    while place < len(features):
        run = _dummies(features, place)
        if run:
            operand = run[0].operand
            known = [entry for match in run for entry, _ in match.table]
            yield printer.term(coder.dummies(operand, known))
            place += len(run)
        else:
            value = features[place].value
            yield printer.item(coder.passed_on(value) or coder.number(value))
            place += 1


def _dummies(features: tuple[Feature, ...], place: int) -> list[Match]:
    """The run of one-category dummies of one operand that begins here, if it is long."""
    run: list[Match] = []
    for feature in features[place:]:
        match = feature.value
        if (
            not isinstance(match, Match)
            or match.default != 0.0
            or len(match.table) != 1
        ):
            break
        if match.table[0][1] != 1.0 or match.table[0][0] is State.MISSING:
            break
        if run and match.operand != run[0].operand:
            break
        run.append(match)
    return run if len(run) >= LONG_RUN else []


def _is_plain(program: Program) -> bool:
    """Whether a number is valid if its magnitude is, or there is no bound to it."""
    return all(
        not c.integer and not c.holes and c.low == -c.high for c in program.columns
    ) and (
        all(c.missing for c in program.columns)
        or all(c.high <= LARGEST for c in program.columns)
    )


def _math_names(
    program: Program,
    printer: PythonPrinter,
    functions: list[RuntimeFunction],
    table: PackedTrees | None,
) -> list[str]:
    """What the module needs of ``math``: what its text, its functions and its constants
    use."""
    constants: tuple[Any, ...] = (program.classes or (),)
    constants += tuple(of.items for of in printer.coder.constants.values())
    if isinstance(program.model, SingleTree) and table is not None:
        constants += table.spelt
    elif isinstance(program.model, SingleTree):
        model = program.model
        constants += (*model.predictions, *(model.probabilities or ()))
    constants += tuple(x for sample in program.self_test for _, x in sample.answers)
    constants += tuple(x for sample in program.self_test for _, x in sample.record)
    needed = printer.math.union(*map(_spelt_with, constants))
    return sorted(needed.union(*(function.math for function in functions)))


def _spelt_with(constant: Any) -> set[str]:
    """The names of ``math`` that the text of a constant uses."""
    if isinstance(constant, tuple):
        return set[str]().union(*map(_spelt_with, constant))
    if not isinstance(constant, float) or math.isfinite(constant):
        return set()
    return {"nan" if constant != constant else "inf"}


# --- Columns --------------------------------------------------------------------------


def _limit(program: Program) -> float | None:
    """The bound that most number columns have on both sides, which gets a name."""
    bounds = [
        column.high
        for column in program.columns
        if column.categories is None
        and column.low == -column.high >= -LARGEST
        and column.high  # of 0.0 and -0.0 each is one
    ]
    common = Counter(bounds).most_common(1)
    return common[0][0] if common and (common[0][1] > 1 or len(bounds) == 1) else None


def _columns(program: Program) -> list[PythonColumn]:
    names = [column.name for column in program.columns]
    ids, constants = identifiers(names), identifiers(names, upper=True)
    limit = _limit(program)
    lists = identifiers([f"{name}_categories" for name in names], constants, upper=True)
    lists = [
        name if width(listing(_listed(column))) > LONGEST_LISTING else ""
        for name, column in zip(lists, program.columns)
    ]
    taken = {*constants, *lists}
    holes = identifiers([f"{name}_holes" for name in names], taken, upper=True)
    holes = [name if c.holes else "" for name, c in zip(holes, program.columns)]
    rules = [_rule(c, limit, *of) for c, *of in zip(program.columns, lists, holes)]
    numbers = [r for r, c in zip(rules, program.columns) if c.categories is None]
    common = Counter(numbers).most_common(1)
    shared = common[0][0] if common and common[0][1] > 1 else None
    return [
        PythonColumn(
            name=column.name,
            id=name,
            known="" if column.categories is None or _takes_text(column) else known,
            categories=column.categories or (),
            listed=listed,
            rule=rule,
            shares_rule=rule == shared,
            allowed=_allowed(column, index, program),
            checks=_checks(column, name, known, limit),
            read=lookup(name, "record", literal(column.name), 8),
            is_open=column.unknown and column.categories is not None,
            is_number=column.categories is None,
            optional=column.missing,
            holes=hole,
            holes_lines=_holes_lines(column, hole),
        )
        for index, (column, name, known, rule, listed, hole) in enumerate(
            zip(program.columns, ids, constants, rules, lists, holes)
        )
    ]


def _rule(
    column: Column, limit: float | None, listed: str, holes: str
) -> tuple[tuple[str, str], ...]:
    def source(key: str, value: Any) -> str:
        if key == "not":
            return f'{{"anyOf": {holes}}}'
        if key in ("minimum", "maximum"):
            return _bound(value, limit)
        if listed and key in ("enum", "examples"):
            more = map(literal, value[len(column.categories or ()) :])
            return f"[{', '.join([f'*{listed}', *more])}]"
        return listing(value) if isinstance(value, list) else literal(value)

    return tuple((key, source(key, v)) for key, v in property_of(column).items())


def _holes_lines(column: Column, name: str) -> tuple[str, ...]:
    """The list of the ranges of numbers that a column may not hold."""
    if not column.holes:
        return ()
    ranges = property_of(column)["not"]["anyOf"]
    items = [
        "{"
        + ", ".join(f"{literal(key)}: {literal(x)}" for key, x in each.items())
        + "}"
        for each in ranges
    ]
    lines = laid_out([f"    {name} = [{', '.join(items)}]"])
    return tuple(textwrap.dedent("\n".join(lines)).splitlines())


def _listed(column: Column) -> list[Any]:
    """What the rule of a column lists."""
    rule = property_of(column)
    return list(rule.get("enum", rule.get("examples", ())))


def _bound(value: float, limit: float | None) -> str:
    if limit is not None and abs(value) == limit:
        return "LIMIT" if value > 0 else "-LIMIT"
    return literal(value)


def _checks(
    column: Column, name: str, known: str, limit: float | None
) -> tuple[str, ...]:
    """The conditions under which validate takes a value as it is."""
    if column.categories is not None:
        if _takes_text(column):
            # Any text is taken; what is not goes the long way.
            return (f"type({name}) is str",)
        if _is_mixed(column):
            return f"type({name}) in _PLAIN", f"{name} in {known}"
        return (f"{name} in {known}",)
    low, high = _bound(column.low, limit), _bound(column.high, limit)
    whole = (f"{name} % 1 == 0",) if column.integer else ()
    between = _between(column, low, name, high)
    others = [_outside(name, *hole) for hole in column.holes]
    if not column.missing:
        if not between and not whole:
            between = f"not isnan({name})"
        return *filter(None, [between]), *others, *whole
    # A comparison with nan is false: said the other way round, nan passes.
    whole = (f"not {name} % 1 > 0",) if column.integer else ()
    if column.integer and math.isinf(column.high - column.low):
        whole = (f"(isnan({name}) or {name} % 1 == 0)",)  # inf % 1 is nan
    between = between and f"({between} or isnan({name}))"
    return *filter(None, [between]), *others, *whole


def _between(column: Column, low: str, name: str, high: str) -> str:
    """The condition that a number is within the bounds; none where there are none."""
    if column.low == -math.inf:
        return "" if column.high == math.inf else f"{name} <= {high}"
    return f"{low} <= {name}" + (f" <= {high}" if column.high < math.inf else "")


def _outside(name: str, low: float, high: float) -> str:
    """The condition that a number is in no hole; nan is in none."""
    if low == high:
        return f"{name} != {literal(low)}"
    return f"not {literal(low)} <= {name} <= {literal(high)}"


def _allowed(column: Column, index: int, program: Program) -> str:
    """Where the module lists the categories of a column that it requires."""
    key, name = "examples" if column.unknown else "enum", literal(column.name)
    if width(name) > LONGEST_LISTING and index in program.required:
        name = f"COLUMNS[{program.required.index(index)}]"
    return f'RULES[{name}]["{key}"]'


def _takes_text(column: Column) -> bool:
    return column.unknown and all(type(c) is str for c in column.categories or ())


def _is_mixed(column: Column) -> bool:
    """Whether some categories are numbers, which those of other types can equal."""
    return column.categories is not None and not all(
        type(category) is str for category in column.categories
    )


def _type_of_column(column: Column) -> str:
    if column.categories is None:
        return "float"
    kinds = {type(category).__name__ for category in column.categories}
    if kinds <= {"int", "float"}:
        kinds = {"float"}
    kind = kinds.pop() if len(kinds) == 1 else "Any"
    return f"{kind} | None" if column.missing and kind != "Any" else kind


def _type_of(values: tuple[Any, ...]) -> str:
    """The annotation that fits all of some constants."""
    if values and all(type(value) is tuple for value in values):
        inner = _type_of(tuple(item for value in values for item in value))
        return f"tuple[{inner}, ...]"
    kinds = {type(value).__name__ for value in values}
    return kinds.pop() if len(kinds) == 1 else "Any"


# --- Words ----------------------------------------------------------------------------


def _doctest(program: Program) -> list[str]:
    """A session that scores one valid record, with what it answers."""
    record = example(program)
    values = clean(program, record)[0]
    says = answers(program, values)
    lines = [f">>> record = {_record(record)}"]
    if len(lines[0]) > WIDTH:
        lines = [">>> record = {"]
        lines += [f"...     {literal(k)}: {literal(v)}," for k, v in record.items()]
        lines.append("... }")
    lines += [">>> predict(record)", repr(says.predict)]
    # Where exp and its kin have a part in them, the last digits are another machine's.
    if says.predict_proba is not None and isinstance(program.model, SingleTree):
        lines += [">>> predict_proba(record)", repr(says.predict_proba)]
    return lines


def _record(record: dict[str, Any]) -> str:
    if len(record) > WIDE and set(record.values()) == {0.0}:
        return "dict.fromkeys(COLUMNS, 0.0)"
    return (
        "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in record.items()) + "}"
    )
