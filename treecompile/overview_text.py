"""An overview as text for people, 80 columns wide, and as JSON for programs.

Names, labels and parameters are somebody else's data: no character of them that a
terminal would act upon is printed as it is.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterable
from typing import Any

import click
import numpy as np

from . import __version__
from .errors import TreecompileError, UnsupportedModel
from .lower.outline import Estimator, Size
from .lower.roles import Role
from .overview import Cost, Overview, Use
from .printing.width import width
from .program import State
from .visible import is_visible, printable

WIDTH = 80
MOST_ROWS = 40
MOST_NOTED = 8
MOST_NAMES = 60
MOST_ESTIMATORS = 60
MOST_VALUES = 12
MOST_OF_A_COLUMN = 6
MOST_IN_JSON = 100
LONGEST_VALUE = 40

# What build can compile is a long list, and the README has it.
_SUPPORTED = re.compile(r"Supported (transformers )?are [^.]*\.\n?")

#: What a verdict means, in the order in which they are shown.
VERDICTS = {
    "refused": "called by the file, and refused",
    "mentioned": "mentioned, never called",
    "compiled": "compiled",
    "data": "read as data",
}


def as_text(seen: Overview, path: str, colour: bool = False) -> str:
    """The overview for people; ``path`` is how they called the file."""
    return "\n".join(_Text(seen, path, colour).lines()) + "\n"


class _Text:
    def __init__(self, seen: Overview, path: str, colour: bool) -> None:
        self.seen = seen
        self.path = path
        self.colour = colour

    def styled(self, text: str, **style: Any) -> str:
        return click.style(text, **style) if self.colour else text

    def heading(self, title: str, more: str = "") -> list[str]:
        return ["", self.styled(title, bold=True) + (f"  {more}" if more else "")]

    def lines(self) -> list[str]:
        lines = self.file()
        for section in (
            self.problems,
            self.parts,
            self.estimators,
            self.columns,
            self.classes,
            self.scorer,
            self.names,
        ):
            lines += section()
        return lines

    def file(self) -> list[str]:
        seen, container = self.seen, self.seen.container
        if seen.protocol is not None and "protocol" not in container:
            container += f", pickle protocol {seen.protocol}"
        rows = [
            ("holds", word(seen.holds, 60)),
            ("container", container),
            ("size", _count(seen.size, "byte")),
            ("sha256", seen.sha256),
            *(
                ("written by" if not i else "", f"{library} {version}")
                for i, (library, version) in enumerate(seen.versions)
            ),
        ]
        lines = [self.styled(_cut(printable(self.path), WIDTH), bold=True)]
        for label, value in rows:
            lines += wrapped([value], f"  {label:<12}", 14, "")
        if seen.following:
            lines += ["", *paragraph(_behind(seen), "  ", 2)]
        return lines

    def problems(self) -> list[str]:
        seen = self.seen
        if not seen.problems:
            return self.heading("Compiles", self.styled("yes", fg="green"))
        lines = self.heading("Compiles", self.styled("no", fg="red"))
        advice: dict[str, None] = {}
        for problem in seen.problems[:MOST_ROWS]:
            path, what, then = _problem(problem)
            text = f"{path}: {what}" if path else what
            first, *more = text.splitlines() or [""]
            lines += paragraph(first, "  - ", 4)
            for line in more:
                lines += paragraph(line, "    ", 4)
            then = _SUPPORTED.sub("", then).strip()
            if then and not self._is_listed(then):
                advice[then] = None
        lines += _more(len(seen.problems), MOST_ROWS)
        for text in advice:
            for line in text.splitlines():
                lines += paragraph(line, "  ", 2)
        return lines

    def _is_listed(self, advice: str) -> bool:
        """Whether the parts below say what an advice does."""
        return advice.startswith("Name the one") and bool(self.seen.parts)

    def parts(self) -> list[str]:
        seen = self.seen
        if not seen.parts:
            return []
        alone = not any("model" in part.role for part in seen.parts)
        whole = "file" if seen.following else word(seen.holds)
        title = f"{len(seen.parts)} of the {whole}"
        if alone:
            title = "to put around a model that another file holds"
        lines = self.heading("Parts", title)
        for part in seen.parts[:MOST_ROWS]:
            lines += self._part(part, alone)
        return lines + _more(len(seen.parts), MOST_ROWS) + self.command()

    def _part(self, part: Role, alone: bool) -> list[str]:
        of = f" of {part.count}" if part.count else ""
        role = ", the model" if part.role == "model" else ""
        path = f"{word(part.path, 60)}: " if part.path else ""
        lines = paragraph(f"{path}{word(part.kind)}{of}{role}", "  ", 6)
        if part.holds:
            lines += values(part.holds, part.count, 6, MOST_OF_A_COLUMN)
        place, options = part.path, part.options
        if alone:  # as another build would name it
            place = f"{self.path if width(self.path) < 40 else 'FILE'}{part.path}"
        if not options and part.role == "encoder":
            options = (("--encode", f"COLUMN={place}"), ("--labels", place))
            options = options[: 2 if part.kind == "LabelEncoder" else 1]
        elif not options and part.role == "transformer":
            options = (("--preprocess", place),)
        for option, value in options:
            text = f"{option} {word(value, 200)}"
            lines.append("      " + self.styled(_cut(text, WIDTH - 6), fg="cyan"))
        if part.fits:
            names = [word(name) for name in part.fits]
            lines += wrapped(names, "      its codes would fit ", 8, ", ")
        return lines

    def command(self) -> list[str]:
        """The command that puts the parts to use."""
        parts = [part for part in self.seen.parts if part.role != "another model"]
        options = [option for part in parts for option in part.options]
        texts = [self.path, *(value for _, value in options)]
        if not options or not all(map(is_visible, texts)):
            return []
        model = _quoted(self.path)
        fits = WIDTH - len("  treecompile build  \\")
        words = [f"treecompile build {model if width(model) <= fits else 'MODEL'}"]
        words += [f"{option} {_quoted(value)}" for option, value in options]
        if any(width(text) > fits for text in words[1:]):
            return []
        lines, line = [], "  "
        for word in words:
            if len(line) > 4 and width(line) + width(word) > WIDTH - 3:
                lines.append(line + "\\")
                line = "      "
            line += word + " "
        return [*lines, line.rstrip()]

    def estimators(self) -> list[str]:
        seen = self.seen
        if not seen.estimators:
            return []
        size = _size(seen.trees)
        alone = seen.parts and not any("model" in part.role for part in seen.parts)
        title = "Estimators" if alone or len(seen.estimators) > 1 else "Model"
        lines = self.heading(title, size)
        for path, estimator in seen.estimators[:MOST_ROWS]:
            if path:
                lines.append(f"  {word(path, 70)}")
            lines += self._tree(estimator, 4 if path else 2)
        lines += _more(len(seen.estimators), MOST_ROWS)
        return lines + (paragraph(seen.answers, "  ", 2) if seen.answers else [])

    def _tree(self, estimator: Estimator, indent: int) -> list[str]:
        lines: list[str] = []
        todo, shown = [(estimator, indent)], 0
        while todo and shown < MOST_ESTIMATORS:
            one, indent = todo.pop()
            lines += self._estimator(one, min(indent, 32))
            todo += [(inner, indent + 2) for inner in reversed(one.inside)]
            shown += 1
        return lines + _more(shown + len(todo), shown)

    def _estimator(self, one: Estimator, indent: int) -> list[str]:
        role = "" if one.role == "each" else word(one.role, 50)
        times = f"{one.count:,} x " if one.count > 1 else ""
        pieces = []
        if one.columns:
            shown = [word(name, 24) for name in one.columns[:MOST_VALUES]]
            more = len(one.columns) - len(shown)
            shown += [f"and {more} more"] if more > 0 else []
            shown[-1] += ":"
            pieces = [f"{text}," for text in shown[:-1]] + shown[-1:]
            role = f"{role} of" if role else "of"
        elif role:
            role += ":"
        name = times + word(one.name, 60)
        parameters = [f"{word(n)}={value_text(v)}" for n, v in one.parameters]
        shown = parameters[:MOST_VALUES]
        if len(parameters) > MOST_VALUES:
            shown.append("...")
        if shown:
            shown = [f"{text}," for text in shown[:-1]] + [f"{shown[-1]})"]
            shown[0] = f"{name}({shown[0]}"
        else:
            shown = [name]
        start = " " * indent + (f"{role} " if role else "")
        return wrapped([*pieces, *shown], start, indent + 4, " ")

    def columns(self) -> list[str]:
        seen = self.seen
        if not seen.columns:
            return []
        count = len(seen.columns)
        if seen.columns[0].tests is None:
            lines = self.heading("Columns", f"{count:,}")
            names = [column.name for column in seen.columns]
            return lines + values(names, count, 2, MOST_ROWS, quoted=False)
        used = [column for column in seen.columns if column.used]
        unused = [column.name for column in seen.columns if not column.used]
        lines = self.heading(
            "Columns", f"{len(used):,} of {count:,} can change the answer"
        )
        rows = sorted(used, key=lambda column: -(column.tests or 0))[:MOST_ROWS]
        if len(used) <= MOST_ROWS:
            rows = used
        if rows:
            room = min(max([width(word(c.name, 30)) for c in rows] + [6]), 30)
            head = f"  {'column':<{room}}  {'tests':>7}  holds"
            lines.append(self.styled(head, dim=True))
            for column in rows:
                lines += self._column(column, room)
            lines += _more(len(used), MOST_ROWS)
        if unused:
            lines.append("  no answer depends on" + ("" if rows else " any of"))
            lines += values(unused, len(unused), 4, MOST_ROWS, quoted=False)
        if seen.dummies:
            some = [word(name) for name in seen.dummies[:3]]
            some += ["..."] if len(seen.dummies) > 3 else []
            lines += paragraph(
                f"{', '.join(some)} look like dummy columns: with --data RAW.csv or "
                "--schema FILE the scorer takes the raw columns instead.",
                "  ",
                2,
            )
        return lines

    def _column(self, use: Use, room: int) -> list[str]:
        assert use.column is not None
        name, column = word(use.name, 30), use.column
        tests = f"{use.tests:,}" if use.tests else "-"
        start = f"  {name}{' ' * (room - width(name))}  {tests:>7}  "
        also = ["missing"] if column.missing else []
        if column.categories is None:
            kind = "a whole number" if column.integer else "a number"
            return [start + ", or ".join([kind, *also])]
        also += ["any other"] if column.unknown else []
        shown = list(map(value_text, column.categories[:MOST_OF_A_COLUMN]))
        more = len(column.categories) - len(shown)
        shown += [f"{more:,} more"] if more > 0 else []
        return wrapped([*shown, *also], start, len(start), ", ")

    def classes(self) -> list[str]:
        classes: Any = self.seen.classes
        if classes is None:
            return []
        if classes and isinstance(classes[0], tuple):
            lines = self.heading("Classes", f"of {len(classes)} outputs")
            for output in classes[:MOST_ROWS]:
                lines += values(output, len(output), 2, MOST_VALUES)
            return lines + _more(len(classes), MOST_ROWS)
        lines = self.heading("Classes", f"{len(classes):,}")
        return lines + values(classes, len(classes), 2, MOST_VALUES)

    def scorer(self) -> list[str]:
        cost = self.seen.cost
        if cost is None:
            return []
        asks = _count(cost.columns, "column")
        lines, about = cost.lines, ""
        if not cost.exact:
            lines, about = round(lines, 3 - len(str(lines))), "about "
        return [
            *self.heading("Scorer", "Python, as build would write it"),
            f"  {about}{_bytes(cost.size)} in {about}{_count(lines, 'line')}, "
            f"for records of {asks}",
            *paragraph(f"{_count(cost.nodes, 'node')} as {cost.layout}", "  ", 4),
        ]

    def names(self) -> list[str]:
        names = self.seen.names
        if not names:
            return []
        lines = self.heading("Names", f"{len(names):,} that the file asks for")
        for verdict, words in VERDICTS.items():
            those = [name for name, v in names if v == verdict]
            if not those:
                continue
            style = {"refused": "red", "compiled": "green"}.get(verdict)
            lines.append("  " + self.styled(words, fg=style))
            for name in those[:MOST_NAMES]:
                lines.append("    " + _cut(printable(repr(name)), WIDTH - 4))
            lines += _more(len(those), MOST_NAMES, 4)
        return lines


# --- Pieces of text -----------------------------------------------------------------------


def value_text(value: Any) -> str:
    """A label, a category or a parameter, safe and short."""
    if isinstance(value, str):
        return f'"{word(value)}"'
    if isinstance(value, State):
        return value.value
    if isinstance(value, (list, tuple, dict)) and len(value) > 6:
        return f"{type(value).__name__} of {len(value)}"
    return word(str(value))


def values(
    given: Iterable[Any], count: int, indent: int, most: int, quoted: bool = True
) -> list[str]:
    """A list of values, wrapped, and cut where it is long."""
    shown = [value_text(v) if quoted else word(str(v)) for v in list(given)[:most]]
    if count > len(shown):
        shown.append(f"and {count - len(shown):,} more")
    return wrapped(shown, " " * indent, indent, ", ")


def wrapped(items: list[str], start: str, indent: int, between: str) -> list[str]:
    """Items one after the other, in lines of at most 80 columns."""
    lines, line, empty = [], start, True
    for place, item in enumerate(items):
        last = place == len(items) - 1
        item += "" if last else between.rstrip()
        space = " " * (between.endswith(" ") and not empty)
        if not empty and width(line) + len(space) + width(item) > WIDTH:
            lines.append(line)
            line, space = " " * indent, ""
        line += space + _cut(item, max(WIDTH - width(line) - len(space), 20))
        empty = False
    return [*lines, line.rstrip()]


def paragraph(text: str, start: str, indent: int) -> list[str]:
    """Words from a message, wrapped."""
    words = [_cut(word, WIDTH - indent) for word in printable(text).split()]
    return wrapped(words, start, indent, " ")


def _quoted(text: str) -> str:
    """A word for a shell, in double quotes where that is enough."""
    if "'" in text and not re.search(r'["$`\\!]', text):
        return f'"{text}"'
    return shlex.quote(text)


def word(text: str, most: int = LONGEST_VALUE) -> str:
    """Text from a file, safe for a terminal and short."""
    return _cut(printable(text[: 4 * most]), most)


def _cut(text: str, most: int) -> str:
    """The beginning of a text that takes at most so many columns of a terminal."""
    if width(text) <= most:
        return text
    while text and width(text) > most - 3:
        text = text[: len(text) - max(1, (width(text) - most + 3) // 2)]
    return text + "..."


def _more(count: int, shown: int, indent: int = 2) -> list[str]:
    left = count - shown
    return [f"{' ' * indent}and {left:,} more (--json has them)"] if left > 0 else []


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _bytes(size: int) -> str:
    for unit, least in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= least:
            return f"{size / least:.1f} {unit}"
    return _count(size, "byte")


def _size(size: Size) -> str:
    if not size.trees:
        return ""
    leaves = f"{size.leaves:,} {'leaf' if size.leaves == 1 else 'leaves'}"
    counts = [_count(size.trees, "tree"), _count(size.nodes, "node"), leaves]
    return ", ".join([*counts, f"depth {size.depth}"])


def following(holds: str, names: Iterable[str]) -> str:
    """That a file holds more pickles than the first, and what to do about it."""
    names = [word(name) for name in names]
    some = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
    return (
        f"behind the first object ({word(holds)}) the file holds {len(names)} more: "
        f"{some}.\nAll are parts of the file, [0], [1] and so on: --part [1] takes the "
        "second one for the\nmodel, and --encode, --preprocess and --labels take such a "
        "part, too."
    )


def _behind(seen: Overview) -> str:
    return "Note: " + following(seen.holds, seen.following).replace("\n", " ")


def unused_parts(parts: Iterable[Role]) -> list[str]:
    """What stands beside a model and is not put to use, with the option that would."""
    lines, compiled = [], True
    for part in parts:
        path = _quoted(part.path)
        told = f"    {word(part.path)} ({word(part.kind)}): "
        if part.role == "encoder":
            column = _quoted(f"COLUMN={part.path}")
            label = f" or --labels {path}" * (part.kind == "LabelEncoder")
            lines.append(f"{told}--encode {printable(column)}{printable(label)}")
        elif part.role == "transformer":
            lines.append(f"{told}--preprocess {printable(path)}")
        elif part.role == "texts":
            lines.append(f"{told}{_count(part.count, 'text')}, as --names takes them")
        elif part.role == "codes":
            column = _quoted(f"COLUMN={part.path}")
            lines.append(
                f"{told}numbers by name, as --encode {printable(column)} takes"
            )
        elif part.role == "not compiled":
            lines.append(f"{told}cannot be compiled")
            compiled = False
    if not lines:
        return []
    more = len(lines) - MOST_NOTED
    if more > 0:
        lines[MOST_NOTED:] = [f"    and {more} more: treecompile inspect lists them"]
    lines.append(
        "The scorer takes and answers what the model itself was fitted on; the options "
        "put such parts\naround it."
    )
    if not compiled:
        lines.append(
            "What cannot be compiled must be done before records reach the scorer."
        )
    return lines


def _problem(error: TreecompileError) -> tuple[str, str, str]:
    if isinstance(error, UnsupportedModel):
        return error.path, error.problem, error.advice
    return "", str(error), ""


# --- JSON -----------------------------------------------------------------------------------


def as_dict(seen: Overview) -> dict[str, Any]:
    """The overview for programs: the keys are documented in the README."""
    return {
        "treecompile": __version__,
        "compiles": not seen.problems,
        "file": {
            "container": seen.container,
            "protocol": seen.protocol,
            "size": seen.size,
            "sha256": seen.sha256,
        },
        "versions": dict(seen.versions),
        "holds": seen.holds,
        "answers": seen.answers,
        "following": list(seen.following),
        "problems": [
            dict(zip(("path", "problem", "advice"), _problem(problem)))
            for problem in seen.problems
        ],
        "parts": list(map(_part, seen.parts)),
        "estimators": [
            {"part": path, **_estimator(estimator)}
            for path, estimator in seen.estimators
        ],
        "trees": vars(seen.trees),
        "columns": list(map(_use, seen.columns)),
        "dummies": list(seen.dummies),
        "classes": None if seen.classes is None else list(map(_json, seen.classes)),
        "scorer": None if seen.cost is None else _cost(seen.cost),
        "names": [
            {"name": repr(name), "verdict": verdict} for name, verdict in seen.names
        ],
    }


def _json(value: Any) -> Any:
    """A value as JSON has it; what JSON has not, as text."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [_json(item) for item in value[:MOST_IN_JSON]]
    if isinstance(value, dict):
        return {str(key): _json(item) for key, item in value.items()}
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)


