"""What a model file holds, for people and programs to look at before they compile it.

Nothing in the file runs, and nothing in it needs to be compilable: what a part of this
cannot be told of a model, is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from .emit import emit
from .errors import TreecompileError, UnsupportedModel, not_too_deep
from .fold import fold
from .fold.constrain import constrain
from .layout import is_plain, leaf_counts
from .lower.dummies import dummy_like
from .lower.names import columns_of_model
from .lower.outline import Estimator, Size, outline, whole_size
from .lower.parts import find_part, is_container, models_of, records_of
from .lower.predict_as import advice_for_labels, said_of
from .lower.problems import COMPILED, problems, same
from .lower.roles import Role, roles
from .lower.wrappers import unwrap
from .options import Options
from .program import (
    Bands,
    Column,
    Ensemble,
    Program,
    SingleTree,
    Test,
    Threshold,
    Tree,
    Trees,
    columns_of,
    inputs_of,
)
from .read import ModelFile, Name, Record, verdict
from .read.budget import at_work
from .read.calls import refusal
from .read.foreign import ForeignClass, placed
from .read.records import Several
from .stages import lowered
from .targets.python.packing import is_packed

# A scorer of so many nodes is made to be measured; of a larger one a part is.
MOST_MEASURED = 20_000


@dataclass(frozen=True)
class Use:
    """A column of a record: what it may hold, how many tests read it, and whether it
    can change the answer. Where the model cannot be compiled, only its name is known.
    """

    name: str
    column: Column | None = None
    tests: int | None = None
    used: bool | None = None


@dataclass(frozen=True)
class Cost:
    """What the scorer would be: its size in bytes and lines, ``exact`` or estimated,
    the nodes of its trees and the columns that it asks for, and how its trees are laid
    out."""

    size: int
    lines: int
    exact: bool
    nodes: int
    columns: int
    layout: str


@dataclass(frozen=True)
class Overview:
    """What ``treecompile inspect`` says of a file."""

    size: int
    sha256: str
    container: str
    protocol: int | None
    versions: tuple[tuple[str, str], ...]
    holds: str
    estimators: tuple[tuple[str, Estimator], ...]
    parts: tuple[Role, ...]
    columns: tuple[Use, ...]
    dummies: tuple[str, ...]
    classes: tuple[Any, ...] | None
    trees: Size
    cost: Cost | None
    problems: tuple[TreecompileError, ...]
    names: tuple[tuple[Name, str], ...]
    following: tuple[str, ...] = ()
    answers: str = ""


def overview(
    file: ModelFile, part: str | None = None, predict_as: str | None = None
) -> Overview:
    """What there is to know of a file that was read leniently.

    ``part`` is the path of the estimator that is meant, where it holds several, and
    ``predict_as`` as what a booster answers. Raises
    UnsupportedModel where that is not there, and UnreadableFile where what the file
    holds comes to more than its size can hold.
    """
    with at_work(file.budget.copy()):
        return _overview(file, part, predict_as)


def _overview(file: ModelFile, part: str | None, predict_as: str | None) -> Overview:
    wrong: list[TreecompileError] = [_refused(name, file) for name in file.refused]
    if part is not None:
        find_part(
            file.root, part
        )  # a path that leads nowhere is no problem of the file
    model = _model(file.root, part, predict_as, wrong)
    outlined = None if model is None else outline(model)
    shown = [("", outlined)] if outlined is not None else _outlines(file.root)
    program, folded, priced, classes = None, None, None, None
    if outlined is not None and model is not None:
        wrong += problems(outlined)
        program = _lowered(file, part, predict_as, wrong)
        try:
            with not_too_deep():
                if program is not None and _nodes(program) <= MOST_MEASURED:
                    folded = fold(program)
                if program is not None and not file.refused:
                    priced = cost(program, folded)
        except UnsupportedModel as problem:
            program = None
            wrong.append(problem)
        classes = _classes(model, program)
    return Overview(
        size=file.size,
        sha256=file.sha256,
        container=file.container,
        protocol=file.protocol,
        versions=_versions(file, program),
        holds=holds(file.root),
        estimators=tuple(shown),
        parts=roles(file.root, model, program),
        columns=_uses(program, folded) if program is not None else _names(model),
        dummies=() if program is None else tuple(dummy_like(program)),
        classes=classes,
        trees=_size(program) if program is not None else _whole(model),
        cost=priced,
        problems=tuple(wrong),
        names=tuple((name, _verdict(name, file)) for name in file.names),
        following=file.following,
        answers="" if model is None else _answers(model),
    )


def _refused(name: Name, file: ModelFile) -> TreecompileError:
    """Why a name of the file is refused, and where what it makes stands."""
    error = refusal(name)
    return placed(error, file.root) if isinstance(error, ForeignClass) else error


def _model(
    root: Any, part: str | None, predict_as: str | None, wrong: list[TreecompileError]
) -> Record | None:
    """The one estimator that a build would take."""
    try:
        model = find_part(root, part, predict_as)
    except UnsupportedModel as problem:
        wrong.append(problem)
        return None
    if isinstance(model, Record):
        return model
    wrong.append(
        UnsupportedModel("", f"The file holds a {holds(model)}, and no estimator.")
    )
    return None


def _answers(model: Record) -> str:
    """What the answers of a booster's own file are, and which others there would be."""
    try:
        return f"{said_of(model)} {advice_for_labels(model)}".strip()
    except UnsupportedModel:  # which is among the problems
        return ""


