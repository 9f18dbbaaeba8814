"""The command line. What is heavy is imported by the command that needs it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from . import __version__
from .errors import TreecompileError

if TYPE_CHECKING:
    from .program import Program
    from .read import ModelFile


class Failed(click.ClickException):
    """The input cannot be used: the message on stderr, exit 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        click.echo(f"Error: {self.format_message()}", err=True, file=file)


def reported(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose TreecompileErrors are messages, not tracebacks."""
    import functools

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except TreecompileError as error:
            raise Failed(str(error)) from None
        except MemoryError:
            raise Failed(
                "The memory of this machine does not hold the model."
            ) from None

    return run


class Share(click.FloatRange):
    """A number from 0 to 1. NaN, which is not outside of any range, is none."""

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        share = super().convert(value, param, ctx)
        if share != share:
            self.fail(f"{value!r} is not a number from 0 to 1.", param, ctx)
        return float(share)


def encodings(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Every ``COLUMN=PATH`` as its two parts: columns, and where their encoder is."""
    from .options import split_encode

    try:
        return tuple(map(split_encode, given))
    except ValueError as error:
        raise click.BadParameter(f"{error}.", context, option) from None


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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="treecompile")
def main() -> None:
    """Compile a trained scikit-learn tree into a scorer that needs nothing.

    \b
    treecompile build model.pkl -o scorer.py
    """


@main.command()
@click.argument("model", metavar="MODEL")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default="-",
    help="Write the scorer to FILE (default: standard output).",
)
@click.option(
    "--schema",
    metavar="FILE",
    help="JSON Schema of one raw record: columns, types, categories.",
)
@click.option(
    "--data",
    metavar="CSV",
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
    type=click.Choice(["used", "all"]),
    default="used",
    show_default=True,
    help="Which columns a record must hold: those that can change the answer, or all.",
)
@click.option(
    "--unknown",
    type=click.Choice(["model", "reject"]),
    default="model",
    show_default=True,
    help="An unseen category: as the fitted encoder takes it, or always refused.",
)
@of_records
@click.option(
    "--labels",
    metavar="PATH",
    help="The encoder of the label: the scorer answers what the model's numbers stand "
    "for.",
)
@click.option(
    "--target",
    type=click.Choice(["python"]),
    default="python",
    show_default=True,
    help="The language of the scorer.",
)
@click.option(
    "--layout",
    type=click.Choice(["auto", "nested", "table"]),
    default="auto",
    show_default=True,
    help="How trees stand in the scorer: as nested ifs, or as a table of numbers, which "
    "is small and compiles at once but is slower (auto: above 250,000 nodes).",
)
@click.option(
    "--format/--no-format",
    default=None,
    help="Run black over the scorer (default: up to 2,000 lines).",
)
@click.option(
    "--self-test",
    type=click.IntRange(0, 100_000),
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
    help="What MODEL in the scorer, and `python scorer.py --version`, are to say as "
    "well, as commit=1a2b3c. Repeatable.",
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
    labels: str | None,
    target: str,
    layout: str,
    format: bool | None,
    self_test: int,
    stamp: tuple[tuple[str, str], ...],
    verified: bool | None,
) -> None:
    """Compile MODEL into a scorer.

    MODEL is a pickle or a joblib file of a fitted model; - is standard input. It is
    read as data: nothing in it runs, and scikit-learn is not needed.

    PATH is a part of what MODEL holds, as Python would index it: ['le_country']. Or
    it is another file, encoders.pkl, or a part of what that file holds:
    encoders.pkl['le_country'].
    """
    if schema is not None and data is not None:
        raise click.UsageError("Give --schema or --data, not both.")
    started = time.monotonic()
    from . import _described
    from .emit import emit
    from .options import Options
    from .read import read_file
    from .stages import folded, lowered

    options = Options(
        threshold=threshold,
        columns=columns,
        unknown=unknown,
        part=part,
        encode=encode,
        preprocess=preprocess,
        labels=labels,
        names=names,
        layout=layout,
        self_test=self_test,
        stamp=stamp,
    )
    file, described = read_file(model), _described(schema, data)
    program = lowered(file, described, options)
    _note_versions(program)
    _note_parts(file, program)
    if described is None:
        _note_dummies(program)
    with Progress(started) as progress:
        after = folded(program, options, progress.at)
        progress.at("Writing", 0, 1)
        source = emit(after, target, format)
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
        click.echo(report.text(), err=True)
        if not report.ok:
            raise Failed("Nothing was written.")
    write(output, source)


