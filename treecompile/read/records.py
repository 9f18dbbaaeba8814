"""What a model file holds, as inert data.

Reading a pickle runs nothing: a class that the file names becomes a :class:`Record`
of its arguments and attributes, and a function or class that the file only mentions
becomes a :class:`Name`. Everything else is plain Python values and numpy arrays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from treecompile.errors import UnsupportedModel
from treecompile.read.budget import charge

# An array of more elements than this is charged where a record gives it out: whoever
# asks for it makes lists of it, or other arrays.
_SMALL = 4_096
_BYTES_OF_AN_ELEMENT = {1: 8, 2: 16, 4: 24, 8: 24}


# Classes, by package, whose instances may be false where a condition asks them.
_MAY_BE_FALSE = {
    "collections": ("ChainMap", "UserDict", "UserList", "UserString"),
    "datetime": ("timedelta",),
    "decimal": ("Decimal",),
    "fractions": ("Fraction",),
    "numpy": ("MaskedArray", "MaskedConstant", "poly1d"),
}


class Name:
    """A class or function that the file mentions: module and name, never the thing."""

    __slots__ = ("module", "name")

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name

    @property
    def package(self) -> str:
        """The top-level package: ``"sklearn"`` of ``sklearn.tree._classes``."""
        return self.module.partition(".")[0]

    @property
    def kind(self) -> tuple[str, str]:
        """``(package, name)``: stable while modules move within a package."""
        return self.package, self.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Name) and (self.module, self.name) == (
            other.module,
            other.name,
        )

    def __hash__(self) -> int:
        return hash((self.module, self.name))

    def __repr__(self) -> str:
        return f"{self.module}.{self.name}"


# Classes that answer as another one does, and differ in what no scorer needs.
_ALIKE = {
    Name("sklearn2pmml", "PMMLPipeline"): Name("sklearn.pipeline", "Pipeline"),
    Name("sklearn2pmml.pipeline", "PMMLPipeline"): Name("sklearn.pipeline", "Pipeline"),
}


class Record:
    """An instance of a class, kept as data.

    ``cls`` names its class, ``args`` are the arguments that it was made from, and
    ``attributes`` is its ``__dict__`` as pickled (with ``_sklearn_version`` where the
    library left one). ``record["tree_"]`` reads an attribute and raises ``KeyError``
    where there is none; ``record.get`` and ``in`` work as on a mapping.
    A state that is not a mapping of attributes is kept as it is in ``state``. ``called``
    says that its class was called, so that its constructor had a say, and ``built`` that
    it got its state.
    """

    __slots__ = ("args", "attributes", "built", "called", "cls", "state")

    def __init__(self, cls: Name, args: tuple[Any, ...] = ()) -> None:
        self.cls = _ALIKE.get(cls, cls)
        self.args = args
        self.attributes: dict[str, Any] = {}
        self.state: Any = None
        self.called = False
        self.built = False

    @property
    def name(self) -> str:
        """The class's own name: ``"DecisionTreeClassifier"``."""
        return self.cls.name

    @property
    def kind(self) -> tuple[str, str]:
        """``(package, class name)``, what lowering dispatches on."""
        return self.cls.kind

    def __getitem__(self, attribute: str) -> Any:
        return _given(self.attributes[attribute])

    def get(self, attribute: str, default: Any = None) -> Any:
        return _given(self.attributes.get(attribute, default))

    def __contains__(self, attribute: object) -> bool:
        return attribute in self.attributes

    def __iter__(self) -> Iterator[str]:
        return iter(self.attributes)

    def __bool__(self) -> bool:
        """True, as objects are; refused where its class has a say, which does not run."""
        if self.name in _MAY_BE_FALSE.get(self.cls.package, ()):
            raise UnsupportedModel(
                "",
                f"an option of the model is a {self.cls!r}, where True or False belongs",
                "Set it to True or False, and pickle the model again.",
            )
        return True

    def __repr__(self) -> str:
        return f"<{self.cls!r} with {len(self.attributes)} attributes>"


class Several(list[Any]):
    """What stands one after the other in a file into which dump() was called more than
    once. ``load`` of the library gives the first alone."""


def _given(value: Any) -> Any:
    """A value of a record, charged where it is a large array."""
    if type(value) is np.ndarray and value.size > _SMALL:
        each = 16 if value.dtype.names else 40
        charge(value.size * _BYTES_OF_AN_ELEMENT.get(value.itemsize, each))
    return value
