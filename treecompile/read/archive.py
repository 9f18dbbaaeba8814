"""Zip archives, read within limits; and what kind of file an archive is."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib

from treecompile.errors import UnreadableFile
from treecompile.read import container
from treecompile.read.budget import Budget
from treecompile.read.context import Damaged, shown

_CHUNK = 1 << 20
# Bytes of the object that zipfile makes of an entry, and of its name.
_ENTRY = 1_000
# What zipfile raises on archives whose fields contradict each other.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    IndexError,
    OSError,
    OverflowError,
    ValueError,
)


class Archive:
    """The members of a zip archive that is in memory.

    All members together may unfold to no more than a file of such a size might, and
    each of them is one: what a file names again is what was read of it before.
    """

    def __init__(self, data: bytes, budget: Budget) -> None:
        self.budget = budget
        self.size = budget.stored
        self.left = container.unfolding_limit(self.size)
        self._read: dict[str, bytes] = {}
        # zipfile makes an object of each entry of the directory.
        budget.charge(_ENTRY * data.count(b"PK\x01\x02"))
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (*_DAMAGE, NotImplementedError):
            raise Damaged(
                "the file is a zip archive (as skops writes), and damaged or cut short: "
                "copy it again, or save the model again"
            ) from None

    def names(self) -> list[str]:
        """The members, each once: no archive that was written by skops or numpy holds
        two of one name."""
        names = self._zip.namelist()
        if len(set(names)) != len(names):
            raise Damaged("the archive holds two files of one name")
        return names

    def read(self, name: str, limit: int | None = None) -> bytes:
        """The content of a member, of no more than ``limit`` bytes."""
        known = self._read.get(name)
        if known is None:
            known = self._read[name] = self._unfold(name, limit)
        return known

    def _unfold(self, name: str, limit: int | None) -> bytes:
        allowed = self.left if limit is None else min(limit, self.left)
        collected = io.BytesIO()
        try:
            with self._zip.open(name) as member:
                while chunk := member.read(_CHUNK):
                    self.budget.charge(len(chunk))
                    if collected.tell() + len(chunk) > allowed:
                        raise UnreadableFile(
                            f"the archive has {self.size:,} bytes and unfolds to far "
                            "more than any model: it is made to exhaust its reader. Do "
                            "not load it"
                        )
                    collected.write(chunk)
        except KeyError:
            raise Damaged(f"{shown(name)} is missing in the archive") from None
        except RuntimeError:
            raise UnreadableFile(
                "the archive is encrypted, or packed in a way that is not known"
            ) from None
        except _DAMAGE:
            raise Damaged(
                f"{shown(name)} in the archive is damaged: copy the file again, or save "
                "the model again"
            ) from None
        self.left -= collected.tell()
        return collected.getvalue()


def kind(names: list[str]) -> str:
    """What a zip archive that is no skops file looks like."""
    ends = [name.rpartition("/")[2] for name in names]
    if "data.pkl" in ends:
        return "a PyTorch checkpoint"
    if "model.weights.h5" in ends or "keras_metadata.pb" in ends:
        return "a Keras model"
    if "[Content_Types].xml" in ends:
        return "an office document (a spreadsheet?)"
    if "MANIFEST.MF" in ends:
        return "a Java archive"
    if ends and all(end.endswith(".npy") for end in ends):
        return "numpy arrays (.npz), data rather than a model"
    models = (".pkl", ".pickle", ".joblib", ".sav")
    inside = [name for name in names if name.endswith(models)]
    if inside:
        return f"a zip archive with {shown(inside[0])} in it: unpack it first"
    return "a zip archive without a model in it"