@main.command()
@click.argument("model", metavar="MODEL")
@click.argument("scorer", metavar="SCORER")
@click.option("--data", metavar="CSV", help="Records to try as well, every row.")
@click.option(
    "--schema",
    metavar="FILE",
    help="The JSON Schema it was built with (default: as the scorer says).",
)
@click.option(
    "--with",
    "others",
    metavar="FILE",
    multiple=True,
    help="A file that stood beside the model in the build, as for --encode.",
)
@click.option(
    "--no-model",
    "load",
    flag_value=False,
    default=True,
    help="Do not ask the fitted model itself: emission alone is shown.",
)
@click.option("--json", "as_json", is_flag=True, help="The report for programs.")
@reported
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
    MODEL. Exit 1 where the two differ.
    """
    from . import _described, _text
    from .proof import prove
    from .proof.rows import rows_of
    from .read import read_file

    with Progress() as progress:
        report = prove(
            read_file(model),
            _text(scorer),
            model_name=model,
            scorer_name=scorer,
            described=_described(schema, None),
            others=[read_file(other) for other in others],
            data=rows_of(data),
            load=load,
            progress=progress.at,
        )
    click.echo(report.as_json() if as_json else report.text())
    if not report.ok:
        raise SystemExit(1)


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
        click.echo(
            f"\r{what:12} [{bar}] {100 * done // max(1, total):3}%", err=True, nl=False
        )

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r" + " " * 52 + "\r", err=True, nl=False)


@main.command()
@click.argument("source", metavar="MODEL|CSV")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
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
) -> None:
    """Write the JSON Schema of a record.

    Of a CSV file of raw records: what `build --schema` takes, to be edited by hand. Of
    a model file: what its scorer takes; give the options that it is built with.
    """
    import json

    from .errors import UnreadableFile
    from .schema import schema_of, schema_of_data
    from .table import columns_of_csv, looks_like_csv

    name = "standard input" if source == "-" else os.path.basename(source)
    try:
        if source == "-":
            data = sys.stdin.buffer.read()
        else:
            with open(source, "rb") as stream:
                data = stream.read()
    except OSError as error:
        raise UnreadableFile(f"Cannot read {source}: {error.strerror}.") from None
    if looks_like_csv(data) or name.endswith(".csv"):
        described = columns_of_csv(data, name)
        product = schema_of_data(described)
    else:
        from .options import Options
        from .read import read_bytes
        from .stages import program_of

        options = Options(part=part, encode=encode, preprocess=preprocess, names=names)
        program = program_of(read_bytes(data, name), None, options)
        columns = tuple(program.columns[i] for i in program.required)
        product = schema_of(columns)
    write(output, json.dumps(product, indent=2) + "\n")


@main.command()
@click.argument("model", metavar="MODEL")
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON, for a program.")
@click.option(
    "--part",
    metavar="PATH",
    help="Which of several estimators in MODEL is meant, as in ['model'].",
)
@reported
def inspect(model: str, as_json: bool, part: str | None) -> None:
    """Say what MODEL holds, and what its scorer would be.

    Of any file that can be read, a stranger's too: nothing in it runs. The exit code
    is 0 where it could be read, whether or not it can be compiled; a program finds
    that under "compiles".
    """
    import json

    from .overview import overview
    from .overview_text import as_dict, as_text
    from .read import read_file

    seen = overview(read_file(model, lenient=True), part)
    if as_json:
        text = json.dumps(as_dict(seen), indent=2, allow_nan=False) + "\n"
    else:
        name = "standard input" if model == "-" else model
        text = as_text(seen, name, colour=_colours())
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=False)


def _colours() -> bool:
    """Whether standard output is a terminal that shows colours, and nobody minds."""
    wanted = click.get_current_context().color
    if wanted is not None:
        return wanted
    minds = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not minds


def write(path: str, text: str) -> None:
    """Write a product whole or not at all: to a file beside it, which takes its place.

    ``-`` is standard output. Raises Failed where the file cannot be written.
    """
    data = text.encode()
    try:
        if path == "-":
            _write_out(data)
        else:
            _write_file(os.path.realpath(path), data)
    except BrokenPipeError:
        raise  # whoever was reading has read enough: click ends without a word
    except OSError as error:
        where = "to standard output" if path == "-" else path
        raise Failed(f"Cannot write {where}: {error.strerror}.") from None


def _write_out(data: bytes) -> None:
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError:
        # What is left in the buffer would fail again, and loudly, when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def _write_file(target: str, data: bytes) -> None:
    import tempfile

    if os.path.exists(target) and not os.path.isfile(target):
        with open(target, "wb") as device:  # a pipe or a device has no beside
            device.write(data)
        return
    handle, beside = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".tmp-")
    try:
        with open(handle, "wb") as stream:
            stream.write(data)
        os.chmod(beside, _mode(target))
        os.replace(beside, target)
    except BaseException:
        os.unlink(beside)
        raise


def _mode(path: str) -> int:
    """The permissions of the file as it is, or those that a new file gets."""
    if os.path.exists(path):
        return os.stat(path).st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _note_versions(program: Program) -> None:
    """Say which part was written by another scikit-learn than the model."""
    for where, version in program.origin.mixed:
        click.echo(
            f"Note: {where} was written by scikit-learn {version}, and the model by\n"
            f"{program.origin.version}. Each is compiled to what its own version computes.",
            err=True,
        )


def _note_parts(file: ModelFile, program: Program) -> None:
    """Say which encoders and transformers the file holds that are put to no use."""
    from .lower.roles import roles
    from .overview_text import word

    used = " ".join(str(value) for _, value in program.origin.options)
    unused = [
        f"{word(part.path)} ({part.kind})"
        for part in roles(file.root, None, None)
        if part.role in ("encoder", "transformer") and part.path not in used
    ]
    if unused:
        some = ", ".join(unused[:4]) + (", ..." if len(unused) > 4 else "")
        click.echo(
            f"Note: the file also holds {some}.\n"
            "The scorer takes and answers what the model itself was fitted on. --encode, "
            "--preprocess\nand --labels put such parts around it; treecompile inspect "
            "says which is which.",
            err=True,
        )


def _note_unknown(program: Program) -> None:
    """Say where a category that fit did not see will pass, and how it would not."""
    required = [program.columns[i] for i in program.required]
    names = [column.name for column in required if column.unknown]
    if names:
        some = ", ".join(map(repr, names[:3])) + (", ..." if len(names) > 3 else "")
        click.echo(
            f"Note: a category of {some} that the model was not fitted on will pass,\n"
            "since its encoder ignores such. With --unknown reject the scorer refuses it.",
            err=True,
        )


def _note_dummies(program: Program) -> None:
    """Say what --data would do, where the features look like dummy columns."""
    from .lower.dummies import dummy_like

    names = dummy_like(program)
    if names:
        some = ", ".join(map(repr, names[:3])) + (", ..." if len(names) > 3 else "")
        click.echo(
            f"Note: {some} look like dummy columns\n"
            "(pandas.get_dummies). The scorer takes them as numbers. With --data RAW.csv "
            "or --schema\nit takes the raw columns instead, tests the categories "
            "themselves, and refuses those\nthat the training data did not hold.",
            err=True,
        )
