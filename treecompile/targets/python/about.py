"""What a scorer says of itself: MODEL, its public names, and types for editors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ... import __version__
from ...digest import digest_of
from ...example import example
from ...program import Ensemble, Program
from .text import laid_out, literal, mapping

# More labels than this are no help to an editor.
MOST_LABELS = 50
# An example of more columns than this is one line, where all its values are zeros.
WIDE = 12


def about(program: Program) -> list[str]:
    """The lines of MODEL, an item each."""
    origin = program.origin
    plain = {
        "estimator": origin.estimator,
        "library": origin.library,
        "version": origin.version,
        "sha256": origin.sha256,
        "digest": digest_of(program),
        "treecompile": __version__,
    }
    stamp = [x.partition("=") for name, x in origin.options if name == "stamp"]
    items = [f"    {literal(key)}: {literal(value)}," for key, value in plain.items()]
    pairs = [(key, literal(value)) for key, _, value in stamp]
    return [*items, "    " + mapping(pairs, '"stamp": ', 4, ",")]


def public(program: Program, functions: dict[str, Any]) -> list[str]:
    """The names of ``__all__``: constants, classes and functions, each in order."""
    constants = ["COLUMNS", "EXAMPLE", "FEATURES", "MODEL", "SCHEMA"]
    names = ["encode", "main", "predict", "predict_many", "score", "validate"]
    if program.classes is not None:
        constants.append("CLASSES")
    if not isinstance(program.model, Ensemble):
        constants += ["LEAVES", "PREDICTIONS"]
        if functions["has_shares"]:
            constants.append("PROBABILITIES")
    if program.self_test:
        constants.append("SELF_TEST")
        names.append("self_test")
    if functions["has_shares"]:
        names += ["predict_proba", "predict_proba_many"]
    names += ["decision_function"] if functions["has_decision"] else []
    names += ["score_samples"] if functions["has_samples"] else []
    names += ["apply"] if functions["has_leaves"] else []
    return [*sorted(constants), "InvalidRecord", *sorted(names)]


def example_of(program: Program) -> str:
    """The source of EXAMPLE, a valid record."""
    record, lead = example(program), "EXAMPLE: dict[str, Any] = "
    if len(record) > WIDE and set(record.values()) == {0.0}:
        return f"{lead}dict.fromkeys(COLUMNS, 0.0)"
    return mapping([(key, literal(value)) for key, value in record.items()], lead)


def labels_of(program: Program) -> list[Any] | None:
    """The distinct labels of a classifier, of all its outputs; None of a regressor."""
    classes: Any = program.classes
    if classes is None:
        return None
    several = classes and isinstance(classes[0], tuple)
    every = [label for of in classes for label in of] if several else classes
    return list({(type(label), label): label for label in every}.values())


def label_lines(program: Program) -> list[str]:
    """The type of a label, within the block for type checkers."""
    labels = labels_of(program)
    if labels is None:
        return []
    kinds = {type(label).__name__ for label in labels}
    if labels and len(labels) <= MOST_LABELS and kinds <= {"str", "int", "bool"}:
        return laid_out([f"    Label = Literal[{', '.join(map(literal, labels))}]"])
    return [f"    Label = {kinds.pop() if len(kinds) == 1 else 'Any'}"]


def record_lines(types: dict[str, str], wide: bool) -> Iterator[str]:
    """The type of a record, within the block for type checkers: of these columns."""
    if wide or not types:
        yield f"    Record = Mapping[str, {'float' if types else 'Any'}]"
    else:  # by a call, since a name may be no identifier
        yield "    Record = TypedDict("
        yield '        "Record",'
        yield "        {"
        for name, kind in types.items():
            source = literal(kind) if "|" in kind else kind
            yield f"            {literal(name)}: {source},"
        yield "        },"
        yield "    )"
