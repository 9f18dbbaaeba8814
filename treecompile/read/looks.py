"""What a file that is no model file looks like, for the message that says so."""

from __future__ import annotations

import re

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file (Keras?)"),
    (b"\x93NUMPY", "a numpy array (.npy), data rather than a model"),
    (b"PAR1", "a Parquet file, data rather than a model"),
    (b"ARROW1", "an Arrow or Feather file, data rather than a model"),
    (b"Obj\x01", "an Avro file, data rather than a model"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"\x7fELF", "a program for Linux"),
    (b"MZ", "a program for Windows"),
    (b"\xac\xed\x00\x05", "a serialized Java object"),
    (b"Rar!", "a RAR archive: unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive: unpack it first"),
    (b"RDX", "an R data file"),
    (b"X\n\x00\x00\x00", "an R object (.rds)"),
    (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "an old PyTorch checkpoint"),
)
_OF_TEXTS = (b"%PDF",)
_SAVE_AGAIN = (
    "give the file that pickle.dump or joblib.dump wrote for the fitted scikit-learn "
    "model, or that save_model of a booster wrote"
)


def description(data: bytes, kind: str = "") -> str:
    """One sentence on what ``data`` looks like (``kind``) and what to do about it."""
    advice = ""
    if not kind:
        kind, advice = _kind(data)
    return f"it looks like {kind}; {advice or _SAVE_AGAIN}"


def signature(data: bytes) -> str:
    """The kind of file whose signature ``data`` starts with; empty if there is none.

    No pickle of a model starts with any of them.
    """
    for start, kind in _SIGNATURES:
        if data.startswith(start) and (start in _OF_TEXTS or not _is_text(data, start)):
            return kind
    return ""


def _is_text(data: bytes, start: bytes) -> bool:
    """Whether letters that begin a binary file begin a text here, as PAR1 may the
    header of a CSV file."""
    return start.isascii() and not any(byte < 9 for byte in data[:4096])


def _kind(data: bytes) -> tuple[str, str]:
    head = data[:4096]
    if data[257:262] == b"ustar":
        return "a tar archive", f"unpack it first; {_SAVE_AGAIN}"
    if not head.strip(b"\x00"):
        return "nothing but zero bytes", (
            "the disk was full or the copy failed; copy it again, or save the model again"
        )
    if head[:1] == b"\x08" and any(
        word in data[:65536] for word in (b"onnx", b"ai.onnx", b"Tree", b"sklearn")
    ):
        return "an ONNX model", _SAVE_AGAIN
    text = _as_text(head)
    if text is None:
        return "a binary file of an unknown kind", ""
    return _text_kind(text)


def is_text(data: bytes) -> bool:
    """Whether a file begins as a text does, of letters that people read."""
    return not data[:1] == b"\x80" and _as_text(data[:4096]) is not None


def _as_text(head: bytes) -> str | None:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", "replace")
    text = head.decode("utf-8", "replace")
    strange = sum(
        character == "\ufffd" or (character < " " and character not in "\t\r\n\f")
        for character in text
    )
    return text if strange <= len(text) // 50 else None


def _text_kind(text: str) -> tuple[str, str]:
    start = text.lstrip("\ufeff \t\r\n")
    low = start[:1000].lower()
    if start.startswith("version https://git-lfs"):
        return "a Git LFS pointer, not the file itself", "run `git lfs pull` first"
    if low.startswith(("<!doctype html", "<html", "<head")) or "<html" in low:
        return "an HTML page", (
            "a download that answered with a web page (a login or an error?) leaves such "
            "a file: open it in a browser to see, and download the model again"
        )
    if "<pmml" in low:
        return "a PMML model", ""
    if start.startswith("<"):
        return "an XML file", ""
    if start.startswith(("{", "[")):
        return "a JSON file", ""
    if start.startswith("-----BEGIN"):
        return "a key or certificate", ""
    if re.match(r"(#!|import |from \w+ import |def |class |\"\"\")", start):
        return "Python source code", ""
    if re.search(r"^\w*(Error|Exception)\b|Traceback", start, re.MULTILINE):
        return "an error message", ""
    # The last line of the excerpt may be half a line, so not more than twenty.
    lines = [line for line in text.splitlines() if line.strip()][:20]
    for separator, name in (
        (",", "a CSV file"),
        (";", "a CSV file"),
        ("\t", "a table"),
    ):
        counts = {line.count(separator) for line in lines}
        if len(counts) == 1 and counts != {0} and len(lines) > 1:
            return f"{name} (data rather than a model)", ""
    if re.match(r"[A-Za-z0-9+/=\s]{64,}\Z", text):
        return "base64 text", f"decode it first (base64 -d); {_SAVE_AGAIN}"
    return "a text file", ""


def looks_like_csv(data: bytes) -> bool:
    """Whether a file is text with a header line of several or plain-worded columns,
    and so no pickle: the first line of a pickle of protocol 0 is an opcode's."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf")
    if not head or any(byte < 9 for byte in head):
        return False
    header = head.partition(b"\n")[0]
    return any(mark in header for mark in b",;\t|") or header.strip().isalnum()
