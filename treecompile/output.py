"""Where products and messages go: to files whole or not at all, to streams that may be
closed or full, and never over a file that the command reads."""

from __future__ import annotations

import errno
import glob
import os
import signal
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TextIO

import click

from .visible import printable


class Failed(click.ClickException):
    """The input cannot be used: the message on stderr, exit 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        click.echo(f"Error: {self.format_message()}", err=True, file=file)


class Commands(click.Group):
    """A group of commands that outlives its standard streams.

    Closed ones are replaced, so that no file that is opened later takes their place;
    what cannot be written is one message, and the exit code stays what it was.
    """

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command, and end the process with its exit code."""
        stand_in()
        code = 0
        try:
            code = super().main(args, prog_name, complete_var, False, **extra)
        except click.ClickException as error:
            code = error.exit_code
            lines = map(printable, error.message.split("\n"))
            vars(error)["message"] = "\n".join(lines)
            with speaking():
                error.show()
        except click.Abort:
            code = 1
            say("Aborted!")
        except OSError as error:  # click's own texts: of --help, of --version
            code = 1
            give_up(sys.stdout)
            if error.errno != errno.EPIPE:
                say(f"Error: {_cannot_write('-', error)}")
        sys.exit(code or 0)


# --- Standard streams -----------------------------------------------------------------


def stand_in() -> None:
    """Open what was closed when Python started: an input that cannot be read, an output
    that cannot be written, and a standard error that goes nowhere."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        flags = os.O_RDONLY if name == "stdout" else os.O_WRONLY
        handle = os.open(os.devnull, flags)
        if handle != number:
            os.dup2(handle, number)
            os.close(handle)
        mode = "r" if name == "stdin" else "w"
        stream = open(number, mode, encoding="utf-8", errors="backslashreplace")
        setattr(sys, name, stream)


def give_up(stream: TextIO) -> None:
    """Let a stream that has failed go nowhere: what is left in its buffer would fail
    again, and loudly, when Python ends."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


@contextmanager
def speaking() -> Iterator[None]:
    """Messages that nobody can read stop no command."""
    try:
        yield
    except OSError:
        give_up(sys.stderr)


def say(text: str, nl: bool = True) -> None:
    """A message for people, on standard error."""
    with speaking():
        click.echo(text, err=True, nl=nl)


def show(text: str, code: int = 1, broken: int = 1) -> None:
    """A text for people or programs, on standard output: letters that it has not are
    escaped.

    The command ends with ``code`` and a message where it cannot be written, and with
    ``broken`` where whoever was reading has read enough.
    """
    encoding = sys.stdout.encoding or "utf-8"
    try:
        click.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=False)
    except BrokenPipeError:
        give_up(sys.stdout)
        raise SystemExit(broken) from None
    except OSError as error:
        give_up(sys.stdout)
        say(f"Error: {_cannot_write('-', error)}")
        raise SystemExit(code) from None


# --- Products -------------------------------------------------------------------------


def write(path: str, text: str) -> None:
    """Write a product whole or not at all: to a file beside it, which takes its place.

    ``-`` is standard output. Raises Failed where the file cannot be written.
    """
    data = text.encode()
    try:
        if path == "-":
            _write_to(sys.stdout, data)
        else:
            write_file(path, data)
    except OSError as error:
        if path == "-" and isinstance(error, BrokenPipeError):
            raise SystemExit(1) from None  # whoever was reading has read enough
        raise Failed(_cannot_write(path, error)) from None


def _cannot_write(path: str, error: OSError) -> str:
    where = "to standard output" if path == "-" else printable(path)
    return f"Cannot write {where}: {error.strerror or error}."


def _write_to(stream: TextIO, data: bytes) -> None:
    try:
        stream.flush()
        stream.buffer.write(data)
        stream.buffer.flush()
    except OSError:
        give_up(stream)
        raise


def _is(path: str, stream: TextIO) -> bool:
    """Whether a path leads to a standard stream, as /dev/stdout does."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(stream.fileno()))
    except (OSError, ValueError, AttributeError):
        return False


def write_file(path: str, data: bytes) -> None:
    """Write to a file whole or not at all; OSError where it cannot be."""
    for stream in (sys.stdout, sys.stderr):  # /dev/stdout, under whatever name
        if _is(path, stream):
            return _write_to(stream, data)
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as device:  # a pipe or a device has no beside
            device.write(data)
        return
    target = os.path.realpath(path)
    # The name is chosen before the file is made, so that whatever comes between, the
    # file is found and removed.
    name = f".tmp-{os.urandom(6).hex()}"
    beside = os.path.join(os.path.dirname(target), name)
    with undisturbed():
        try:
            with open(beside, "xb", opener=_private) as stream:
                stream.write(data)
            os.chmod(beside, _mode(target))
            os.replace(beside, target)
        except BaseException as error:
            with suppress(OSError):
                os.unlink(beside)
            if isinstance(error, OSError) and error.errno is not None:
                # Of the file that was asked for, not of the one beside it.
                raise OSError(error.errno, error.strerror, path) from None
            raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _mode(path: str) -> int:
    """The permissions of the file as it is, or those that a new file gets."""
    if os.path.exists(path):
        return os.stat(path).st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


_DEADLY = (signal.SIG_DFL, signal.default_int_handler)


class _Stopped(BaseException):
    """A signal that ends the process has come."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """Signals that end the process become exceptions within, so that what was begun is
    taken back; then they end it as they would have."""
    came: list[int] = []
    before: dict[int, Any] = {}
    within = [True]

    def stop(number: int, _: Any) -> None:
        came.append(number)
        if within:
            within.clear()  # once is enough: what is being taken back goes on
            raise _Stopped

    try:
        try:
            for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGBREAK"):
                number = getattr(signal, name, None)
                # What is ignored, as SIGHUP under nohup, and what the host of this
                # process has a handler for, stays so.
                if number and signal.getsignal(number) in _DEADLY:
                    with suppress(ValueError):  # not the main thread: none comes to it
                        before[number] = signal.signal(number, stop)
            yield
        finally:
            within.clear()
    except _Stopped:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


# --- Inputs, which no product replaces ------------------------------------------------


def keep(output: str, inputs: Iterable[str | None]) -> None:
    """UsageError where a product would replace or change a file that the command reads.

    ``inputs`` are paths, or parts of what a file holds (``encoders.pkl['country']``);
    ``-`` is standard input, and as the output standard output. Links, other spellings
    and redirections lead to the same file.
    """
    there = _identity(output, 1)
    if there is None:
        return
    for given in inputs:
        for path in _paths(given):
            if _identity(path, 0) == there:
                to = "standard output" if output == "-" else printable(output)
                raise click.UsageError(
                    f"{_name(path)} is read, and {to} is the same file: it would be "
                    "lost.\nGive the output another name."
                )


def _paths(given: str | None) -> Iterator[str]:
    """The files that an option may name: ``encoders.pkl['country']`` is in one, and the
    joblib of old kept arrays in ``model.pkl_01.npy`` beside it."""
    if given is not None:
        for path in dict.fromkeys((given, given.partition("[")[0])):
            yield path
            yield from glob.iglob(glob.escape(path) + "_[0-9]*.npy*")


def _name(path: str) -> str:
    return "Standard input" if path == "-" else printable(path)


def _identity(path: str, standard: int) -> tuple[int, int] | None:
    """What tells a file from every other: None for what is none, or no regular one."""
    try:
        found = os.fstat(standard) if path == "-" else os.stat(path)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return found.st_dev, found.st_ino
