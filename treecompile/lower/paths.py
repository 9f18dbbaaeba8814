"""Where in a model a part sits, in the words of the person who built it."""

from __future__ import annotations

from ..read.records import Record


def join(path: str, part: str) -> str:
    """``path`` with one more part below it."""
    return f"{path}, {part}" if path else part


def counted(number: int, what: str) -> str:
    """``3 trees``, ``1 tree``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


#: Packages whose classes are compiled by their name alone; the parts of others share
#: names with these (OneHotEncoder is category_encoders', too), and are told apart.
_OWN = ("sklearn", "_loss", "xgboost", "lightgbm", "catboost", "_catboost")


def of_another(record: object) -> str:
    """`` of category_encoders``, where a part is of a library that is not compiled."""
    if not isinstance(record, Record) or record.cls.package in _OWN:
        return ""
    if record.cls.package in ("__main__", "__mp_main__"):
        return " of your own (__main__)"
    return f" of {record.cls.package}"


def name_part(path: str, record: object) -> str:
    """The path of a part with the name of its class: ``step 'm': RandomForest``."""
    name = kind_of(record)
    return f"{path}: {name}" if path else name


def kind_of(value: object) -> str:
    """The name of the class of a value, or of what a record stands for."""
    return value.name if isinstance(value, Record) else type(value).__name__
