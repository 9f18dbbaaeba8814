"""What a file is wrapped in: told by its first bytes, unwrapped within limits."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from treecompile.errors import UnreadableFile
from treecompile.read.budget import Budget
from treecompile.read.context import Damaged
from treecompile.read.installed import import_installed

_CHUNK = 1 << 20
_FIRST_CHUNK = 256
# A file may unfold to this size whatever its own; beyond, it has to be in proportion.
_ALWAYS_FINE = 256 << 20
_LARGEST_RATIO = 50
_LARGEST = 4 << 30
_MOST_LAYERS = 4
# The strongest setting of xz asks for 65 MiB; a forged header could ask for 4 GiB.
_LZMA_MEMORY = 200 << 20
_Z_FILE = b"ZF"


def unwrap(data: bytes, budget: Budget) -> tuple[bytes, list[str]]:
    """The pickle in ``data`` and the names of the layers around it, outermost first."""
    layers: list[str] = []
    while True:
        kind = compression_of(data)
        if kind is None:
            if layers:
                budget.unpacked(len(data))
            return data, layers
        budget.packed()
        if len(layers) == _MOST_LAYERS:
            raise UnreadableFile(
                f"the file is compressed more than {_MOST_LAYERS} times over: it is made "
                "to exhaust its reader. Do not load it"
            )
        data = _UNWRAP[kind](data, budget)
        layers.append(kind)


def compression_of(data: bytes) -> str | None:
    """How ``data`` is compressed: ``"zlib"``, ``"gzip"``, ...; ``None`` if it is not."""
    if data[:2] == b"\x1f\x8b":
        return "gzip"
    if data[:3] == b"BZh":
        return "bz2"
    if data[:6] == b"\xfd7zXZ\x00":
        return "xz"
    if data[:3] == b"\x5d\x00\x00":
        return "lzma"
    if data[:4] == b"\x04\x22\x4d\x18":
        return "lz4"
    if data[:4] == b"\x28\xb5\x2f\xfd":
        return "zstd"
    if data[:4] == b"ZF0x":
        return "ZF"
    # A zlib stream starts with a two-byte checksum of its settings.
    if data[:1] == b"x" and len(data) > 2 and int.from_bytes(data[:2], "big") % 31 == 0:
        return "zlib"
    return None


def unwrap_z_file(data: bytes, budget: Budget) -> bytes:
    """The content of a "ZF" file of joblib before 0.10, or of an array beside one."""
    # "ZF", then the size of the content as hexadecimal text, padded with blanks to 19
    # characters (20 where Python 2 wrote them), then one zlib stream.
    start = data.find(b"\x78", 4, 32)
    if data[:2] != _Z_FILE or start < 0:
        raise Damaged("the file starts like an old joblib file, and does not go on so")
    announced = data[2:start].strip().rstrip(b"L")
    try:
        length = int(announced, 16)
    except ValueError:
        raise Damaged("the header of the old joblib file is damaged") from None
    content = _collect(_chunks(zlib.decompressobj, data[start:], "zlib"), budget)
    if len(content) != length:
        raise Damaged(
            f"the old joblib file announces {length:,} bytes and holds {len(content):,}"
        )
    return content


def _unwrap_lz4(data: bytes, budget: Budget) -> bytes:
    lz4 = import_installed("lz4.frame")
    if lz4 is None:
        raise UnreadableFile(
            "the file is compressed with lz4, and the Python package of that name is "
            "not installed: pip install lz4, then try again"
        )
    return _collect(_chunks(lz4.LZ4FrameDecompressor, data, "lz4"), budget)


def _unwrap_zstd(data: bytes, budget: Budget) -> bytes:
    raise UnreadableFile(
        "the file is compressed with zstd: unpack it first (zstd -d FILE), then give the "
        "unpacked file"
    )


def _unwrap_with(
    new: Callable[[], Any], kind: str, magic: bytes | None = None
) -> Callable[[bytes, Budget], bytes]:
    return lambda data, budget: _collect(_chunks(new, data, kind, magic), budget)


def unfolding_limit(size: int) -> int:
    """To how many bytes a file of ``size`` bytes may unfold."""
    return max(_ALWAYS_FINE, min(_LARGEST, size * _LARGEST_RATIO))


def _collect(chunks: Iterator[bytes], budget: Budget) -> bytes:
    """All chunks, as long as they stay in proportion to the size of the file."""
    collected = io.BytesIO()
    size = budget.stored
    limit = unfolding_limit(size)
    for chunk in chunks:
        budget.charge(len(chunk))
        if collected.tell() + len(chunk) > limit:
            raise UnreadableFile(
                f"the file has {size:,} bytes and unfolds to more than {limit:,}, as a "
                "file does that is made to exhaust its reader. If you know where it is "
                "from, unpack it, or save the model without compression"
            )
        collected.write(chunk)
    return collected.getvalue()


def _chunks(
    new: Callable[[], Any], data: bytes, kind: str, magic: bytes | None = None
) -> Iterator[bytes]:
    """The content of compressed ``data``, at most a megabyte at a time.

    Streams one behind the other that start with ``magic`` are one content.
    """
    rest = memoryview(data)
    while True:
        machine = new()
        position = 0
        unused = b""
        size = _FIRST_CHUNK  # of many small streams, each would be fed all of them
        while not machine.eof:
            # zlib hands back what it did not get to; the others keep it themselves.
            feed = unused
            if not feed and getattr(machine, "needs_input", True):
                feed = bytes(rest[position : position + size])
                position += len(feed)
                size = min(_CHUNK, 8 * size)
            try:
                content = machine.decompress(feed, _CHUNK)
            except (zlib.error, lzma.LZMAError, RuntimeError, ValueError, OSError):
                raise Damaged(
                    f"the file is compressed with {kind} and damaged: copy it again, or "
                    "save the model again"
                ) from None
            unused = getattr(machine, "unconsumed_tail", b"")
            if content:
                yield content
            elif not feed and not machine.eof:
                raise Damaged(
                    f"the file is compressed with {kind} and ends in the middle: it was "
                    "cut short when it was written or copied. Copy it again, or save "
                    "the model again"
                )
        position -= len(machine.unused_data or b"")
        rest = rest[position:]
        if magic is None or bytes(rest[: len(magic)]) != magic:
            return


_UNWRAP: dict[str, Callable[[bytes, Budget], bytes]] = {
    "gzip": _unwrap_with(lambda: zlib.decompressobj(31), "gzip", b"\x1f\x8b"),
    "zlib": _unwrap_with(zlib.decompressobj, "zlib"),
    "bz2": _unwrap_with(bz2.BZ2Decompressor, "bz2", b"BZh"),
    "xz": _unwrap_with(
        lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _LZMA_MEMORY), "xz", b"\xfd7zXZ"
    ),
    "lzma": _unwrap_with(
        lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, _LZMA_MEMORY), "lzma"
    ),
    "lz4": _unwrap_lz4,
    "zstd": _unwrap_zstd,
    "ZF": unwrap_z_file,
}
