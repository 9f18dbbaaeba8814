"""The text of a scorer as a module of this process."""

from __future__ import annotations

import functools
import hashlib
import linecache
import sys
import types
import weakref
from typing import Any


class Loaded:
    """A module made of a source: in ``sys.modules`` as long as somebody holds this."""

    def __init__(self, name: str, source: str) -> None:
        file = f"<{name}>"
        self.module = types.ModuleType(name)
        self.module.__file__ = file
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        sys.modules[name] = self.module
        weakref.finalize(self, _forget, name, file)
        exec(compile(source, file, "exec"), self.module.__dict__)
        invalid: Any = self.module.__dict__["InvalidRecord"]
        invalid.__reduce__ = _reduced(invalid.__reduce__, source)


_LOADED: weakref.WeakValueDictionary[str, Loaded] = weakref.WeakValueDictionary()


def loaded(source: str) -> Loaded:
    """The source as a module, which scorers of one text share. Tracebacks and
    ``inspect`` find its lines; its InvalidRecord pickles with the source."""
    name = f"treecompile_scorer_{hashlib.sha256(source.encode()).hexdigest()[:16]}"
    found = _LOADED.get(name)
    if found is None:
        found = _LOADED[name] = Loaded(name, source)
    return found


def _forget(name: str, file: str) -> None:
    sys.modules.pop(name, None)
    linecache.cache.pop(file, None)


def _reduced(reduce: Any, source: str) -> Any:
    """How an InvalidRecord is pickled: another process has not this module, and makes
    it of the source. Where it has, its own ``except`` knows what comes back."""

    def __reduce__(self: Any) -> Any:
        _, arguments, state = reduce(self)
        return _invalid_record, (source, *arguments), state

    return __reduce__


# A pool sends many errors back, perhaps to a process without the scorer.
_kept = functools.lru_cache(8)(loaded)


def _invalid_record(source: str, *arguments: Any) -> Any:
    return _kept(source).module.InvalidRecord(*arguments)
