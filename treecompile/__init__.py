"""treecompile: a trained scikit-learn tree -> a scorer that needs nothing.

The package is one line, and each of its stages is a module or a folder:

    read -> lower -> fold -> emit

``read`` takes a file as data (nothing in it runs), ``lower`` makes a ``Program`` of it
(all knowledge of scikit-learn), ``fold`` puts the tests to the raw columns, and ``emit``
prints the program through the templates of a target.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import BadSchema, TreecompileError, UnreadableFile, UnsupportedModel

if TYPE_CHECKING:
    from .read import ModelFile
    from .schema import Described

__version__ = "0.1.0"
__all__ = [
    "BadSchema",
    "TreecompileError",
    "UnreadableFile",
    "UnsupportedModel",
    "compile_model",
]


def compile_model(
    model: Any,
    *,
    target: str = "python",
    schema: Any = None,
    data: Any = None,
    threshold: float | None = None,
    columns: str = "used",
    unknown: str = "model",
    part: str | None = None,
    format: bool | None = None,
) -> str:
    """The source text of a scorer that answers as ``model`` does.

    ``model`` is the path of a model file, or a fitted estimator (which is pickled and
    read as data, as a file is). ``schema`` describes a raw record, as a JSON Schema dict
    or the path of one; ``data`` is the path of a CSV file of raw records, or a frame,
    from which the schema is inferred. ``threshold`` answers the second of two classes
    where its probability is at least that. ``columns="all"`` has a record hold every
    column the model was fitted on, ``"used"`` those that can change the answer.
    ``unknown="reject"`` refuses categories that an encoder did not know, where it would
    take them; ``part`` is the path of the estimator to compile in a container of several.
    ``format`` runs black over the result (by default up to 2,000 lines).

    Raises :class:`TreecompileError`: UnreadableFile for the file, UnsupportedModel for
    what cannot be compiled exactly, BadSchema for the schema or the data.
    """
    from .emit import emit
    from .options import Options
    from .stages import program_of

    options = Options(threshold, columns, unknown, part)
    program = program_of(_file(model), _described(schema, data), options)
    return emit(program, target, format)


def _file(model: Any) -> ModelFile:
    import os
    import pickle

    from .read import read_bytes, read_file

    if isinstance(model, (str, os.PathLike)):
        return read_file(model)
    try:
        pickled = pickle.dumps(model, protocol=4)
    except Exception as error:  # whatever the parts of a live object raise
        name = type(model).__name__
        raise UnreadableFile(f"This {name} cannot be pickled: {error}") from error
    return read_bytes(pickled)


def _described(schema: Any, data: Any) -> tuple[Described, ...] | None:
    import os

    from .schema import columns_of_schema, parse_schema
    from .table import columns_of_csv

    if schema is not None and data is not None:
        raise BadSchema("Give a schema or data, not both.")
    if isinstance(schema, (str, os.PathLike)):
        return parse_schema(_bytes(schema))
    if schema is not None:
        return columns_of_schema(schema)
    if isinstance(data, (str, os.PathLike)):
        return columns_of_csv(_bytes(data), os.path.basename(data))
    if data is not None:
        return columns_of_csv(data.to_csv(index=False).encode(), "the data")
    return None


def _bytes(path: Any) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise BadSchema(f"Cannot read {path}: {error.strerror}.") from None
