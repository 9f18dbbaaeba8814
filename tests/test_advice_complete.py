"""No advice without a test that follows it, and no refusal that was forgotten.

The package's own text is read, so whoever adds a message is told here what is missing:
- an advice (a sentence that begins with what to do) is to be quoted, by three of its
  words or more, in a test of tests/test_advice*.py that does it and gets further;
- a refusal without advice is to be listed in FACTS: nothing that a user does helps.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "treecompile"
TESTS = sorted(Path(__file__).parent.glob("test_advice*.py"))

#: How an advice begins.
TO_DO = re.compile(
    r"(add|apply|build|call|compile|copy|decode|describe|do not|encode|fill|fit|give|"
    r"go back|install|leave|list|load|make|name|open|pass|pickle|put|read|replace|"
    r"run|save|say|select|set|supported|take|train|unpack|update|use)\b",
    re.IGNORECASE,
)
#: Sentences that begin so and advise nothing, or do so where no test can follow them.
NO_ADVICE = ()
#: Advice that other tests follow, by the file that quotes it.
ELSEWHERE: dict[str, tuple[str, ...]] = {}
#: Refusals that advise nothing.
FACTS = ()
#: The calls that refuse, and how many arguments each has before its advice.
REFUSALS = {"UnsupportedModel": 2, "OtherMatrix": 2, "refuse": 1, "_refuse": 1}


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        yield name, ast.parse(path.read_text(encoding="utf-8"))


def text_of(node: ast.AST) -> str | None:
    """A string literal, with ``{}`` for what is put into it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or "{}" for part in node.values)
    return None


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The string literals of a module, but for docstrings and the help of options."""
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.keyword) and node.arg == "help":
            continue
        text = text_of(node)
        if text is not None:
            yield getattr(node, "lineno", 0), text
        else:
            todo.extend(ast.iter_child_nodes(node))


def advice() -> Iterator[tuple[str, str]]:
    """Where each advice stands, and its words."""
    for name, tree in trees():
        for line, text in texts(tree):
            for sentence in re.split(r"(?<=[.;:?])\s+|\n", text):
                if TO_DO.match(sentence) and len(sentence.split()) > 1:
                    yield f"{name}:{line}", plain(sentence)


def plain(text: str) -> str:
    return " ".join(text.split())


def quoted(path: Path) -> set[str]:
    """What a test file quotes: texts, and what stands between the signs of patterns."""
    found = set()
    for _, text in texts(ast.parse(path.read_text(encoding="utf-8"))):
        for part in re.split(r"\(\.\|\n\)\*|\.\*|\n\?|(?<!\\)[|$]", text):
            found.add(plain(re.sub(r"\\(.)", r"\1", part)))
    return found


def covers(quote: str, sentence: str) -> bool:
    """Whether a quote is of this sentence: three words of it, or all of a short one."""
    parts = [plain(part) for part in sentence.split("{}")]
    longest = max(parts, key=len)
    enough = min(3, len(longest.split()))
    if quote in sentence:
        return len(quote.split()) >= enough
    return len(longest.split()) >= enough and longest in quote


def test_every_advice_is_followed_in_a_test() -> None:
    quotes = set().union(*map(quoted, TESTS))
    for fragments in ELSEWHERE.values():
        quotes |= set(fragments)
    forgotten = [
        f"{where}: {sentence}"
        for where, sentence in advice()
        if not any(text in sentence for text in NO_ADVICE)
        and not any(covers(quote, sentence) for quote in quotes)
    ]
    assert not forgotten, "no test follows this advice:\n" + "\n".join(forgotten)


def test_what_other_tests_follow_is_quoted_there() -> None:
    for name, fragments in ELSEWHERE.items():
        text = plain((Path(__file__).parent / name).read_text(encoding="utf-8"))
        assert [x for x in fragments if x not in text] == [], name


def refusals() -> Iterator[tuple[str, str]]:
    """Where each refusal without advice stands, and its words."""
    for name, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if len(node.args) == REFUSALS.get(called):
                problem = node.args[-1]
                yield (
                    f"{name}:{node.lineno}",
                    text_of(problem) or ast.unparse(problem),
                )


def test_a_refusal_has_an_advice_or_states_a_fact() -> None:
    forgotten = [
        f"{where}: {problem}"
        for where, problem in refusals()
        if "damaged" not in problem and not any(fact in problem for fact in FACTS)
    ]
    assert (
        not forgotten
    ), "what is to be done about it? (or list it in FACTS)\n" + "\n".join(forgotten)


def test_the_lists_hold_nothing_old() -> None:
    sentences = [sentence for _, sentence in advice()]
    problems = [problem for _, problem in refusals()]
    assert [x for x in NO_ADVICE if not any(x in s for s in sentences)] == []
    assert [x for x in FACTS if not any(x in p for p in problems)] == []
