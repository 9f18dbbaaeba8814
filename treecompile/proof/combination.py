"""Part 3, combination: whole records, put to the scorer and to the model itself.

Not a proof but a test: on both sides of every cut that a record can reach, at random, and
every row of the data. Equal means to the last bit. Where exp or its kin have a part in
an answer, labels are equal and numbers within 8 ulp where numpy has an exp of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import ModuleType
from typing import Any

from ..answers import answers
from ..edges import Row, tried, valid
from ..emit import target_of
from ..exactness import flavour, passes_through_exp, promise, same
from ..interpret import leaf
from ..program import Program, SingleTree
from ..progress import Progress
from ..samples import FUNCTIONS
from .asked import NO_ANSWER, Fitted, Refused, Unasked
from .paths import path_to, step
from .report import Disagreement, Part, Verdict
from .running import Running
from .whole import Whole

Data = Callable[[ModuleType], Iterable[dict[str, Any]]] | None

# So many nodes are visited by the reference interpreter, where it stands in.
_VISITS = 3_000_000
_MOST_INTERPRETED = 4_000
_MOST_SHOWN = 3
_AT_ONCE = 2_000
_FEW_AT_ONCE = 100


class Combination:
    """Part 3 for a scorer, its program and, if it is there, its fitted model."""

    def __init__(
        self,
        scorer: Running,
        before: Program,
        after: Program,
        threshold: float | None,
        progress: Progress,
    ) -> None:
        self.scorer = scorer
        self.before, self.after = before, after
        self.whole = Whole(before, after)
        self.threshold = threshold
        self.progress = progress
        self.promise = promise(before, target_of(before))
        self.found: list[Disagreement] = []
        self.refusals: list[Disagreement] = []
        self.counts = {"edges": 0, "random": 0, "data": 0, "answers": 0}
        self.counts |= {"refused": 0, "near": 0}

    def rows(self, data: Iterable[dict[str, Any]]) -> list[Row]:
        """The records to try, counted."""
        edges, at_random = tried(self.after)
        given = [valid(self.after, record) for record in data]
        own = [row for row in given if row is not None]
        self.counts |= {
            "edges": len(edges),
            "random": len(at_random),
            "data": len(own),
            "invalid": len(given) - len(own),
        }
        return list(map(self.whole.row, edges + at_random + own))

    # --- Against the model ------------------------------------------------------------

    def against_the_model(self, fitted: Fitted, data: Data) -> Part:
        """The part, with the fitted model as the other side; ``data`` gives records to
        a module that reads them as the scorer does."""
        rows = self.rows(data(self.scorer.reader()) if data else ())
        functions = [
            name for name in FUNCTIONS if self.scorer.has(name) and fitted.has(name)
        ]
        total, done = len(rows) * len(functions), 0
        answered = dict.fromkeys(functions, 0)
        for name in functions:
            for first in range(0, len(rows), _AT_ONCE):
                self.progress("combination", done, total)
                some = rows[first : first + _AT_ONCE]
                expected = self._expected(fitted, some, name)
                given = self.scorer.answers(name, some)
                done += len(some)
                for row, says, answer in zip(some, expected, given):
                    if isinstance(says, Refused):
                        self._refuses(name, row, says, answer)
                    elif not isinstance(says, Unasked):
                        answered[name] += 1
                        self._compare(name, row, says, answer)
        return self._part(answered)

    def _refuses(self, name: str, row: Row, says: Refused, given: Any) -> None:
        self.counts["refused"] += 1
        if len(self.refusals) < _MOST_SHOWN:
            what = f"{name} answers a record that the model refuses"
            self.refusals.append(
                Disagreement(
                    what,
                    f"refused: {says.message}",
                    repr(given),
                    None,
                    self._path(row),
                    row[0],
                )
            )

    def _expected(self, fitted: Fitted, rows: Sequence[Row], name: str) -> list[Any]:
        if name == "predict" and self.threshold is not None:
            shares = fitted.answers(rows, "predict_proba")
            labels: Any = self.after.classes
            return [
                s if isinstance(s, NO_ANSWER) else labels[s[1] >= self.threshold]
                for s in shares
            ]
        found = fitted.answers(rows, name)
        if name == "predict":
            return [self._relabelled(fitted, label) for label in found]
        return found

    def _relabelled(self, fitted: Fitted, label: Any) -> Any:
        """The label as the scorer says it, where --labels says what it stands for."""
        options = dict(self.before.origin.options)
        if "labels" not in options or isinstance(label, NO_ANSWER):
            return label
        own = fitted.last.classes_.tolist()
        return self.after.classes[own.index(label)]  # type: ignore[index]

    def _compare(self, name: str, row: Row, expected: Any, given: Any) -> None:
        self.counts["answers"] += 1
        if name == "apply":
            expected = _integers(expected)
        if isinstance(expected, tuple) and len(expected) == 1:
            # A target of one column, fitted as a matrix, is answered as one.
            expected = expected if isinstance(given, tuple) else expected[0]
        if name == "decision_function" and type(expected) is int:
            expected = float(expected)  # of OneVsRestClassifier, over one class
        given = self.scorer.like(given, expected)
        if same(given, expected):
            return
        if (
            self.promise
            and name != "apply"
            and self.promise.of(name).near(given, expected)
        ):
            self.counts["near"] += 1
            return
        if len(self.found) < _MOST_SHOWN:
            what = f"{name} answers otherwise"
            self.found.append(
                Disagreement(
                    what, repr(expected), repr(given), None, self._path(row), row[0]
                )
            )

    def _path(self, row: Row) -> tuple[str, ...]:
        model = self.after.model
        if not isinstance(model, SingleTree):
            return ()
        node = model.tree.leaf.index(leaf(self.after, model.tree, row[1]))
        return tuple(step(self.after, t, left) for t, left in path_to(model.tree, node))

    # --- Against the program before folding -------------------------------------------

    def against_the_program(self, why: str, how: str) -> Part:
        """The part where the model is not there: the reference interpreter stands in."""
        rows = self.rows(())
        visits = sum(2 * max(1, len(t.tests)).bit_length() for t in self.before.trees())
        most = min(_MOST_INTERPRETED, max(20, _VISITS // max(1, visits)))
        rows = rows[:: max(1, len(rows) // most)]
        functions = [name for name in FUNCTIONS if self.scorer.has(name)]
        for first in range(0, len(rows), _FEW_AT_ONCE):
            self.progress("combination", first, len(rows))
            some = rows[first : first + _FEW_AT_ONCE]
            says = [answers(self.before, values) for _, values in some]
            for name in functions:
                for row, of, given in zip(some, says, self.scorer.answers(name, some)):
                    self._compare(name, row, getattr(of, name), given)
        verdict = Verdict.DIFFERS if self.found else Verdict.NOT_SHOWN
        words = (
            f"{why} Instead, {len(rows):,} records were put to the scorer and to the "
            "program as it was read from the file, before folding: "
            + ("some answers differ." if self.found else "every answer is equal.")
        )
        return Part("combination", verdict, words, self.counts, tuple(self.found), how)

    def _part(self, answered: dict[str, int]) -> Part:
        counts, functions = self.counts, list(answered)
        kinds = [f"{counts['edges']:,} on edges", f"{counts['random']:,} at random"]
        if counts["data"] or counts["invalid"]:
            kinds.append(f"{counts['data']:,} of the data")
        if counts["invalid"]:
            kinds[-1] += f" (but for {counts['invalid']:,} that the scorer refuses)"
        words = f"Records tried: {', '.join(kinds)}; {', '.join(functions)}: "
        silent = [name for name, count in answered.items() if not count]
        if self.found:
            words += "some answers are not the model's."
        elif silent or not functions:
            return self._nothing(words, silent)
        elif counts["near"]:
            assert self.promise is not None
            words += (
                f"labels equal; {counts['answers']:,} answers equal to the last bit but "
                f"for {counts['near']:,}, which differ {self.promise.words}"
                + (f"; {flavour()}." if passes_through_exp(self.before) else ".")
            )
        else:
            words += f"{counts['answers']:,} answers, all equal to the last bit."
            if passes_through_exp(self.before):
                words += f" They pass through exp or its kin; {flavour()}."
        if self.refusals:
            words += " The model refuses records that the scorer takes."
        found = (*self.found, *self.refusals)
        verdict = Verdict.DIFFERS if found else Verdict.SHOWN
        return Part("combination", verdict, words, counts, found)

    def _nothing(self, words: str, silent: list[str]) -> Part:
        """The part where a method of the model answered no record at all: whether it
        refuses them, or cannot answer here, is not known."""
        words += f"the model answers no record with {', '.join(silent) or 'anything'}"
        if self.refusals:
            words += f" ({self.refusals[0].model})"
        return Part("combination", Verdict.NOT_SHOWN, words + ".", self.counts)


def _integers(value: Any) -> Any:
    """Numbers of leaves as integers: some models answer them as floats."""
    if isinstance(value, tuple):
        return tuple(map(_integers, value))
    return int(value) if isinstance(value, float) else value
