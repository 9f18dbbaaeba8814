"""The command line. What is heavy is imported by the command that needs it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import __version__
from .errors import TreecompileError
from .output import Commands, Failed, keep, say, show, write
from .parameters import CHOICES, MOST_SAMPLES, PREDICT_AS, options_of

if TYPE_CHECKING:
    from .options import Options
    from .program import Program
    from .read import ModelFile


class Unreadable(Failed):
    """The same of a command that says with 1 that two things differ: exit 2."""

    exit_code = 2


def reported(
    command: Callable[..., None], failed: type[Failed] = Failed
) -> Callable[..., None]:
    """A command whose TreecompileErrors are messages, not tracebacks."""
    import functools

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except TreecompileError as error:
            raise failed(str(error)) from None
        except MemoryError:
            raise failed(
                "The memory of this machine does not hold the model."
            ) from None

    return run


def reported_as_unreadable(command: Callable[..., None]) -> Callable[..., None]:
    """The same for a command that says with 1 that two things differ: 2 where one of
    them cannot be read."""
    return reported(command, Unreadable)


class Share(click.FloatRange):
    """A number from 0 to 1. NaN, which is not outside of any range, is none."""

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        share = super().convert(value, param, ctx)
        if share != share:
            self.fail(f"{value!r} is not a number from 0 to 1.", param, ctx)
        return float(share)


class File(click.types.StringParamType):
    """The path of a file. An empty one, as of a variable that is not set, is none: it
    would be the working folder."""

    name = "file"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        if not value:
            self.fail("the path is empty.", param, ctx)
        return str(value)


FILE = File()


def encodings(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Every ``COLUMN=PATH`` as its two parts: columns, and where their encoder is."""
    from .options import split_encode

    try:
        return tuple(map(split_encode, given))
    except ValueError as error:
        raise click.BadParameter(f"{error}.", context, option) from None


