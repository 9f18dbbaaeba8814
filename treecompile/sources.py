"""What the user names to stand beside a model: parts of its file, of others, objects.

A part of the model's own file is spelt as ``--part`` spells it: ``['le_country']``. A
part of another is spelt as Python would index what that file holds:
``encoders.pkl['country']``; a file that holds one thing needs no path. From Python, it
may also be the thing itself. A scorer names other files by their content, as
``sha256:0123456789abcdef['country']``, since a path means nothing elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from .errors import UnsupportedModel
from .given import is_open_file, live, model_file
from .lower.beside import Beside, Part
from .lower.parts import is_container, listed, path_of, records_of, value_at
from .options import DIGEST, Options
from .read import ModelFile, Record, read_file


def read_model(model: Any) -> ModelFile:
    """A model file by its path, its bytes or open, or what a live object is when it is
    saved."""
    return model_file(model)


def beside(
    file: ModelFile, options: Options, others: Iterable[ModelFile] = ()
) -> tuple[Beside, Options]:
    """What stands beside the model of ``file``, and the options as a scorer names them.

    ``others`` are files that the options may name by their content. Raises
    UnsupportedModel where a path leads nowhere, UnreadableFile for a file.
    """
    sources = _Sources(file, others)
    encode = [(column, sources.part(given)) for column, given in options.encode]
    preprocess = list(map(sources.part, options.preprocess))
    labels = None if options.labels is None else sources.labels(options.labels)
    names = None if options.names is None else sources.names(options.names)
    found = Beside(
        tuple((column, source.part) for column, source in encode),
        tuple(source.part for source in preprocess),
        None if labels is None else labels.part,
        None if names is None else names.part,
    )
    named = replace(
        options,
        encode=tuple((column, source.spelling) for column, source in encode),
        preprocess=tuple(source.spelling for source in preprocess),
        labels=None if labels is None else labels.spelling,
        names=None if names is None else names.spelling,
    )
    return found, named


@dataclass(frozen=True)
class _Source:
    """A part, and how a scorer names the place that it is from."""

    part: Part
    spelling: str


class _Sources:
    """The model's file and the others, each of which is read once."""

    def __init__(self, file: ModelFile, others: Iterable[ModelFile]) -> None:
        self.file = file
        self._files = {_digest(other): other for other in others}

    def part(self, given: Any) -> _Source:
        """What a path leads to, or the thing itself."""
        if not isinstance(given, (str, os.PathLike)):
            file = _read_given(given)
            part = Part(f"the given {type(given).__name__}", file.root)
            return _Source(part, _digest(file))
        text = os.fspath(given)
        found = self._in_model(text) if isinstance(given, str) else None
        if found is not None:
            return found
        path, inside = _split(text)
        file = self._read(path)
        root = file.root
        if not inside:
            return _Source(Part(text, _whole(text, root)), _digest(file))
        if not is_container(root):
            raise UnsupportedModel(text, "the file holds one thing, and no parts")
        return _Source(
            Part(text, value_at(root, inside)), _digest(file) + path_of(root, inside)
        )

    def names(self, given: Any) -> _Source:
        """A list of names: where one stands, or the names with commas between."""
        if not isinstance(given, str):
            if not isinstance(given, os.PathLike):
                given = [str(name) for name in given]
            return self.part(given)
        placed = given.startswith(("[", DIGEST)) or os.path.exists(_split(given)[0])
        if placed or (is_container(self.file.root) and "," not in given):
            return self.part(given)
        names = [name.strip() for name in given.split(",")]
        return _Source(Part("--names", names), ",".join(names))

    def labels(self, given: Any) -> _Source:
        """What says what the labels stand for: where it stands, or the labels
        themselves with commas between."""
        if not isinstance(given, str) or "," not in given:
            return self.part(given)
        if given.startswith(("[", DIGEST)) or os.path.exists(_split(given)[0]):
            return self.part(given)
        labels = [label.strip() for label in given.split(",")]
        return _Source(Part("--labels", labels), ",".join(labels))

    def _in_model(self, text: str) -> _Source | None:
        """A part of the model's own file, if there is one of this name."""
        root = self.file.root
        if not is_container(root):
            if text.startswith("["):
                kind = root.name if isinstance(root, Record) else type(root).__name__
                raise UnsupportedModel(
                    "", f"The model's file holds one {kind}, and no part {text!r}."
                )
            return None
        try:
            return _Source(Part(text, value_at(root, text)), path_of(root, text))
        except UnsupportedModel:
            outside = text.startswith(DIGEST) or os.path.exists(_split(text)[0])
            if text.startswith("[") or not outside:
                raise
            return None

    def _read(self, path: str) -> ModelFile:
        file = self._files.get(path)
        if file is None and path.startswith(DIGEST):
            raise UnsupportedModel(
                "",
                f"The file that the scorer calls {path} is needed, too: it holds a part "
                "that was put beside the model.",
            )
        if file is None:
            file = self._files[path] = read_file(path)
        return file


def _read_given(given: Any) -> ModelFile:
    """A part beside the model: the content of a file, or any live object."""
    is_file = isinstance(given, (bytes, bytearray)) or is_open_file(given)
    return model_file(given) if is_file else live(given)


def _digest(file: ModelFile) -> str:
    return DIGEST + file.sha256[:16]


def _whole(text: str, root: Any) -> Any:
    """What a file holds, or the one thing in the container that it holds."""
    records = records_of(root) if isinstance(root, (dict, list, tuple)) else {}
    if len(records) > 1:
        raise UnsupportedModel(
            text,
            f"the file holds {len(records)} parts",
            f"Name the one that is meant, as in {text}{next(iter(records))}:\n"
            f"{listed(records)}",
        )
    return next(iter(records.values()), root)


def _split(text: str) -> tuple[str, str]:
    """The file and the path in it, of ``encoders.pkl['country']``."""
    if text.endswith("]") and "[" in text and not os.path.exists(text):
        file, bracket, inside = text.partition("[")
        return file, bracket + inside
    return text, ""
