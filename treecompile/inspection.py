"""What ``treecompile.inspect`` answers: an overview, as text, as a dict and as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import Any

from .errors import TreecompileError
from .overview import Overview
from .overview_text import as_dict, as_text


@dataclass(frozen=True, repr=False)
class Inspection:
    """What a model file holds, and what its scorer would be."""

    overview: Overview
    name: str

    @property
    def compiles(self) -> bool:
        """Whether ``compile_model`` would make a scorer of it."""
        return not self.overview.problems

    @property
    def problems(self) -> tuple[TreecompileError, ...]:
        """What stands in the way, each an error as ``compile_model`` raises them."""
        return self.overview.problems

    def as_dict(self) -> dict[str, Any]:
        """What ``treecompile inspect --json`` prints, as a dict."""
        return as_dict(self.overview)

    def as_json(self) -> str:
        """What ``treecompile inspect --json`` prints."""
        return json.dumps(self.as_dict(), indent=2, allow_nan=False) + "\n"

    def __str__(self) -> str:
        return as_text(self.overview, self.name)

    def __repr__(self) -> str:
        verdict = "compiles" if self.compiles else "does not compile"
        return f"<Inspection of a {self.overview.holds}: {verdict}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))
