"""What a call in a pickle yields: the exact table of names that are answered.

A pickle builds its objects by calls of named functions and classes. None of them is ever
imported here. The few that make plain values (``builtins.set``, numpy's reconstruction
functions) have a stand-in below; the classes of known libraries (:mod:`.allowed`) become
records; every other name is refused.
"""

from __future__ import annotations

import sys
from typing import Any

from treecompile.errors import UnreadableFile
from treecompile.read import allowed, arrays
from treecompile.read.budget import PAIR
from treecompile.read.context import Context, Damaged, Maker, shown
from treecompile.read.foreign import foreign
from treecompile.read.joblib_arrays import InlineArray, NpyFileArray, ZFileArray
from treecompile.read.keys import checked_items, checked_keys
from treecompile.read.records import Name, Record

BUILTINS = ("builtins", "__builtin__")
_COPYREG = ("copyreg", "copy_reg")
_SINGLETONS = {"Ellipsis": "ellipsis", "NotImplemented": "NotImplementedType"}
_LONGEST_NUMBER = 1_000
_LONGEST_RANGE = 2**53


def maker_of(name: Name, context: Context) -> Maker:
    """What answers a call of ``name``; a name that is not allowed is refused."""
    module, own = name.module, name.name
    maker = _TABLE.get((module, own)) or _joblib_wrapper(name)
    if maker is not None:
        return maker
    if allowed.is_class(module, own):
        stand_in = own == "newObj" or own.startswith("__pyx_unpickle_")
        return _extension_object if stand_in else _record
    if context.lenient:
        context.refused[name] = None
        return _record
    raise refusal(name, any(n.package in _PACKERS for n in context.names.values()))


def verdict(name: Name) -> str:
    """What reading does with a name, in a word or two, for an overview of a file."""
    if _TABLE.get((name.module, name.name)) or _joblib_wrapper(name):
        return "kept as data" if _is_plain_record(name) else "rebuilt"
    if allowed.is_class(name.module, name.name):
        return "kept as data"
    return "refused if called"


def _is_plain_record(name: Name) -> bool:
    return name.name in allowed.PLAIN_RECORDS.get(name.module, ())


def refusal(name: Name, packed: bool = False) -> UnreadableFile:
    """The error for a file that calls what is never called; ``packed`` says that a
    packer of functions has had a hand in it."""
    text = shown(name)
    code = packed and name.module in ("types", "new")
    if code or name.package in _PACKERS or "cloudpickle" in name.module:
        return UnreadableFile(
            f"the file asks to call {text}: it holds code of its own (a function or a "
            "class, packed by cloudpickle or dill), and no code of a file is ever run. "
            "Save the fitted scikit-learn model alone, without functions and classes "
            "of your own"
        )
    if name.package in _STANDARD_MODULES or name.package == "numpy":
        return UnreadableFile(
            f"the file asks to call {text}, which no fitted model needs: this is what "
            "a malicious pickle looks like. Nothing was run. Do not load this file by "
            "any other means either, unless you know who made it and why"
        )
    if name.package in allowed.PACKAGES and _is_named_as_a_class(name):
        return UnreadableFile(
            f"the file holds an object of the class {text}, which this treecompile does "
            "not know as a part of a fitted model. Nothing was run. Take the model out "
            "of what holds that object, or leave it out, and save the model alone"
        )
    if name.package in allowed.PACKAGES:
        return UnreadableFile(
            f"the file asks to call {text}, which is named as a function, and is not "
            "known as a part of a fitted model. Nothing was run. Do not load this file "
            "by any other means either, unless you know who made it and why"
        )
    return foreign(name)


def _is_named_as_a_class(name: Name) -> bool:
    """CamelCase, as scikit-learn and its kin name classes, and no functions."""
    own = name.name.rpartition(".")[2].lstrip("_")
    return own[:1].isupper()


# What packs functions and classes of one's own into a pickle.
_PACKERS = ("cloudpickle", "dill")
# Python's own modules, those of Python 2 and those that come along with Python.
_STANDARD_MODULES = sys.stdlib_module_names | frozenset(
    ["__builtin__", "commands", "copy_reg", "nt", "pip", "pkg_resources", "popen2"]
    + ["posix", "setuptools"]
)


# Stand-ins. Each takes the name, its arguments and the context.


def _record(name: Name, args: tuple[Any, ...], context: Context) -> Record:
    return Record(name, args)


