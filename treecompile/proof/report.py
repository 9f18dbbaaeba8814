"""What verifying found: a report of parts, for people and for programs."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..read.context import shown
from ..visible import printable


class Verdict(Enum):
    """What a part came to."""

    SHOWN = "shown"
    DIFFERS = "differs"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True)
class Disagreement:
    """One place where the scorer is not the model.

    ``line`` is where in the scorer. ``record`` is one that shows it, ``path`` the tests
    that it passes on its way, and ``model`` and ``scorer`` are what either says.
    """

    what: str
    model: str
    scorer: str
    line: int | None = None
    path: tuple[str, ...] = ()
    record: dict[str, Any] | None = None
    answers: tuple[Any, Any] | None = None  # to that record, where they are known

    def text(self) -> str:
        """Some lines for people."""
        lines = [
            self.what + (f" (line {self.line} of the scorer)" if self.line else "")
        ]
        lines += ["the model:  " + self.model, "the scorer: " + self.scorer]
        if self.path:
            lines += ["the path:   " + self.path[0]]
            lines += ["            " + step for step in self.path[1:]]
        if self.record is not None:
            lines.append(f"the record: {shown_record(self.record)}")
        if self.answers:
            says = "which the model answers with {}, and the scorer with {}"
            lines.append("            " + says.format(*map(repr, self.answers)))
        return "\n".join("    " + printable(line) for line in lines)


@dataclass(frozen=True)
class Part:
    """One part of the proof: ``words`` say in a line what was done and found, ``counts``
    how much of what, ``how`` how to show what was not. ``asked`` is whether it was asked
    for at all."""

    name: str
    verdict: Verdict
    words: str
    counts: dict[str, int]
    disagreements: tuple[Disagreement, ...] = ()
    how: str = ""
    asked: bool = True

    def text(self) -> str:
        """The line, and under it what else there is to say."""
        lines = [f"{self.name + ':':12} {self.verdict.value}. {self.words}"]
        lines += [each.text() for each in self.disagreements]
        if self.how:
            lines.append(f"    {self.how}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Report:
    """What was shown of a scorer, part by part."""

    model: str
    scorer: str
    parts: tuple[Part, ...]

    @property
    def ok(self) -> bool:
        """Whether emission was shown, and no part found a difference."""
        return self.parts[0].verdict is Verdict.SHOWN and not any(
            part.verdict is Verdict.DIFFERS for part in self.parts
        )

    @property
    def complete(self) -> bool:
        """Whether every part was shown."""
        return all(part.verdict is Verdict.SHOWN for part in self.parts)

    @property
    def exit_code(self) -> int:
        """0 where all that was asked for was shown, 1 where something differs, 3 where
        nothing differs but a part that was asked for was not shown."""
        verdicts = [part.verdict for part in self.parts]
        if Verdict.DIFFERS in verdicts:
            return 1
        asked = [part.verdict for part in self.parts if part.asked]
        return 3 if Verdict.NOT_SHOWN in asked else 0

    def text(self) -> str:
        """The report as ``treecompile verify`` prints it."""
        model, scorer = printable(self.model), printable(self.scorer)
        if not self.ok:
            verdict = f"{scorer} is not shown to be {model}: see above."
        elif self.complete:
            verdict = f"{scorer} is {model}."
        elif self.exit_code == 0:
            verdict = f"{scorer} is what treecompile writes for {model}; no more was asked for."
        else:
            verdict = (
                f"{scorer} is {model} as far as shown: " "see above for what was not."
            )
        lines = "\n".join([*(part.text() for part in self.parts), verdict])
        return "\n".join(map(printable, lines.split("\n")))

    def as_json(self) -> str:
        """The same for programs: JSON, in which NaN and infinities are texts."""
        return json.dumps(
            {
                "model": self.model,
                "scorer": self.scorer,
                "ok": self.ok,
                "complete": self.complete,
                "exit_code": self.exit_code,
                "parts": [_part(part) for part in self.parts],
            },
            indent=2,
        )

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        verdicts = ", ".join(f"{p.name} {p.verdict.value}" for p in self.parts)
        return f"<Report: {verdicts}>"


def _part(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "verdict": part.verdict.value,
        "asked": part.asked,
        "words": part.words,
        "counts": part.counts,
        "how": part.how,
        "disagreements": [
            {
                "what": each.what,
                "line": each.line,
                "model": each.model,
                "scorer": each.scorer,
                "path": list(each.path),
                "record": each.record and _plain(each.record),
                "answers": each.answers and list(map(_plain, each.answers)),
            }
            for each in part.disagreements
        ],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(x) for name, x in value.items()}
    if isinstance(value, tuple):
        return list(map(_plain, value))
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    return value


def shown_record(record: dict[str, Any], most: int = 12) -> str:
    """A record for people: on one line, printable, not too long."""
    items = [f"{shown(repr(k))}: {shown(repr(v))}" for k, v in record.items()]
    more = f", and {len(items) - most} more" if len(items) > most else ""
    return "{" + ", ".join(items[:most]) + more + "}"
