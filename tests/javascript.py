"""Runs scorers in JavaScript: one process of node for as many as there are.

Records and answers go through it as texts that tell what JSON does not: -0, NaN and the
infinities, integers of a type of their own, absent and undefined values.
"""

from __future__ import annotations

import atexit
import json
import re
import shutil
import struct
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

NODE = """
import { createInterface } from "node:readline";
const bytes = new DataView(new ArrayBuffer(8));
function shown(x) {
  if (typeof x === "number") {
    bytes.setFloat64(0, x);
    return "f" + bytes.getBigUint64(0).toString(16).padStart(16, "0");
  }
  if (typeof x === "bigint") return "n" + x;
  if (typeof x === "string") return "s" + x;
  if (Array.isArray(x) || ArrayBuffer.isView(x)) return Array.from(x, shown);
  return x === undefined ? "u" : x;
}
function read(x) {
  if (typeof x !== "string") return x && x.list ? x.list.map(read) : x;
  if (x[0] === "f") {
    bytes.setBigUint64(0, BigInt("0x" + x.slice(1)));
    return bytes.getFloat64(0);
  }
  if (x[0] === "n") return BigInt(x.slice(1));
  return x[0] === "u" ? undefined : x.slice(1);
}
function recordOf(pairs) {
  return pairs === null
    ? null
    : Object.fromEntries(pairs.map(([k, x]) => [k, read(x)]));
}
for await (const line of createInterface({ input: process.stdin })) {
  const [path, calls] = JSON.parse(line);
  let answers;
  try {
    const scorer = await import(path);
    answers = calls.map(([name, pairs, kind]) => {
      if (scorer[name] === undefined) return { absent: name };
      if (pairs === undefined) return shown(scorer[name]);
      let record = recordOf(pairs);
      if (kind === "map") record = new Map(Object.entries(record));
      try {
        return shown(scorer[name](record));
      } catch (error) {
        if (!(error instanceof scorer.InvalidRecord)) return { error: error.stack };
        const { message, missing } = error;
        return { message, missing, errors: error.errors() };
      }
    });
  } catch (error) {
    answers = { error: error.stack };
  }
  console.log(JSON.stringify(answers));
}
"""


@cache
def node() -> str:
    """The path of node; skips the test where there is none, or an old one."""
    path = shutil.which("node")
    if path is None:
        pytest.skip("node is not installed")
    text = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)\.", text)
    if found is None or int(found[1]) < 18:
        pytest.skip(f"node {text.strip()} is older than 18")
    return path


@cache
def _process() -> subprocess.Popen[str]:
    """The one process, which ends with the tests."""
    process = subprocess.Popen(
        [node(), "--input-type=module", "-e", NODE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    atexit.register(process.kill)
    return process


@cache
def _folder() -> Path:
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    return Path(folder.name)


_written: list[str] = []


class Refused(Exception):
    """An InvalidRecord: what errors() answers, and its message."""

    def __init__(self, refusal: dict[str, Any]) -> None:
        super().__init__(refusal["message"])
        self.errors = refusal["errors"]
        self.missing = refusal["missing"]


def answers_of(source: str, calls: list[tuple[Any, ...]]) -> list[Any]:
    """What a scorer answers: for each (function, record) a value or a Refused, for each
    (name,) a constant. AssertionError where it fails otherwise."""
    _written.append(source)
    path = _folder() / f"scorer{len(_written)}.mjs"
    path.write_text(source, encoding="utf-8")
    asked = [
        [name, *([[(k, _sent(x)) for k, x in of[0].items()], *of[1:]] if of else [])]
        for name, *of in calls
    ]
    process = _process()
    assert process.stdin and process.stdout
    process.stdin.write(json.dumps([path.as_uri(), asked]) + "\n")
    process.stdin.flush()
    given = json.loads(process.stdout.readline())
    assert isinstance(given, list), given["error"]
    return list(map(_received, given))


def _sent(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return "f" + struct.pack(">d", value).hex()
    if isinstance(value, int):
        return f"n{value}" if abs(value) > 2**53 else _sent(float(value))
    if isinstance(value, (list, tuple)):
        return {"list": list(map(_sent, value))}
    return f"s{value}"


def _received(value: Any) -> Any:
    if isinstance(value, dict):
        assert "error" not in value, value["error"]
        return Refused(value) if "errors" in value else AttributeError(value["absent"])
    if isinstance(value, list):
        return tuple(map(_received, value))
    if isinstance(value, str):
        kind, text = value[0], value[1:]
        if kind == "f":
            return struct.unpack(">d", bytes.fromhex(text))[0]
        return int(text) if kind == "n" else text if kind == "s" else None
    return value


def same(a: Any, b: Any) -> bool:
    """Whether an answer of JavaScript is one of Python, to the last bit; 1 is 1.0."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and type(b) in (int, float):
        return a.hex() == float(b).hex() or (a != a and b != b)
    return type(a) is type(b) and bool(a == b)