def _object(name: Name, args: tuple[Any, ...], context: Context) -> Record:
    if args:
        raise Damaged("an object is made from malformed arguments")
    return Record(name)


def _extension_object(name: Name, args: tuple[Any, ...], context: Context) -> Record:
    """Cython's ``__pyx_unpickle_Thing(Thing, checksum, state)`` is a ``Thing``.

    So are the ``newObj(Thing)`` of scikit-learn's neighbour trees, and the
    ``_mareconstruct(MaskedArray, ...)`` of numpy.
    """
    if args and isinstance(args[0], Name):
        return Record(args[0], args)
    return Record(name, args)


def _pandas_index(name: Name, args: tuple[Any, ...], context: Context) -> Record:
    """``_new_Index(Index, {"data": labels, "name": None})``, how pandas writes one."""
    if len(args) != 2 or not isinstance(args[0], Name) or type(args[1]) is not dict:
        return Record(name, args)
    made = Record(args[0], args)
    context.charge_bytes(PAIR * len(args[1]))
    fill_mapping(made, args[1])
    return made


def _random(name: Name, args: tuple[Any, ...], context: Context) -> Record:
    """``__randomstate_ctor("MT19937")`` and its like make what they are called after."""
    if name.name == "__bit_generator_ctor":
        made = args[0] if args and isinstance(args[0], Name) else name
        return Record(made, args)
    generator = name.name == "__generator_ctor"
    return Record(
        Name("numpy.random", "Generator" if generator else "RandomState"), args
    )


def _reconstructor(name: Name, args: tuple[Any, ...], context: Context) -> Any:
    """``copyreg._reconstructor(cls, base, state)``, what protocols 0 and 1 use."""
    if len(args) != 3 or not isinstance(args[0], Name):
        raise Damaged("an object is made from malformed arguments")
    cls, base, state = args
    if not isinstance(base, Name) or base.module not in BUILTINS:
        raise Damaged("an object is made from malformed arguments")
    if base.name == "object" or state is None:
        return new_object(cls, (), None, context, own=False)
    made = new_object(cls, (state,), None, context, own=False)
    kind = type(state)
    if kind in (dict, list, set):
        context.charge_bytes(PAIR * len(state))
        made.args = ()
    if kind is dict and base.name == "dict":
        fill_mapping(made, state)
    else:
        made.state = kind(state) if kind in (list, set, dict) else state
    return made


def _newobj(name: Name, args: tuple[Any, ...], context: Context) -> Any:
    """``copyreg.__newobj__(cls, *args)``."""
    if not args or not isinstance(args[0], Name):
        raise Damaged("an object is made from malformed arguments")
    return new_object(args[0], args[1:], None, context)


def _newobj_ex(name: Name, args: tuple[Any, ...], context: Context) -> Any:
    """``copyreg.__newobj_ex__(cls, args, kwargs)``."""
    if len(args) != 3 or not isinstance(args[0], Name):
        raise Damaged("an object is made from malformed arguments")
    if type(args[1]) is not tuple or type(args[2]) is not dict:
        raise Damaged("an object is made from malformed arguments")
    return new_object(args[0], args[1], args[2], context)


def new_object(
    cls: Name,
    args: tuple[Any, ...],
    keywords: dict[str, Any] | None,
    context: Context,
    *,
    own: bool = True,
) -> Any:
    """What ``cls.__new__(cls, *args, **keywords)`` yields: no constructor has a say.

    So a list or a dict is empty, whatever the arguments. ``own`` is whether it may be of
    one of Python's and numpy's own types.
    """
    maker = maker_of(cls, context)
    if maker is _record:
        return Record(cls, (*args, keywords) if keywords else args)
    if maker is _object or maker in _JOBLIB.values():
        return maker(cls, args, context)
    if maker is _extension_object and own:
        return Record(cls, args)
    if maker in (_module, _attribute_of_module):
        raise refusal(cls)  # no class, and what it would be asked for is not to be had
    if not own or keywords or not is_class(cls):
        raise Damaged("an object is made from malformed arguments")
    return maker(cls, () if maker in _MUTABLE else args, context)


def is_class(name: Name) -> bool:
    """Whether a name is that of a class, rather than of a function: of those that are
    rebuilt; the list of the others holds hardly any function."""
    return _TABLE.get((name.module, name.name)) not in _FUNCTIONS


