"""Files and streams as bytes: in pieces, the head first, and never without an end.

A file on the disk is read whole, if its head looks right and it is no hole; a stream, of
which nobody knows the end, up to a limit. Devices are refused.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Callable
from typing import BinaryIO

from treecompile.read.budget import Budget, exhausted

#: What is looked at before the rest is read.
HEAD = 1 << 16
_CHUNK = 1 << 20
#: The most that is taken from a pipe.
LONGEST_STREAM = 256 << 20

Look = Callable[[bytes], None]


class IsADevice(OSError):
    """Not a file."""


def whole(path: str | os.PathLike[str], look: Look = lambda head: None) -> bytes:
    """What is in a file; ``look`` raises what it likes of the head of a long one.

    Raises OSError, also for a device and for a stream without an end.
    """
    with open(path, "rb") as file:
        return of_stream(file, look)[0]


def of_stream(
    file: BinaryIO, look: Look = lambda head: None, piped: bool = False
) -> tuple[bytes, int]:
    """The same of an open file, and how many of its bytes are really there; one that is
    ``piped`` may be a device, too."""
    try:
        status = os.fstat(file.fileno())
        mode, size = status.st_mode, status.st_size - file.tell()
    except (
        AttributeError,
        OSError,
        ValueError,
    ):  # of no file: a stream of Python's own
        mode, size = stat.S_IFIFO, 0
    if stat.S_ISREG(mode) and size > 0:
        return _regular(file, size, look)
    if not piped and not stat.S_ISREG(mode) and not stat.S_ISFIFO(mode):
        raise IsADevice(errno.EINVAL, "this is a device, not a file")
    content = _stream(file, look)
    return content, len(content)


def _regular(file: BinaryIO, size: int, look: Look) -> tuple[bytes, int]:
    if size <= HEAD:
        return file.read(size), size
    start = file.tell()
    head = file.read(HEAD)
    look(head)
    there = _there(file.fileno(), start + size)
    if size > Budget(there).limit:
        raise exhausted()
    file.seek(start)
    return file.read(size), there


def _there(descriptor: int, size: int) -> int:
    """How many bytes of a file lie on the disk: it may be long and full of holes."""
    if not hasattr(os, "SEEK_DATA"):
        return size
    found = place = 0
    before = os.lseek(descriptor, 0, os.SEEK_CUR)
    try:
        for _ in range(1_000):
            place = os.lseek(descriptor, place, os.SEEK_DATA)
            end = os.lseek(descriptor, place, os.SEEK_HOLE)
            found, place = found + end - place, end
        found = size  # so many pieces are no trick
    except OSError as error:
        if error.errno != errno.ENXIO:  # of which that is the end
            found = size
    finally:
        os.lseek(descriptor, before, os.SEEK_SET)
    return min(found, size)


def _stream(file: BinaryIO, look: Look) -> bytes:
    collected = io.BytesIO()
    looked = False
    while chunk := file.read(_CHUNK):
        if not looked and len(chunk) > HEAD:
            look(chunk[:HEAD])
        looked = True
        if collected.tell() + len(chunk) > LONGEST_STREAM:
            raise OSError(
                errno.EFBIG,
                f"it is longer than {LONGEST_STREAM >> 20} MB, or has no end; save what "
                "comes out of it in a file, and give its path",
            )
        collected.write(chunk)
    return collected.getvalue()
