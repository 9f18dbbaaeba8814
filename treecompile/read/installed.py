"""Optional packages, from where packages are installed and from nowhere else.

Whatever a model file says, no module is imported from the working folder for it: with
``python -m`` that folder is the first place where Python looks.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

_FOLDERS = ("site-packages", "dist-packages")


def import_installed(name: str) -> Any:
    """A module of an installed package; None where it is not installed."""
    package = name.partition(".")[0]
    before = sys.path[:]
    sys.path[:] = [path for path in before if path.rstrip("/\\").endswith(_FOLDERS)]
    sys.path_importer_cache.pop("", None)
    known = {n for n in sys.modules if n.partition(".")[0] == package}
    try:
        if known and not _is_installed(sys.modules.get(package)):
            return None
        return importlib.import_module(name)
    except ImportError:
        return None
    finally:
        sys.path[:] = before


def _is_installed(module: Any) -> bool:
    file = getattr(module, "__file__", None) or ""
    return any(f"{folder}" in file.replace("\\", "/").split("/") for folder in _FOLDERS)