def _getattr(name: Name, args: tuple[Any, ...], context: Context) -> Any:
    """``getattr(object, "method")``: a bound method, kept as what it is made from.

    Of a class, it is a mention of what stands in the class; whether that may be called
    is for the list to say.
    """
    if len(args) != 2 or type(args[1]) is not str or args[1].startswith("__"):
        raise refusal(name)
    if isinstance(args[0], Name):
        return context.name(args[0].module, f"{args[0].name}.{args[1]}")
    return Record(name, args)


_MODULE = Name("types", "ModuleType")


def _module(name: Name, args: tuple[Any, ...], context: Context) -> Record:
    """``dill._dill._import_module("numpy.core._multiarray_umath")``: a mention of a
    module, of a known library."""
    if len(args) not in (1, 2) or type(args[0]) is not str:
        raise refusal(name)
    if args[0].partition(".")[0] not in {"numpy", *allowed.PACKAGES}:
        raise refusal(name)
    return Record(_MODULE, args[:1])


def _attribute_of_module(name: Name, args: tuple[Any, ...], context: Context) -> Any:
    """``dill._dill._get_attr(module, "_reconstruct")``: a mention of what stands there;
    whether that may be called is for the list to say."""
    of_module = args and isinstance(args[0], Record) and args[0].cls == _MODULE
    if len(args) != 2 or not of_module or type(args[1]) is not str:
        raise refusal(name)
    return context.name(args[0].args[0], args[1])


def _type(name: Name, args: tuple[Any, ...], context: Context) -> Name:
    """``type(None)`` and its like; with three arguments it would make a class."""
    if len(args) == 1 and args[0] is None:
        return context.name("builtins", "NoneType")
    singleton = args[0] if len(args) == 1 else None
    for module in BUILTINS:
        for one, its_type in _SINGLETONS.items():
            if Name(module, one) == singleton:
                return context.name("builtins", its_type)
    raise refusal(name)


def _named_type(name: Name, args: tuple[Any, ...], context: Context) -> Name:
    """What dill and cloudpickle write for a type of Python itself: a mention of it."""
    if len(args) != 1 or type(args[0]) is not str:
        raise refusal(name)
    module = "types" if args[0].endswith("Type") else "builtins"
    return context.name(module, args[0])


def _ufunc(name: Name, args: tuple[Any, ...], context: Context) -> Name:
    """``_ufunc_reconstruct("numpy", "log1p")`` is a mention of a function."""
    if len(args) != 2 or type(args[0]) is not str or type(args[1]) is not str:
        raise Damaged("a numpy function is named by malformed arguments")
    return context.name(args[0], args[1])


def _encode(name: Name, args: tuple[Any, ...], context: Context) -> bytes:
    """``_codecs.encode(text, "latin1")``: how protocols up to 2 write bytes."""
    if len(args) != 2 or type(args[0]) is not str:
        raise Damaged("bytes are made from something that is no text")
    if not _is_latin(args[1]):
        raise refusal(name)
    context.charge_bytes(2 * len(args[0]))
    try:
        return args[0].encode("latin-1")
    except UnicodeEncodeError as error:
        raise Damaged("bytes are made from text that is not latin-1") from error


def _is_latin(encoding: Any) -> bool:
    return type(encoding) is str and encoding in ("latin1", "latin-1")


_ORDERED = (list, tuple, dict)


def _items(
    args: tuple[Any, ...],
    context: Context,
    kinds: tuple[type, ...] = (*_ORDERED, set, frozenset),
) -> list[Any]:
    """The items of the one optional argument of ``list``, ``set`` and their like."""
    if not args:
        return []
    if len(args) != 1 or type(args[0]) not in kinds:
        raise Damaged("a collection is made from malformed arguments")
    context.charge(len(args[0]))
    return list(args[0])


def _list(name: Name, args: tuple[Any, ...], context: Context) -> list[Any]:
    return _items(args, context, _ORDERED)


def _tuple(name: Name, args: tuple[Any, ...], context: Context) -> tuple[Any, ...]:
    if len(args) == 1 and type(args[0]) is tuple:
        return args[0]  # as Python does: it never changes
    return tuple(_items(args, context, _ORDERED))


def _set(name: Name, args: tuple[Any, ...], context: Context) -> set[Any]:
    return set(checked_keys(_items(args, context), context))


def _frozenset(name: Name, args: tuple[Any, ...], context: Context) -> frozenset[Any]:
    if len(args) == 1 and type(args[0]) is frozenset:
        return args[0]
    return frozenset(checked_keys(_items(args, context), context))