def dummies_given(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    """Every ``COLUMN=FEATURE:CATEGORY``, of that form."""
    from .lower.given_dummies import FORM, is_form

    for text in given:
        if not is_form(text):
            raise click.BadParameter(f"not {FORM}: {text}.", context, option)
    return given


def stamps(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Every ``KEY=VALUE`` as its two parts."""
    from .options import split_stamp

    try:
        pairs = tuple(map(split_stamp, given))
    except ValueError as error:
        raise click.BadParameter(f"{error}.", context, option) from None
    if len(dict(pairs)) < len(pairs):
        raise click.BadParameter("a KEY is given twice.", context, option)
    return pairs


def of_records(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say what a record holds, beyond what the model's file does."""
    for option in (
        click.option(
            "--sparse/--dense",
            default=None,
            help="The matrix that --encode and --preprocess make, as it reaches the "
            "model, where the model does not show it.",
        ),
        click.option(
            "--category-dtype",
            metavar="NAMES",
            help="LightGBM, fitted on a frame: its columns of dtype category, "
            "NAME,NAME,..., where the model does not show them.",
        ),
        click.option(
            "--predict-as",
            type=click.Choice(PREDICT_AS),
            metavar="KIND",
            help="A booster's own file: it answers as a classifier, a regressor or a "
            "booster (default: as the file says, or a booster; CatBoost: as its loss "
            "says).",
        ),
        click.option(
            "--names",
            metavar="NAMES",
            help="Names of the columns, where the model was fitted without: "
            "NAME,NAME,... or the PATH of a list.",
        ),
        click.option(
            "--preprocess",
            metavar="PATH",
            multiple=True,
            help="A transformer to put in front of the model, as scaler.pkl. "
            "Repeatable, in the order in which a record meets them.",
        ),
        click.option(
            "--encode",
            metavar="COLUMN=PATH",
            callback=encodings,
            multiple=True,
            help="The encoder of a column of the model, so that records hold the raw "
            "value, as country=['le_country']. Repeatable.",
        ),
        click.option(
            "--part",
            metavar="PATH",
            help="Which of several estimators in MODEL is meant, as in ['model'].",
        ),
    ):
        command = option(command)
    return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="treecompile")
def main() -> None:
    """Compile a trained scikit-learn tree into a scorer that needs nothing.

    \b
    treecompile build model.pkl -o scorer.py
    """


@main.command()
@click.argument("model", metavar="MODEL", type=FILE)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=FILE,
    default="-",
    help="Write the scorer to FILE (default: standard output).",
)
@click.option(
    "--schema",
    metavar="FILE",
    type=FILE,
    help="JSON Schema of one raw record: columns, types, categories.",
)
@click.option(
    "--data",
    metavar="CSV",
    type=FILE,
    help="Raw training data, or a sample of it, to infer that schema from.",
)
@click.option(
    "--threshold",
    type=Share(0.0, 1.0),
    metavar="P",
    help="Two classes: answer the second one at probability >= P.",
)
@click.option(
    "--columns",
    type=click.Choice(CHOICES["columns"]),
    default="used",
    show_default=True,
    help="Which columns a record must hold: those that can change the answer, or all.",
)
@click.option(
    "--unknown",
    type=click.Choice(CHOICES["unknown"]),
    default="model",
    show_default=True,
    help="An unseen category: as the fitted encoder takes it, or always refused.",
)
@of_records
@click.option(
    "--dummies",
    metavar="DUMMY",
    callback=dummies_given,
    multiple=True,
    help="With --data or --schema: a dummy column that is not named after its column, as "
    "COLUMN=FEATURE:CATEGORY, say Sex=male:male. Repeatable.",
)
@click.option(
    "--labels",
    metavar="PATH",
    help="The encoder of the label, or LABEL,LABEL,...: the scorer answers what the "
    "model's numbers stand for.",
)
@click.option(
    "--target",
    type=click.Choice(CHOICES["target"]),
    default="python",
    show_default=True,
    help="The language of the scorer.",
)
@click.option(
    "--types",
    is_flag=True,
    help="JavaScript: write the types for TypeScript beside -o, as scorer.d.mts.",
)
@click.option(
    "--layout",
    type=click.Choice(CHOICES["layout"]),
    default="auto",
    show_default=True,
    help="How trees stand in the scorer: as nested ifs, or as a table of numbers, which "
    "is small and compiles at once but is slower (auto: above 75,000 nodes).",
)
@click.option(
    "--format/--no-format",
    default=None,
    help="Run black over the scorer (default: up to 2,000 lines).",
)
@click.option(
    "--self-test",
    type=click.IntRange(0, MOST_SAMPLES),
    default=0,
    metavar="N",
    help="Put N records with the model's answers into the scorer, which answers them "
    "again with `python scorer.py --self-test`.",
)
@click.option(
    "--stamp",
    metavar="KEY=VALUE",
    callback=stamps,
    multiple=True,
    help="Add this to MODEL in the scorer, which `python scorer.py --version` prints, "
    "as commit=1a2b3c. Repeatable.",
)
@click.option(
    "--verify/--no-verify",
    "verified",
    default=None,
    help="Verify the scorer before it is written, as `treecompile verify` does "
    "(default: read it back, if it has up to 2,000 lines).",
)
@reported
def build(
    model: str,
    output: str,
    schema: str | None,
    data: str | None,
    threshold: float | None,
    columns: str,
    unknown: str,
    part: str | None,
    encode: tuple[tuple[str, str], ...],
    preprocess: tuple[str, ...],
    names: str | None,
    category_dtype: str | None,
    sparse: bool | None,
    predict_as: str | None,
    dummies: tuple[str, ...],
    labels: str | None,
    target: str,
    types: bool,
    layout: str,
    format: bool | None,
    self_test: int,
    stamp: tuple[tuple[str, str], ...],
    verified: bool | None,
) -> None:
    """Compile MODEL into a scorer.

    MODEL is a pickle or a joblib file of a fitted model, or a file that XGBoost,
    LightGBM or CatBoost saved, or a model folder of MLflow; - is standard input. It is
    read as data: nothing in it runs, and no library is needed.

    PATH is a part of what MODEL holds, as Python would index it: ['le_country']. Or
    it is another file, encoders.pkl, or a part of what that file holds:
    encoders.pkl['le_country'].

    A file takes up to 512 MB and 10 seconds to be read, or to be refused; one of more
    than 5 MB takes more, in proportion. From a pipe, at most 256 MB are read.
    """
    if schema is not None and data is not None:
        raise click.UsageError("Give --schema or --data, not both.")
    if target != "python" and self_test:
        raise click.UsageError("--self-test is for scorers in Python.")
    declarations = _declarations(output, target) if types else None
    paths = [path for _, path in encode]
    inputs = [model, schema, data, labels, names, *preprocess, *paths]
    for product in filter(None, [output, declarations]):
        keep(product, inputs)
    started = time.monotonic()
    from . import _described
    from .emit import emit
    from .import_cost import import_note
    from .read import read_file
    from .stages import folded, lowered

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
    file, described = read_file(model), _described(schema, data)
    _note_following(file)
    program = lowered(file, described, options)
    _note_versions(program)
    _note_parts(file, program)
    _note_signature(file, program)
    _note_booster(file, options)
    if described is None:
        _note_dummies(program)
    with Progress(started) as progress:
        after = folded(program, options, progress.at)
        progress.at("Writing", 0, 1)
        source = emit(after, format)
    if target == "python" and (note := import_note(after, layout)):
        say(note)
    _note_unknown(after)
    if verified is None:
        from .proof import read_back_if_short

        read_back_if_short(source, after)
    elif verified:
        from .proof import prove
        from .proof.rows import rows_of

        with Progress() as progress:
            report = prove(
                file,
                source,
                model_name=model,
                described=described,
                options=options,
                data=rows_of(data),
                progress=progress.at,
            )
        say(report.text())
        if not report.ok:
            raise Failed("Nothing was written.")
    write(output, source)
    if declarations is not None:
        from .targets.javascript.types import declaration

        write(declarations, declaration(after))


