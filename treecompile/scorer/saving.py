"""A file, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, data: bytes) -> Path:
    """Write to a file beside the path, which then takes its place. OSError where that
    fails: what stood there is still there."""
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        target.write_bytes(data)  # a pipe or a device has no beside; a folder fails
        return path
    handle, beside = tempfile.mkstemp(dir=target.parent, prefix=".tmp-")
    try:
        with open(handle, "wb") as stream:
            stream.write(data)
        os.chmod(beside, _mode(target))
        os.replace(beside, target)
    except BaseException:
        os.unlink(beside)
        raise
    return path


def _mode(path: Path) -> int:
    """The permissions of the file as it is, or those that a new file gets."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