def _dict(name: Name, args: tuple[Any, ...], context: Context) -> dict[Any, Any]:
    """``dict`` of a mapping or of pairs."""
    if len(args) == 1 and type(args[0]) is dict:
        context.charge_bytes(PAIR * len(args[0]))
        return dict(args[0])
    return checked_items(_items(args, context, _ORDERED), context)


def _ordered(name: Name, args: tuple[Any, ...], context: Context) -> dict[Any, Any]:
    """``OrderedDict`` of a mapping or of pairs; it may have attributes as well."""
    return context.with_attributes(_dict(name, args, context))


def _counter(name: Name, args: tuple[Any, ...], context: Context) -> dict[Any, Any]:
    """``Counter`` of a mapping; of anything else it would count the items."""
    if args and type(args[0]) is not dict:
        raise Damaged("a collection is made from malformed arguments")
    return context.with_attributes(_dict(name, args, context))


def _defaultdict(name: Name, args: tuple[Any, ...], context: Context) -> dict[Any, Any]:
    factory = args[0] if args else None
    partial = isinstance(factory, Record) and factory.name == "partial"
    if not (factory is None or isinstance(factory, Name) or partial):
        raise Damaged("a collection is made from malformed arguments")
    return _dict(name, args[1:], context)


def _deque(name: Name, args: tuple[Any, ...], context: Context) -> list[Any]:
    """``deque(items, maxlen)``, as a list; more items than that are refused."""
    made = _items(args[:1] if len(args) == 2 else args, context, _ORDERED)
    limit = args[1] if len(args) == 2 else None
    if limit is None:
        return made
    if type(limit) is not int or limit < len(made):
        raise Damaged("a collection is made from malformed arguments")
    return context.with_limit(made, limit)


def _bytes(name: Name, args: tuple[Any, ...], context: Context) -> bytes:
    if not args:
        return b""
    if len(args) == 1 and type(args[0]) is list:
        context.charge(len(args[0]))
        try:
            return bytes(args[0])
        except (TypeError, ValueError) as error:
            raise Damaged("bytes are made from malformed arguments") from error
    if len(args) == 1 and type(args[0]) in (bytes, bytearray):
        context.charge_bytes(len(args[0]))
        return bytes(args[0])
    return _encode(name, args, context)


def _bytearray(name: Name, args: tuple[Any, ...], context: Context) -> bytearray:
    made = _bytes(name, args, context)
    context.charge_bytes(len(made))
    return bytearray(made)


def _number(name: Name, args: tuple[Any, ...], context: Context) -> Any:
    """``int``, ``float``, ``bool`` or ``complex`` of plain numbers or their text."""
    kinds = {"int": int, "long": int, "float": float, "bool": bool, "complex": complex}
    if len(args) > 2 or any(not _is_number(argument) for argument in args):
        raise Damaged("a number is made from malformed arguments")
    try:
        return kinds[name.name](*args)
    except (TypeError, ValueError, OverflowError) as error:
        raise Damaged("a number is made from malformed arguments") from error


def _is_number(value: Any) -> bool:
    if type(value) is str:
        return len(value) <= _LONGEST_NUMBER
    return type(value) in (int, float, bool)


def _text(name: Name, args: tuple[Any, ...], context: Context) -> str:
    if not args:
        return ""
    if len(args) != 1 or type(args[0]) is not str:
        raise Damaged("text is made from malformed arguments")
    return args[0]


def _range(name: Name, args: tuple[Any, ...], context: Context) -> range:
    if not 1 <= len(args) <= 3 or any(
        type(bound) is not int or abs(bound) > _LONGEST_RANGE for bound in args
    ):
        raise Damaged("a range is made from malformed arguments")
    try:
        return range(*args)
    except ValueError as error:
        raise Damaged("a range has a step of zero") from error


def _slice(name: Name, args: tuple[Any, ...], context: Context) -> slice:
    if not 1 <= len(args) <= 3:
        raise Damaged("a slice is made from malformed arguments")
    return slice(*args)


def fill_mapping(record: Record, items: dict[Any, Any]) -> None:
    """The items of a class that is a dict (Bunch), as attributes where they can be."""
    if all(type(key) is str for key in items):
        record.attributes.update(items)
    elif type(record.state) is dict:
        record.state.update(items)
    else:
        record.state = dict(items)


def _joblib_wrapper(name: Name) -> Maker | None:
    module = name.module.rpartition("externals.")[2]
    if name.package not in ("joblib", "sklearn"):
        return None
    if module not in ("joblib.numpy_pickle", "joblib.numpy_pickle_compat"):
        return None
    return _JOBLIB.get(name.name)


