"""treecompile: a trained scikit-learn tree -> a scorer that needs nothing.

The package is one line, and each of its stages is a module or a folder:

    read -> lower -> fold -> emit

``read`` takes a file as data (nothing in it runs), ``lower`` makes a ``Program`` of it
(all knowledge of scikit-learn), ``fold`` puts the tests to the raw columns, and ``emit``
prints the program through the templates of a target.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .errors import BadSchema, TreecompileError, UnreadableFile, UnsupportedModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .inspection import Inspection
    from .options import Options
    from .program import Program
    from .proof import Report
    from .read import ModelFile
    from .schema import Described
    from .scorer import Scorer

__version__ = "0.1.0"
__all__ = [
    "BadSchema",
    "TreecompileError",
    "UnreadableFile",
    "UnsupportedModel",
    "compile_model",
    "inspect",
    "load",
    "verify",
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
    encode: Mapping[str, Any] | None = None,
    preprocess: Any = None,
    labels: Any = None,
    names: Any = None,
    category_dtype: str | Iterable[str] | None = None,
    sparse: bool | None = None,
    predict_as: str | None = None,
    dummies: Any = None,
    layout: str = "auto",
    self_test: int = 0,
    stamp: Mapping[str, str] | None = None,
    format: bool | None = None,
) -> str:
    """The source text of a scorer that answers as ``model`` does.

    ``model`` is the path of a model file, its bytes, an open file, or a fitted estimator
    (which is pickled and read as data, as a file is). ``schema`` describes a raw record, as a JSON Schema dict
    or the path of one; ``data`` is the path of a CSV file of raw records, or a frame,
    from which the schema is inferred. ``threshold`` answers the second of two classes
    where its probability is at least that. ``columns="all"`` has a record hold every
    column the model was fitted on, ``"used"`` those that can change the answer.
    ``unknown="reject"`` refuses categories that an encoder did not know, where it would
    take them; ``part`` is the path of the estimator to compile in a container of several.
    ``encode`` has columns and the encoder of each, ``preprocess`` is a transformer to put
    in front of the model (or a list of them), ``labels`` the encoder of the label: each
    a path as on the command line, or the object. ``names`` are those of the columns,
    where the model does not know them. ``category_dtype`` names the columns of dtype
    category of the frame that a model of LightGBM was fitted on, and ``sparse`` says
    whether what ``encode`` and ``preprocess`` make reaches the model as a sparse matrix,
    where the model does not show it. ``target`` is the language of the scorer: "python"
    or "javascript" (an ES module). ``predict_as`` is what the predict of a booster's
    own file answers: that of a ``"classifier"``, a ``"regressor"`` or the ``"booster"``
    (by default as the file says). ``dummies`` has columns of the data and, for each, the
    dummy columns that are not named after it with their categories:
    ``{"Sex": {"male": "male"}}``. ``self_test`` is how many records the scorer
    carries along, with the model's answers, for ``python scorer.py --self-test``.
    ``stamp`` are texts that the scorer's MODEL is to hold as well, as a commit.
    ``layout="table"`` has the trees as a table of numbers, which is small and quick to
    import but slower to score with, ``"nested"`` as nested ifs, whatever their size
    (``"auto"``: a table above 75,000 nodes). ``format`` runs black over the result (by
    default up to 2,000 lines).

    Raises :class:`TreecompileError`: UnreadableFile for the file, UnsupportedModel for
    what cannot be compiled exactly, BadSchema for the schema or the data.
    """
    from .parameters import check_switch, options_of
    from .sources import read_model

    check_switch("format", format)
    options = options_of(
        target=target,
        threshold=threshold,
        columns=columns,
        unknown=unknown,
        part=part,
        encode=encode,
        preprocess=preprocess,
        labels=labels,
        names=names,
        category_dtype=category_dtype,
        sparse=sparse,
        predict_as=predict_as,
        dummies=dummies,
        layout=layout,
        self_test=self_test,
        stamp=stamp,
    )
    return _compiled(read_model(model), _described(schema, data), options, format)[0]


def load(model: Any, **options: Any) -> Scorer:
    """A scorer in this process that answers as ``model`` does.

    ``model`` is the path of a model file, its bytes, an open file, or a fitted
    estimator; it is read as data. ``options`` are those of :func:`compile_model`.

    ``predict`` of the scorer, and ``predict_proba`` and the others that the model has,
    answer one record (a mapping or a Series), or all rows of a DataFrame, of a 2-d array
    or of a list of mappings, as an array. Its ``source`` is the module that ``save``
    writes to a file.
    """
    from inspect import signature

    from .parameters import check_choice, check_names, check_switch, options_of
    from .scorer import Origin, Scorer
    from .scorer.top import picture_of
    from .sources import read_model

    bound = check_names("load", signature(compile_model), options).bind(
        model, **options
    )
    bound.apply_defaults()
    given = bound.arguments
    del given["model"]
    check_choice("target", given["target"])
    check_switch("format", given["format"])
    if given.pop("target") != "python":
        raise ValueError("A scorer in this process is Python: leave target out.")
    schema, data, format = map(given.pop, ("schema", "data", "format"))
    asked = options_of(**given)
    file, described = read_model(model), _described(schema, data)
    source, program = _compiled(file, described, asked, format)
    origin = Origin(file, described, asked)
    return Scorer(source, picture=picture_of(program), origin=origin)


def inspect(
    model: Any, *, part: str | None = None, predict_as: str | None = None
) -> Inspection:
    """What a model file holds and what its scorer would be, as ``treecompile inspect``
    says it.

    ``model`` is as for :func:`load`; ``part`` is the path of the estimator that is meant,
    in a container of several, and ``predict_as`` is as for :func:`compile_model`.
    ``str()`` of the answer is the text, ``as_dict()`` and ``as_json()`` are what
    ``--json`` gives, ``compiles`` is whether it can be compiled, ``problems`` are the
    reasons why not. Raises UnreadableFile for the file.
    """
    from .given import model_file, name_of
    from .inspection import Inspection
    from .overview import overview
    from .parameters import check_predict_as

    check_predict_as(predict_as)
    file = model_file(model, lenient=True)
    return Inspection(overview(file, part, predict_as), name_of(model))


def _compiled(
    file: ModelFile,
    described: tuple[Described, ...] | None,
    options: Options,
    format: bool | None = None,
) -> tuple[str, Program]:
    """The source text of a scorer, and the program that it was printed from."""
    from .emit import emit
    from .proof import read_back_if_short
    from .stages import program_of

    program = program_of(file, described, options)
    source = emit(program, format)
    read_back_if_short(source, program)
    return source, program


def verify(
    model: Any,
    scorer: Any,
    *,
    data: Any = None,
    schema: Any = None,
    others: Iterable[Any] = (),
    load: bool = True,
) -> Report:
    """What can be shown of a scorer: that it is the model.

    ``model`` is the path of a model file, its bytes, an open file, or a fitted
    estimator; ``scorer`` is the path of a scorer, its text, or what ``load`` answers.
    Its text tells the language, and the options and the columns that it was built with;
    ``schema`` is another description of the columns, and ``others`` are the files that it
    says were beside the model. Nothing of the scorer runs before its text is known to be
    treecompile's.

    The model itself is asked, too, where scikit-learn is installed in a version that
    answers as the one that wrote the file; ``load=False`` leaves that out. A scorer in
    JavaScript runs in node, where that is on the PATH. ``data`` are records to try: the
    path of a CSV file, a frame, or mappings.

    Returns a report: ``ok`` is whether nothing differs, ``complete`` whether all parts
    were shown, ``exit_code`` what ``treecompile verify`` ends with, and ``str()`` of it
    what it prints. Raises :class:`TreecompileError` where the model or the scorer cannot be read.
    """
    from .given import name_of
    from .proof import prove
    from .proof.rows import rows_of
    from .sources import read_model

    return prove(
        read_model(model),
        _text(scorer),
        model_name=name_of(model),
        scorer_name=name_of(scorer) if _is_path(scorer) else "the scorer",
        scorer_path=scorer if _is_path(scorer) else None,
        described=_described(schema, None),
        others=[read_model(other) for other in others],
        data=rows_of(data),
        load=load,
    )


def _is_path(scorer: Any) -> bool:
    return isinstance(scorer, (str, os.PathLike)) and not _is_text(scorer)


def _is_text(scorer: Any) -> bool:
    """Whether this is the text of a scorer, rather than the path of one."""
    return isinstance(scorer, bytes) or (isinstance(scorer, str) and "\n" in scorer)


def _text(scorer: Any) -> bytes | str:
    if _is_text(scorer):
        return scorer  # type: ignore[no-any-return]
    if not isinstance(scorer, (str, os.PathLike)):
        from .given import content_of, is_open_file, kind

        if isinstance(source := getattr(scorer, "source", None), str):
            return source
        if is_open_file(scorer):
            return content_of(scorer)
        raise UnreadableFile(
            f"This {kind(scorer)} is not a scorer: give the path of one, or its text."
        )
    from .read.files import whole
    from .visible import printable

    try:
        return whole(scorer)
    except OSError as error:
        where = printable(os.fsdecode(scorer))
        raise UnreadableFile(f"Cannot read {where}: {error.strerror}.") from None


def _described(schema: Any, data: Any) -> tuple[Described, ...] | None:
    from .frame import columns_of_frame
    from .parameters import check_description
    from .schema import columns_of_schema, parse_schema
    from .table import columns_of_csv

    if schema is not None and data is not None:
        raise BadSchema("Give a schema or data, not both.")
    check_description(schema, data)
    if isinstance(schema, (str, os.PathLike)):
        return parse_schema(_bytes(schema), os.path.basename(schema))
    if schema is not None:
        return columns_of_schema(schema)
    if isinstance(data, (str, os.PathLike)):
        return columns_of_csv(_bytes(data), os.path.basename(data))
    if data is not None:
        return columns_of_frame(data)
    return None


def _bytes(path: Any) -> bytes:
    from .read.files import whole
    from .visible import printable

    try:
        return whole(path)
    except OSError as error:
        where = printable(os.fsdecode(path))
        raise BadSchema(f"Cannot read {where}: {error.strerror}.") from None
