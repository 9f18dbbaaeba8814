"""skops files: a zip archive of a JSON tree and numpy arrays, read without skops.

``schema.json`` describes the object as a tree of nodes. Each node says which class it is
(``__module__``, ``__class__``), how skops would load it (``__loader__``), and what it
holds. Arrays lie beside it as ``.npy`` members. Nodes become the same records and
values that a pickle of the same object becomes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from treecompile.errors import UnreadableFile
from treecompile.read import arrays, json_text
from treecompile.read.archive import Archive
from treecompile.read.budget import PAIR
from treecompile.read.calls import maker_of
from treecompile.read.context import Context, Damaged, Unfinished, shown
from treecompile.read.joblib_arrays import read_npy
from treecompile.read.keys import checked_keys
from treecompile.read.machine import Machine
from treecompile.read.records import Name, Record

SCHEMA = "schema.json"
_NEWEST_PROTOCOL = 2
_DEEPEST = 200
_MISSING = object()

Node = dict[str, Any]


class Reader:
    """One run over the nodes of one skops file."""

    def __init__(self, archive: Archive, context: Context) -> None:
        self.archive = archive
        self.context = context
        self.seen: dict[int, Any] = {}
        self.arrays: dict[str, arrays.Array] = {}
        self.matrices: dict[str, dict[str, Any]] = {}
        self.depth = 0

    def run(self) -> tuple[Any, str]:
        """The object in the file, and the version of skops that wrote it."""
        schema = self.parsed(self.archive.read(SCHEMA))
        if type(schema) is not dict:
            raise _malformed()
        protocol = schema.get("protocol", 0)
        if type(protocol) is not int or protocol > _NEWEST_PROTOCOL:
            raise UnreadableFile(
                f"the skops file is of protocol {shown(protocol)}, and this treecompile "
                f"knows them up to {_NEWEST_PROTOCOL}: save the model as a pickle"
            )
        return self.value(schema), shown(schema.get("_skops_version", "")).strip()

    def value(self, node: Any) -> Any:
        """The value of a node."""
        if type(node) is not dict:
            raise _malformed()
        self.context.charge(4)  # a record, or what holds the values of the others
        self.depth += 1
        if self.depth > _DEEPEST:
            raise UnreadableFile("the skops file nests its objects too deeply")
        loader = node.get("__loader__")
        read = _LOADERS.get(loader) if type(loader) is str else None
        if read is None:
            raise UnreadableFile(
                f"the skops file holds a {shown(node.get('__class__'))} in a form "
                f"({shown(loader)}) that is not known: save the model as a pickle"
            )
        made = read(self, node)
        self.depth -= 1
        identity = node.get("__id__")
        if type(identity) is int:
            self.seen[identity] = made
        return made

    def parsed(self, text: Any) -> Any:
        if type(text) not in (str, bytes):
            raise _malformed()
        try:
            return json_text.loads(text, self.context.budget)
        except (ValueError, RecursionError):
            raise _malformed() from None

    def content(self, node: Node, *path: str) -> Any:
        part: Any = node.get("content")
        for step in path:
            part = part.get(step) if type(part) is dict else None
        return part

    def name(self, node: Node) -> Name:
        module, name = node.get("__module__"), node.get("__class__")
        if type(module) is not str or type(name) is not str:
            raise _malformed()
        return self.context.name(module, name)

    def record(self, node: Node, args: tuple[Any, ...] = ()) -> Record:
        """A record of the node's class, which has to be on the list."""
        name = self.name(node)
        made = maker_of(name, self.context)(name, args, self.context)
        if not isinstance(made, Record) or isinstance(made, Unfinished):
            raise _malformed()
        return made

    # One method for each form of node

    def cached(self, node: Node) -> Any:
        identity = node.get("__id__")
        made = self.seen.get(identity, _MISSING) if type(identity) is int else _MISSING
        if made is _MISSING:
            raise Damaged("the skops file refers to an object that it does not hold")
        return made

    def plain(self, node: Node) -> Any:
        return self.parsed(node.get("content"))

    def items(self, node: Node) -> list[Any]:
        content = node.get("content")
        if type(content) is not list:
            raise _malformed()
        return [self.value(item) for item in content]

    def tuple_node(self, node: Node) -> tuple[Any, ...]:
        return tuple(self.items(node))

    def set_node(self, node: Node) -> set[Any]:
        return set(checked_keys(self.items(node), self.context))

    def dict_node(self, node: Node) -> Any:
        content = node.get("content")
        kinds = self.value(node.get("key_types"))
        if type(content) is not dict or type(kinds) is not list:
            raise _malformed()
        if len(kinds) != len(content):
            raise _malformed()
        self.context.charge_bytes(PAIR * len(content))
        made: dict[Any, Any] = {}
        for kind, (text, item) in zip(kinds, content.items()):
            made[_key(kind, text)] = self.value(item)
        if node.get("__class__") == "Bunch":
            bunch = self.record(node)
            bunch.attributes.update(made)
            return bunch
        return made

    def defaultdict(self, node: Node) -> Any:
        return self.value(self.content(node, "main"))

    def mention(self, node: Node) -> Name:
        content = node.get("content")
        if type(content) is dict and "module_path" in content:  # protocol 0
            module, name = content.get("module_path"), content.get("function")
            return self.name({"__module__": module, "__class__": name})
        return self.name(node)

    def partial(self, node: Node) -> Record:
        parts = [
            self.value(self.content(node, part))
            for part in ("func", "args", "kwds", "namespace")
        ]
        made = Record(self.context.name("functools", "partial"), (parts[0],))
        made.state = tuple(parts)
        return made

    def method(self, node: Node) -> Record:
        owner = self.value(self.content(node, "obj"))
        name = self.content(node, "func")
        if type(name) is not str or name.startswith("__"):
            raise _malformed()
        return Record(self.context.name("builtins", "getattr"), (owner, name))

    def slice_node(self, node: Node) -> slice:
        bounds = [self.content(node, part) for part in ("start", "stop", "step")]
        if any(bound is not None and type(bound) is not int for bound in bounds):
            raise _malformed()
        return slice(*bounds)

    def bytes_node(self, node: Node) -> bytes:
        return self.member(node)

    def bytearray_node(self, node: Node) -> bytearray:
        content = self.member(node)
        self.context.charge_bytes(len(content))
        return bytearray(content)

    def objects(self, data: bytes, position: int) -> Any:
        """The objects of an array, which are a pickle within the file."""
        return Machine(data, position, self.context, inner=True).run()

    def member(self, node: Node) -> bytes:
        name = node.get("file")
        if type(name) is not str:
            raise _malformed()
        return self.archive.read(name)

    def instance(self, node: Node) -> Record:
        """An object: a class and its attributes."""
        made = self.record(node)
        if "content" in node:
            self.set_state(made, self.value(node["content"]))
        return made

    def reduced(self, node: Node) -> Record:
        """An object made from arguments and then given a state: a Tree, a loss."""
        reduce = node.get("__reduce__")
        args = self.value(reduce.get("args")) if type(reduce) is dict else None
        if args is None:
            args = ()
        made = self.record(node, args if type(args) is tuple else (args,))
        self.set_state(made, self.value(node.get("content")))
        return made

    def constructed(self, node: Node) -> Record:
        args = self.value(node.get("content"))
        if type(args) is not tuple:
            raise _malformed()
        return self.record(node, args)

    def set_state(self, made: Record, state: Any) -> None:
        if type(state) is dict and all(type(key) is str for key in state):
            made.attributes.update(state)
        elif state is not None:
            made.state = state

    def array(self, node: Node) -> Any:
        if node.get("type") == "json":
            shape = arrays.as_shape(self.value(node.get("shape")))
            return _nested_array(self.items(node), shape, self.context)
        if node.get("type") != "numpy":
            raise _malformed()
        file = node.get("file")
        made = self.arrays.get(file) if type(file) is str else None
        if made is None:
            made = read_npy(self.member(node), self.context, self.objects)
            self.arrays[str(file)] = made
        is_scalar = made.ndim == 0 and node.get("__class__") != "ndarray"
        return made[()] if is_scalar else made

    def masked_array(self, node: Node) -> Record:
        parts = [self.value(self.content(node, part)) for part in ("data", "mask")]
        return self.record(node, tuple(parts))

    def dtype(self, node: Node) -> Any:
        made = self.value(node.get("content"))
        if not isinstance(made, np.ndarray):
            raise _malformed()
        return made.dtype

    def random_state(self, node: Node) -> Record:
        content = node.get("content")
        made = self.record(node)
        if node.get("__loader__") == "RandomStateNode":
            self.set_state(made, self.value(content))
        elif type(content) is dict:
            made.attributes.update(
                {name: self.value(part) for name, part in content.items()}
            )
        return made

    def sparse_matrix(self, node: Node) -> Record:
        """A sparse matrix: an ``.npz`` archive within the archive."""
        made = self.record(node)
        content, file = self.member(node), str(node.get("file"))
        if file not in self.matrices:  # it may stand in many places
            self.matrices[file] = self.matrix(content)
        self.context.charge_bytes(PAIR * len(self.matrices[file]))
        made.attributes.update(self.matrices[file])
        return made

    def matrix(self, content: bytes) -> dict[str, Any]:
        """The parts of a sparse matrix."""
        inner = Archive(content, self.context.budget)
        inner.left = self.archive.left
        parts: dict[str, Any] = {}
        for name in inner.names():
            part = name.removesuffix(".npy")
            value = read_npy(inner.read(name), self.context, self.objects)
            if part == "shape":
                self.context.charge(value.size)
                parts["_shape"] = tuple(value.reshape(-1).tolist())
            elif part not in ("format", "_is_array"):
                parts[part] = value
        self.archive.left = inner.left
        return parts

    def operator(self, node: Node) -> Record:
        args = self.value(node.get("attrs"))
        return Record(self.name(node), args if type(args) is tuple else ())