def _joblib_array(name: Name, args: tuple[Any, ...], context: Context) -> Record:
    return InlineArray(name, args)


def _npy_file_array(name: Name, args: tuple[Any, ...], context: Context) -> Record:
    return NpyFileArray(name, args)


def _z_file_array(name: Name, args: tuple[Any, ...], context: Context) -> Record:
    return ZFileArray(name, args)


_JOBLIB: dict[str, Maker] = {
    "NumpyArrayWrapper": _joblib_array,
    "NDArrayWrapper": _npy_file_array,
    "ZNDArrayWrapper": _z_file_array,
}


def _table() -> dict[tuple[str, str], Maker]:
    table: dict[tuple[str, str], Maker] = {}

    def answer(maker: Maker, modules: tuple[str, ...], *names: str) -> None:
        table.update({(module, name): maker for module in modules for name in names})

    answer(_getattr, BUILTINS, "getattr")
    answer(_type, BUILTINS, "type")
    answer(_object, BUILTINS, "object")
    answer(_list, BUILTINS, "list")
    answer(_tuple, BUILTINS, "tuple")
    answer(_set, BUILTINS, "set")
    answer(_frozenset, BUILTINS, "frozenset")
    answer(_dict, BUILTINS, "dict")
    answer(_bytes, BUILTINS, "bytes")
    answer(_bytearray, BUILTINS, "bytearray")
    answer(_number, BUILTINS, "int", "long", "float", "bool", "complex")
    answer(_text, BUILTINS, "str", "unicode")
    answer(_range, BUILTINS, "range", "xrange")
    answer(_slice, BUILTINS, "slice")
    answer(_encode, ("_codecs",), "encode")
    answer(_ordered, ("collections",), "OrderedDict")
    answer(_counter, ("collections",), "Counter")
    answer(_defaultdict, ("collections",), "defaultdict")
    answer(_deque, ("collections", "_collections"), "deque")
    answer(_reconstructor, _COPYREG, "_reconstructor")
    answer(_newobj, _COPYREG, "__newobj__")
    answer(_newobj_ex, _COPYREG, "__newobj_ex__")

    multiarray: tuple[str, ...] = ("numpy.core.multiarray", "numpy._core.multiarray")
    multiarray += ("numpy.core._multiarray_umath", "numpy._core._multiarray_umath")
    numeric = ("numpy.core.numeric", "numpy._core.numeric")
    answer(arrays.reconstruct, multiarray, "_reconstruct")
    answer(arrays.scalar, multiarray, "scalar")
    answer(arrays.from_buffer, numeric, "_frombuffer")
    answer(arrays.make_dtype, ("numpy",), "dtype")
    answer(_extension_object, ("numpy.ma.core", "numpy.ma"), "_mareconstruct")
    answer(
        _random,
        ("numpy.random", "numpy.random._pickle", "numpy.random.mtrand"),
        "__RandomState_ctor",
        "__bit_generator_ctor",
        "__generator_ctor",
        "__randomstate_ctor",
    )
    indexes = ("pandas.core.indexes.base", "pandas.indexes.base", "pandas.core.index")
    answer(_pandas_index, indexes, "_new_Index")
    answer(_ufunc, ("numpy.core", "numpy._core"), "_ufunc_reconstruct")

    answer(arrays.dill_array, ("dill._dill", "dill.dill"), "_create_array")
    answer(_named_type, ("dill._dill", "dill.dill"), "_load_type")
    answer(_module, ("dill._dill", "dill.dill"), "_import_module")
    answer(_attribute_of_module, ("dill._dill", "dill.dill"), "_get_attr")
    answer(_named_type, ("cloudpickle.cloudpickle",), "_builtin_type")

    for module, names in allowed.PLAIN_RECORDS.items():
        answer(_record, (module,), *names)
    return table


_TABLE = _table()
# Types of which an object is empty until it is initialised.
_MUTABLE = (_list, _set, _dict, _ordered, _counter, _defaultdict, _deque, _bytearray)
_FUNCTIONS: tuple[Maker, ...] = (
    _getattr,
    _type,
    _encode,
    _reconstructor,
    _newobj,
    _newobj_ex,
    _random,
    _pandas_index,
    _ufunc,
    _named_type,
    arrays.reconstruct,
    arrays.scalar,
    arrays.from_buffer,
    arrays.dill_array,
)