def _estimator(one: Estimator) -> dict[str, Any]:
    """An estimator; those inside it are made first, so that nothing here recurses."""
    made: dict[int, dict[str, Any]] = {}
    for each in reversed(list(one.walk())):
        made[id(each)] = {
            "role": each.role,
            "path": each.path,
            "name": each.name,
            "module": each.record.cls.module if each.record is not None else None,
            "version": each.version,
            "count": each.count,
            "parameters": {name: _json(value) for name, value in each.parameters},
            "columns": list(each.columns),
            "trees": vars(each.size),
            "inside": [made[id(inner)] for inner in each.inside],
        }
    return made[id(one)]


def _use(use: Use) -> dict[str, Any]:
    found: dict[str, Any] = {"name": use.name, "tests": use.tests, "used": use.used}
    column = use.column
    if column is None:
        return {**found, "kind": None}
    known = column.categories
    kind = "number" if known is None else "boolean" if column.boolean else "category"
    return {
        **found,
        "kind": kind,
        "missing": column.missing,
        "unknown": column.unknown,
        "categories": None if known is None else _json(known),
        "count": None if known is None else len(known),
    }


def _part(role: Role) -> dict[str, Any]:
    return {
        "path": role.path,
        "kind": role.kind,
        "role": role.role,
        "holds": _json(role.holds),
        "count": role.count,
        "options": [list(option) for option in role.options],
        "fits": list(role.fits),
    }


def _cost(cost: Cost) -> dict[str, Any]:
    return {"target": "python", **vars(cost)}