def _nested_array(
    items: list[Any], shape: tuple[int, ...], context: Context
) -> arrays.Array:
    """An array of objects from nested lists, as ``tolist`` wrote them."""
    for _ in shape[1:]:
        if any(type(item) is not list for item in items):
            raise _malformed()
        context.charge_bytes(16 * sum(map(len, items)))
        items = [part for item in items for part in item]
    return arrays.object_array(items, shape)


def _key(kind: Any, text: str) -> Any:
    """A dictionary key from its text in JSON and its type."""
    if not isinstance(kind, Name):
        raise _malformed()
    if kind.name in ("str", "str_"):
        return text
    if kind.name == "NoneType":
        return None
    if kind.name in ("bool", "bool_"):
        return text in ("true", "True")
    try:
        if kind.name.startswith(("int", "uint")):
            return int(text)
        if kind.name.startswith("float"):
            return float(text)
    except ValueError:
        raise _malformed() from None
    raise UnreadableFile(
        f"the skops file has a dictionary key of type {shown(kind)}, which is not "
        "known: save the model as a pickle"
    )


def _malformed() -> Damaged:
    return Damaged("the skops file is damaged: its description is malformed")


_LOADERS: dict[str, Callable[[Reader, Node], Any]] = {
    "BytearrayNode": Reader.bytearray_node,
    "BytesNode": Reader.bytes_node,
    "CachedNode": Reader.cached,
    "ConstructorFromReduceNode": Reader.constructed,
    "DTypeNode": Reader.dtype,
    "DefaultDictNode": Reader.defaultdict,
    "DictNode": Reader.dict_node,
    "FunctionNode": Reader.mention,
    "JsonNode": Reader.plain,
    "ListNode": Reader.items,
    "LossNode": Reader.reduced,
    "MaskedArrayNode": Reader.masked_array,
    "MethodNode": Reader.method,
    "NdArrayNode": Reader.array,
    "ObjectNode": Reader.instance,
    "OperatorFuncNode": Reader.operator,
    "PartialNode": Reader.partial,
    "RandomGeneratorNode": Reader.random_state,
    "RandomStateNode": Reader.random_state,
    "ReduceNode": Reader.reduced,
    "SetNode": Reader.set_node,
    "SliceNode": Reader.slice_node,
    "SparseMatrixNode": Reader.sparse_matrix,
    "TreeNode": Reader.reduced,
    "TupleNode": Reader.tuple_node,
    "TypeNode": Reader.mention,
}
