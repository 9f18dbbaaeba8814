"""What is wrong with some of many records, said once and with the numbers of the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..errors import TreecompileError
from ..suggest import did_you_mean

# So many different complaints are told, and so many rows of each.
MOST_TOLD = 5
MOST_ROWS = 8
# The exceptions of so many rows are kept.
MOST_KEPT = 1_000


class InvalidRecords(TreecompileError, ValueError):
    """Some of many records cannot be scored.

    ``rows`` are their numbers, counted from 0; ``faults`` maps the first 1,000 of these
    to what the scorer says of that record (its InvalidRecord). ``missing`` are the
    columns that a whole frame lacks.
    """

    def __init__(
        self,
        message: str,
        rows: Sequence[int] = (),
        faults: dict[int, Exception] | None = None,
        missing: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.rows = tuple(rows)
        self.faults = faults or {}
        self.missing = tuple(missing)

    def __reduce__(self) -> Any:
        # The faults are of a class that the scorer made, which is no module's.
        return InvalidRecords, (self.args[0], self.rows, None, self.missing)

    @classmethod
    def lacking(
        cls, what: str, missing: Sequence[str], names: Iterable[Any]
    ) -> InvalidRecords:
        """A frame does not have all the columns that the scorer reads."""
        others = [name for name in names if isinstance(name, str)]
        lines = [f"    {name}{did_you_mean(name, others)}" for name in missing]
        text = f"The {what} lacks columns that the scorer reads:"
        if set(missing) <= {x.replace(" ", "_") for x in others if " " in x}:
            lines.append(
                "LightGBM saves spaces in names as _. Give the names that the model was\n"
                "fitted on, all of them in their order: load(model, names=[...])."
            )
        return cls("\n".join([text, *lines]), missing=missing)


class Faults:
    """Complaints about rows, while they are collected."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.kept: dict[int, Exception] = {}
        self.texts: dict[str, list[int]] = {}

    def add(self, row: int, error: Exception) -> None:
        self.rows.append(row)
        if len(self.kept) >= MOST_KEPT:
            return
        # A traceback would keep every record and every frame alive.
        self.kept[row] = error.with_traceback(None)
        self.texts.setdefault(str(error), []).append(row)

    def error(self, count: int, row: Callable[[int], str]) -> InvalidRecords:
        """The error about so many records; ``row`` is how a row is called."""
        lines = [f"{len(self.rows):,} of {count:,} records cannot be scored."]
        for text, rows in list(self.texts.items())[:MOST_TOLD]:
            some = ", ".join(map(row, rows[:MOST_ROWS]))
            more = (
                f" and {len(rows) - MOST_ROWS:,} more" if len(rows) > MOST_ROWS else ""
            )
            lines.append(f"{some[0].upper()}{some[1:]}{more}:")
            lines += [f"    {line}" for line in text.split("\n")]
        told = sum(len(rows) for rows in list(self.texts.values())[:MOST_TOLD])
        if told < len(self.rows):
            lines.append(f"And {len(self.rows) - told:,} more.")
        return InvalidRecords("\n".join(lines), self.rows, self.kept)
