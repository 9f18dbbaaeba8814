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
    r"(add|apply|build|call|choose|compile|convert|copy|decode|describe|do not|encode|fill|fit|give|"
    r"go back|install|leave|list|load|make|name|open|pass|pickle|put|read|replace|"
    r"run|save|say|select|set|supported|take|train|unpack|update|use)\b",
    re.IGNORECASE,
)
#: Sentences that begin so and advise nothing, or do so where no test can follow them.
NO_ADVICE = (
    # Against harm: whoever obeys does nothing.
    "Do not load it",
    "do not trust this file",
    "Do not edit",
    # Of files that are not at hand, or that no library writes.
    "Compile the model alone, or fit what is around it with a newer scikit-learn",
    "Fill in a number, and fit again",
    "Fit the model with XGBoost 1.0 or later",
    "Save the model with pickle or joblib",
    "Supported are text and numbers",
    "read it on a larger one, or save a smaller model",
    # Parts of sentences that begin with a word that is no verb there.
    "pass through exp",
    "make a dense matrix",
    "read as data",
    "Supported (transformers )?are",
    "Read back from it",
    "put to {} values",
    "apply has fewer trees",
    "apply has other trees",
    "apply is another",
    "pickle protocol {}",
    "encode(record) is what its model sees of a record",
    "list[float] =",
    "compile again",  # in the head of a scorer
)
#: Advice that other tests follow, by the file that quotes it.
ELSEWHERE: dict[str, tuple[str, ...]] = {
    "test_xgboost.py": ("Fit a model for each of them",),
    "test_early_versions.py": ("Fit it with scikit-learn 0.12 or later",),
    "test_proof_javascript.py": ("install node 18 or later, then verify again",),
    "test_scorer.py": (
        "call its collect() first",
        "name them as the scorer does",
        "Give the names that the model was fitted on, all of them in their order",
        "load(model, names=[...])",
        "Give the path of a CSV file, a DataFrame, an array or a list of dicts",
    ),
}
#: Refusals that advise nothing.
FACTS = (
    # Limits.
    "The parts of the model are nested too deeply to be compiled",
    "Its transformers make more than {} columns",
    "one and the same part stands in {} places of the model",
    "its degree is {}, and the highest here {}",
    "its columns are products of more than {} factors",
    "its sums can overflow",
    "the slopes of its isotonic regression overflow",
    "column {} holds {}",
    # What says in itself what to do.
    "{}: give {}",
    "{} is a class: give an instance of it",
    "derived",
    "*_no_column(columns[0], names, made)",
    "There is no part {}{}.",
    "and no part {}",
    "it has no column {}{}, which --category-dtype names",
    "The file that the scorer calls {} is needed, too",
    "str(error)",
    # What was given beside the model is not what the option takes.
    "a dict encodes one column",
    "it is empty",
    "it is not a list of names",
    "it has {}, and the model has {}",
    "it has the name {} twice",
    "Two columns of a record are called {}",
    "a key of it is neither text nor a number",
    "what it has for {} is not a number",
    "column {} of the model is made by {} already",
    "it encodes one column, not {}",
    "its keys are not labels",
    "two of its labels are the same",
    "The file holds a {}, and no estimator",
    "the file holds one thing, and no parts",
    # Of one way to read a matrix: --sparse and --dense are advised where both fail.
    "on a sparse matrix its threshold cannot be below zero",
    "it takes no sparse matrix, and one reaches it",
    "it moves zeros, which it cannot in a sparse matrix",
    "it was not fitted on a {} matrix",
    # Of encoders, cappers and imputers of other libraries: what these do not write.
    "it holds no OrdinalEncoder of its own",
    "its OrdinalEncoder is not as it makes one",
    "what it learnt is no table",
    "what it learnt of {} is no table",
    "its tables are not of the same columns",
    "its mapping is no table of texts and numbers",
    "its mapping has one category twice",
    "it was fitted on columns that are not there",
    "it holds something else where a number must be",
    "its parameter unseen is {}",
    "its {} is no dict",
    # What no library writes: the model cannot predict, or could not have been fitted.
    "its encoding {} is not known",
    "its constant is not a number",
    "it stands behind other steps, which make no dicts",
    "its vocabulary does not fit its features",
    "it is of a kernel, which looks at the rows of fit",
    "it does not part one class from another",
    "a model inside it is not a classifier of one output",
    "its isotonic thresholds are not",
    "a model inside it is not a regressor",
    "a model inside it has no predict_proba",
    "its class {} is not the code of a class",
    "some of its models answer in single precision, some not",
    "it does not know all of the classes",
    "it has no {}",
    "the columns of transformer {} are a function",
    "its {} are not pairs",
    "transformer {} asks for column {}",
    "it is wrapped in itself",
    "it holds no table of nodes",
    "it does not say which categories it knows",
    "its estimator has no {}",
    "the {} of its estimator cannot be read",
    "its estimator is not fitted",
    "what it takes for missing is not known",
    "it fills a column with a {}",
    "its regressor is a classifier",
    "its positive label {} is not a class",
    "it asks for decision_function, which the model does not have",
    "it does not say how many columns it takes",
    "its tree_ is not a scikit-learn tree",
    "its method {} is not known",
    "its norm {} is not known",
    "its score function gives no p-values",
    "its mode {} is not known",
    "its threshold {} is not known",
    "its labels are not numbers",
    "the labels that it was fitted on are of no known type",
    "it does not part one class from the rest",
    "it has neither decision_function nor predict_proba",
    "it has no decision_function",
    "its leaf values do not fit its classes_",
    "a leaf holds no number in place of a share",
    "its leaf values are not those of a regressor",
    "a leaf holds NaN in place of a number",
    "its response_method is decision_function, and a tree has none",
    "its classes_ are not a list of labels",
    "a leaf is for a class that is not there",
    "its missing value {} is not a number",
    "its base_score is not",
)
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
                    yield f"{name}:{line}", plain(sentence).strip(" .;:")


def plain(text: str) -> str:
    return " ".join(text.split())


def quoted(path: Path) -> set[str]:
    """What a test file quotes: texts, and what stands between the signs of patterns."""
    found = set()
    for _, text in texts(ast.parse(path.read_text(encoding="utf-8"))):
        text = re.sub(r"\(\.\|\\?n\)\*|\.\*|\\n\??|(?<!\\)[|$]", "\n", text)
        for part in re.split(r"(?<=[.;:?])\s+|\n", text):
            found.add(plain(re.sub(r"\\(.)", r"\1", part)).strip(" .;:"))
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
    quotes = {q for q in set().union(*map(quoted, TESTS)) if " " in q}
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