def _declarations(output: str, target: str) -> str:
    """Where the types of a scorer go: beside it, as TypeScript looks for them."""
    stem, dot, ending = output.rpartition(".")
    if target != "javascript" or ending not in ("js", "mjs"):
        raise click.UsageError(
            "--types goes with --target javascript and -o FILE.mjs (or FILE.js)."
        )
    return f"{stem}.d.{ending.replace('js', 'ts')}"


@main.command()
@click.argument("model", metavar="MODEL", type=FILE)
@click.argument("scorer", metavar="SCORER", type=FILE)
@click.option(
    "--data", metavar="CSV", type=FILE, help="Records to try as well, every row."
)
@click.option(
    "--schema",
    metavar="FILE",
    type=FILE,
    help="The JSON Schema it was built with (default: as the scorer says).",
)
@click.option(
    "--with",
    "others",
    metavar="FILE",
    type=FILE,
    multiple=True,
    help="A file that stood beside the model in the build, as for --encode.",
)
@click.option(
    "--no-model",
    "load",
    flag_value=False,
    default=True,
    help="Ask for emission alone, without the fitted model itself.",
)
@click.option("--json", "as_json", is_flag=True, help="The report for programs.")
@reported_as_unreadable
def verify(
    model: str,
    scorer: str,
    data: str | None,
    schema: str | None,
    others: tuple[str, ...],
    load: bool,
    as_json: bool,
) -> None:
    """Show that SCORER answers as MODEL does.

    \b
    Emission:     the text of SCORER is parsed, and all its decisions and leaves
                  are read back and compared with MODEL's. It runs only after that.
    Folding:      the fitted transformers are run on both sides of each cut and on
                  each category: do they go the way that SCORER goes?
    Combination:  records on the edges, at random and of the data, put to both.

    The last two need scikit-learn in a version that answers as the one that wrote
    MODEL; the last one, for a SCORER in JavaScript, node 18 or later.

    \b
    Exit 0:       all that was asked for was shown.
    Exit 1:       the two differ.
    Exit 2:       wrong usage, or a file that cannot be read.
    Exit 3:       nothing differs, but a part that was asked for was not shown.

    MODEL takes up to 512 MB and 10 seconds to be read, or to be refused; one of
    more than 5 MB takes more, in proportion. From a pipe, at most 256 MB are read.
    """
    keep("-", [model, scorer, data, schema, *others])
    from . import _described, _text
    from .proof import prove
    from .proof.rows import rows_of
    from .read import read_file

    file = read_file(model)
    _note_following(file)
    with Progress() as progress:
        report = prove(
            file,
            _text(Path(scorer)),
            model_name=model,
            scorer_name=scorer,
            scorer_path=scorer,
            described=_described(schema, None),
            others=[read_file(other) for other in others],
            data=rows_of(data),
            load=load,
            progress=progress.at,
        )
    text = report.as_json() if as_json else report.text()
    verdict = report.exit_code
    show(text + "\n", code=verdict or 2, broken=verdict)
    raise SystemExit(verdict)