def _outlines(root: Any) -> list[tuple[str, Estimator]]:
    """The estimators in a container of several, or of none that answers."""
    found = models_of(root) or records_of(root) if is_container(root) else {}
    return [(path, outline(record)) for path, record in list(found.items())[:20]]


def _lowered(
    file: ModelFile,
    part: str | None,
    predict_as: str | None,
    wrong: list[TreecompileError],
) -> Program | None:
    """The program of the model; the problem that stands in its way, if it is new."""
    try:
        with not_too_deep():
            return lowered(file, None, Options(part=part, predict_as=predict_as))
    except UnsupportedModel as problem:
        known = [p for p in wrong if isinstance(p, UnsupportedModel)]
        if not any(same(problem, other) for other in known):
            wrong.append(problem)
    except TreecompileError as error:
        wrong.append(error)
    return None


def holds(root: Any) -> str:
    """What a file holds, in a word; of several pickles, the first."""
    root = root[0] if isinstance(root, Several) else root
    return root.name if isinstance(root, Record) else type(root).__name__


# --- The file ---------------------------------------------------------------------------


def _versions(file: ModelFile, program: Program | None) -> tuple[tuple[str, str], ...]:
    """What is known of the libraries and the Python that wrote the file."""
    found: dict[str, dict[str, None]] = {}
    origin = None if program is None else program.origin
    if origin is not None and origin.version and origin.library != "scikit-learn":
        found[origin.library] = {origin.version: None}
    todo, seen = [record for _, record in _top(file.root)], 0
    while todo and seen < 500:
        record = todo.pop(0)
        seen += 1
        for estimator in outline(record).walk():
            if estimator.version:
                found.setdefault("scikit-learn", {})[estimator.version] = None
    if file.of_numpy_2 is not None:
        found["numpy"] = {"2.0 or later" if file.of_numpy_2 else "before 2.0": None}
    python = _python(file, [name.module for name in file.names])
    if python:
        found["Python"] = {python: None}
    return tuple((library, ", ".join(versions)) for library, versions in found.items())


def _top(root: Any) -> Iterable[tuple[str, Record]]:
    if isinstance(root, Record) and not is_container(root):
        return [("", root)]
    return list(records_of(root).items())[:50] if is_container(root) else []


def _python(file: ModelFile, modules: list[str]) -> str:
    """What the protocol and the names say of the Python that wrote the file."""
    if file.protocol is None:
        return ""
    if file.protocol >= 3:
        least = {3: "3.0", 4: "3.4", 5: "3.8"}
        return f"{least.get(file.protocol, '3.8')} or later"
    # Only Python 3 writes bytes as text in these protocols.
    return "3 (an old protocol)" if "_codecs" in modules else "2, or 3"


def _verdict(name: Name, file: ModelFile) -> str:
    """What becomes of a name: ``compiled``, ``data``, ``mentioned`` or ``refused``."""
    if name in file.refused:
        return "refused"
    said = verdict(name)
    if said == "refused if called":
        return "mentioned"
    if name.kind in COMPILED:
        return "compiled"
    return "data"


# --- The model --------------------------------------------------------------------------


def _classes(model: Record, program: Program | None) -> tuple[Any, ...] | None:
    if program is not None:
        return program.classes
    for record in _inner(model):
        classes = record.get("classes_")
        if hasattr(classes, "tolist") and getattr(classes, "ndim", 0) == 1:
            return tuple(classes.tolist())
    return None


def _inner(model: Record) -> list[Record]:
    """A model and the estimator in it that answers."""
    try:
        unwrapped = unwrap(model)
    except (TreecompileError, AttributeError, LookupError, TypeError, ValueError):
        return [model]
    inner = unwrapped.record
    return [model, inner] if isinstance(inner, Record) else [model]


def _names(model: Record | None) -> tuple[Use, ...]:
    """The columns of a model that cannot be compiled, by name."""
    if model is None:
        return ()
    names = columns_of_model(model) or ()
    return tuple(map(Use, names[:100_000]))


def _whole(model: Record | None) -> Size:
    return Size() if model is None else whole_size(model)


def _size(program: Program) -> Size:
    origin = program.origin
    count = sum(1 for _ in program.trees())
    return Size(count, origin.nodes, origin.leaves, origin.depth)