class Progress:
    """How far a long command is, on standard error, where a terminal is watching and it
    takes more than a second."""

    def __init__(self, since: float | None = None) -> None:
        self._clock = time.monotonic
        self._next = (self._clock() if since is None else since) + 1.0
        self._shown = False

    def __enter__(self) -> Progress:
        return self

    def at(self, what: str, done: int, total: int) -> None:
        """So much of so much of something is done."""
        if not sys.stderr.isatty() or self._clock() < self._next:
            return
        self._next, self._shown = self._clock() + 0.1, True
        full = 30 * done // max(1, total)
        bar = "#" * full + "-" * (30 - full)
        say(f"\r{what:12} [{bar}] {100 * done // max(1, total):3}%", nl=False)

    def __exit__(self, *_: object) -> None:
        if self._shown:
            say("\r" + " " * 52 + "\r", nl=False)


@main.command()
@click.argument("source", metavar="MODEL|CSV", type=FILE)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=FILE,
    default="-",
    help="Write the schema to FILE (default: standard output).",
)
@of_records
@reported
def schema(
    source: str,
    output: str,
    part: str | None,
    encode: tuple[tuple[str, str], ...],
    preprocess: tuple[str, ...],
    names: str | None,
    category_dtype: str | None,
    sparse: bool | None,
    predict_as: str | None,
) -> None:
    """Write the JSON Schema of a record.

    Of a CSV file of raw records: what `build --schema` takes, to be edited by hand. Of
    a model file: what its scorer takes, and the columns that no answer depends on,
    which are not required; give the options that it is built with.
    """
    paths = [path for _, path in encode]
    keep(output, [source, names, *preprocess, *paths])
    import json

    from .errors import UnreadableFile
    from .read import files, look_at_model, native
    from .read.looks import looks_like_csv
    from .schema import schema_of_data, schema_of_program
    from .table import columns_of_csv
    from .visible import printable

    name = "standard input" if source == "-" else os.path.basename(source)

    def is_csv(head: bytes) -> bool:
        own = native.kind_of(head)  # a booster's own file, which is text, too
        return name.endswith(".csv") or (not own and looks_like_csv(head))

    def look(head: bytes) -> None:
        if not is_csv(head):
            look_at_model(head)
        elif b"\0" in head[:4096]:
            columns_of_csv(head, name)  # which says that it is none

    try:
        if source == "-":
            data, _ = files.of_stream(sys.stdin.buffer, look, piped=True)
        else:
            data = files.whole(source, look)
    except OSError as error:
        where = name if source == "-" else printable(source)
        raise UnreadableFile(f"Cannot read {where}: {error.strerror}.") from None
    if is_csv(data):
        described = columns_of_csv(data, name)
        product = schema_of_data(described)
    else:
        from .read import read_bytes
        from .stages import program_of

        options = options_of(
            part=part,
            encode=encode,
            preprocess=preprocess,
            names=names,
            category_dtype=category_dtype,
            sparse=sparse,
            predict_as=predict_as,
        )
        file = read_bytes(data, name)
        _note_following(file)
        program = program_of(file, None, options)
        product = schema_of_program(program)
    write(output, json.dumps(product, indent=2) + "\n")