def _uses(program: Program, folded: Program | None) -> tuple[Use, ...]:
    """The columns of a record, how many tests read each, and whether it is needed:
    after folding, or where a program is too large for that, if a test reads it."""
    asked = Counter(
        test.feature
        for tree in program.trees()
        for test in tree.tests
        if isinstance(test, (Threshold, Bands))
    )
    tests: Counter[int] = Counter()
    for feature, count in asked.items():
        for column in columns_of(program.feature(feature).value):
            tests[column] += count
    read = set(tests)
    if isinstance(program.model, Ensemble):
        for stage in program.model.stages:
            for expression in inputs_of(stage):
                read |= columns_of(expression)
    columns = constrain(program).columns
    if folded is not None:
        read, columns = set(folded.required), folded.columns
    return tuple(
        Use(column.name, column, tests[i], i in read)
        for i, column in enumerate(columns)
    )


# --- What the scorer would cost -----------------------------------------------------------


def cost(program: Program, folded: Program | None, most: int = MOST_MEASURED) -> Cost:
    """The size of the scorer of a lowered program: measured, where it is small enough to
    have been folded; else estimated from that of a part of its trees."""
    exact, packed = folded is not None, is_packed(program, "auto")
    if folded is None:
        layout = (("layout", "table" if packed else "nested"),)
        program = replace(program, origin=replace(program.origin, options=layout))
        folded = fold(_sample(program, most))
    source = emit(folded, format=False)
    size, lines = len(source.encode()), source.count("\n")
    if not exact:  # the text around the trees is there once
        least = _sample(program, 1)
        bare = emit(fold(least), format=False)
        more = max(_nodes(_sample(program, most)) - _nodes(least), 1)
        times = (_nodes(program) - _nodes(least)) / more
        size = _extended(len(bare.encode()), size, times)
        lines = _extended(bare.count("\n"), lines, times)
    nodes = _nodes(folded if exact else program)
    words = "a table of numbers, and a loop over it" if packed else _layout(folded)
    trees = sum(1 for _ in program.trees())
    if trees > 1:
        words = f"{trees:,} trees in {words}" if packed else f"{trees:,} trees, {words}"
    return Cost(size, lines, exact, nodes, len(folded.required), words)


def _extended(start: int, end: int, times: float) -> int:
    return round(start + (end - start) * times)


def _nodes(program: Program) -> int:
    return sum(len(tree.tests) for tree in program.trees())


def _sample(program: Program, most: int) -> Program:
    """The program with the first trees of each stage alone, up to so many nodes; of one
    tree, a part of it."""
    model = program.model
    if isinstance(model, SingleTree):
        tree = _below(model.tree, most)
        kept = [leaf for leaf in tree.leaf if leaf >= 0]
        places = {leaf: place for place, leaf in enumerate(kept)}
        shares = model.probabilities
        return replace(
            program,
            model=replace(
                model,
                tree=replace(tree, leaf=tuple(places.get(n, -1) for n in tree.leaf)),
                predictions=tuple(model.predictions[leaf] for leaf in kept),
                probabilities=shares and tuple(shares[leaf] for leaf in kept),
                nodes=tuple(model.nodes[leaf] for leaf in kept),
            ),
        )
    share = most / max(_nodes(program), 1)
    stages = tuple(
        (
            _first(stage, max(1, int(len(stage.trees) * share)))
            if isinstance(stage, Trees)
            else stage
        )
        for stage in model.stages
    )
    return replace(program, model=replace(model, stages=stages))


def _first(stage: Trees, count: int) -> Trees:
    return replace(
        stage,
        trees=stage.trees[:count],
        rows=stage.rows[:count],
        slots=stage.slots[:count],
        nodes=stage.nodes[:count],
    )


def _below(tree: Tree, most: int) -> Tree:
    """The largest part of a tree below one of its nodes that is small enough."""
    counts = leaf_counts(tree)
    node = 0
    while 2 * counts[node] - 1 > most and tree.tests[node] is not None:
        left, right = tree.left[node], tree.right[node]
        node = left if counts[left] >= counts[right] else right
    kept, todo = [], [node]
    while todo:
        node = todo.pop()
        kept.append(node)
        if tree.tests[node] is not None:
            todo += [tree.right[node], tree.left[node]]
    places = {node: place for place, node in enumerate(kept)}
    tests: tuple[Test | None, ...] = tuple(tree.tests[node] for node in kept)
    return Tree(
        tests,
        tuple(places.get(tree.left[node], -1) for node in kept),
        tuple(places.get(tree.right[node], -1) for node in kept),
        tuple(tree.leaf[node] for node in kept),
    )


def _layout(folded: Program) -> str:
    """How the trees of the scorer are nested, in words."""
    if all(is_plain(tree, leaf_counts(tree)) for tree in folded.trees()):
        return "nested if and else, in the order of the tree"
    return "flat ifs, each branch of which returns"