@main.command()
@click.argument("model", metavar="MODEL", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON, for a program.")
@click.option(
    "--part",
    metavar="PATH",
    help="Which of several estimators in MODEL is meant, as in ['model'].",
)
@click.option(
    "--predict-as",
    type=click.Choice(PREDICT_AS),
    metavar="KIND",
    help="A booster's own file: it answers as a classifier, a regressor or a booster.",
)
@reported
def inspect(
    model: str, as_json: bool, part: str | None, predict_as: str | None
) -> None:
    """Say what MODEL holds, and what its scorer would be.

    Of any file that can be read, a stranger's too: nothing in it runs. The exit code
    is 0 where it could be read, whether or not it can be compiled; a program finds
    that under "compiles".

    A file takes up to 512 MB and 10 seconds to be read, or to be refused; one of more
    than 5 MB takes more, in proportion. From a pipe, at most 256 MB are read.
    """
    keep("-", [model])
    import json

    from .overview import overview
    from .overview_text import as_dict, as_text
    from .read import read_file

    seen = overview(read_file(model, lenient=True), part, predict_as)
    if as_json:
        text = json.dumps(as_dict(seen), indent=2, allow_nan=False) + "\n"
    else:
        name = "standard input" if model == "-" else model
        text = as_text(seen, name, colour=_colours())
    show(text)


def _colours() -> bool:
    """Whether standard output is a terminal that shows colours, and nobody minds."""
    wanted = click.get_current_context().color
    if wanted is not None:
        return wanted
    minds = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not minds


def _note_versions(program: Program) -> None:
    """Say which part was written by another scikit-learn than the model."""
    for where, version in program.origin.mixed:
        say(
            f"Note: {where} was written by scikit-learn {version}, and the model by\n"
            f"{program.origin.version}. Each is compiled to what its own version computes.",
        )


def _note_following(file: ModelFile) -> None:
    """Say that the file holds more than what is read."""
    if file.following:
        from .overview import holds
        from .overview_text import following

        say(f"Note: {following(holds(file.root), file.following)}")


def _note_parts(file: ModelFile, program: Program) -> None:
    """Say which parts the file holds beside the model, and the option for each."""
    from .lower.roles import roles
    from .overview_text import unused_parts

    used = " ".join(str(value) for _, value in program.origin.options)
    found = roles(file.root, None, None)
    names = tuple(column.name for column in program.columns)
    # A list of the model's own columns says nothing new.
    parts = [x for x in found if x.path not in used and x.holds != names]
    lines = unused_parts(parts)
    if lines:
        say("\n".join(["Note: the file also holds", *lines]))


def _note_booster(file: ModelFile, options: Options) -> None:
    """Say how a booster that answers probabilities would answer labels."""
    from .lower.parts import find_part
    from .lower.predict_as import advice_for_labels

    if options.predict_as is None:
        advice = advice_for_labels(find_part(file.root, options.part))
        if advice:
            say(f"Note: the scorer answers what Booster.predict answers.\n{advice}")


def _note_signature(file: ModelFile, program: Program) -> None:
    """Say where the signature of an MLflow folder has other columns than the model."""
    names = {feature.name for feature in program.inputs}
    if file.columns is None or set(file.columns) == names:
        return
    signed = ", ".join(map(repr, sorted(set(file.columns) - names)[:5])) or "none"
    own = ", ".join(map(repr, sorted(names - set(file.columns))[:5])) or "none"
    say(
        "Note: the signature in MLmodel has other columns than the model. Only in the "
        f"signature: {signed}.\nOnly in the model: {own}. The scorer goes by the model."
    )


def _note_unknown(program: Program) -> None:
    """Say where a category that fit did not see will pass, and how it would not."""
    required = [program.columns[i] for i in program.required]
    names = [column.name for column in required if column.unknown]
    if names:
        some = ", ".join(map(repr, names[:3])) + (", ..." if len(names) > 3 else "")
        say(
            f"Note: the scorer takes categories of {some} that the model was not fitted\n"
            "on, since its encoder takes them. With --unknown reject it refuses them."
        )


def _note_dummies(program: Program) -> None:
    """Say what --data would do, where the features look like dummy columns."""
    from .lower.dummies import dummy_like

    names = dummy_like(program)
    if names:
        some = ", ".join(map(repr, names[:3])) + (", ..." if len(names) > 3 else "")
        say(
            f"Note: {some} {'look' if len(names) > 1 else 'looks'} like "
            f"{'dummy columns' if len(names) > 1 else 'a dummy column'}\n"
            "(pandas.get_dummies). The scorer takes them as numbers. With --data RAW.csv "
            "or --schema\nit takes the raw columns instead, tests the categories "
            "themselves, and refuses those\nthat the training data did not hold.",
        )
