"""lay out: a tree -> a flat list of statements with their depths.

A small tree is laid out as a person would write it, if and else in the tree's own
order. In a large one every branch returns, so only one child of a node needs
indenting: the one with fewer leaves, which bounds the nesting by log2(leaves). CPython
takes 98 levels, and real trees are 1,000 deep. No recursion: trees can be any depth.
"""

from __future__ import annotations

from collections.abc import Iterator

from .program import Among, Cuts, Test, Tree

# What still reads as nested if/else on one screen or two.
PLAIN_LEAVES = 32
PLAIN_DEPTH = 10


# One line: its word ("if" or "elif" with a test, "else", or "return" with a leaf), its
# depth, the test, the way that the test must go for the line to hold (left if True), and
# the leaf. A plain tuple: of a large forest there are a million.
Statement = tuple[str, int, Test | None, bool, int]


def statements(tree: Tree) -> Iterator[Statement]:
    """The tree as statements, in the form that suits its size."""
    counts = leaf_counts(tree)
    return plain(tree) if is_plain(tree, counts) else early_return(tree, counts)


def is_plain(tree: Tree, counts: list[int]) -> bool:
    """Whether the tree, with so many leaves below each node, is small enough for if and
    else in its own order."""
    return counts[0] <= PLAIN_LEAVES and depth(tree) <= PLAIN_DEPTH


def plain_sense(test: Test) -> bool:
    """Whether the test reads better as "goes left".

    A category is better named than excluded. A comparison is false for a missing
    value, so a test says plainly which numbers go the way that missing ones do not;
    where it parts the missing from the numbers, it asks for the missing.
    """
    if isinstance(test, Among):
        return test.inside
    if isinstance(test, Cuts) and not test.cuts:
        return test.missing_left
    return not getattr(test, "missing_left", False)


def plain(tree: Tree) -> Iterator[Statement]:
    """Nested if, elif and else, in the tree's own order where the tests allow it."""
    todo = [(0, 0, False)]
    while todo:
        node, level, is_else = todo.pop()
        test = tree.tests[node]
        if test is None:
            if is_else:
                yield "else", level, None, True, -1
            yield "return", level + is_else, None, True, tree.leaf[node]
            continue
        sense = plain_sense(test)
        yield "elif" if is_else else "if", level, test, sense, -1
        first, second = tree.left[node], tree.right[node]
        if not sense:
            first, second = second, first
        todo.append((second, level, True))
        todo.append((first, level + 1, False))


def early_return(tree: Tree, counts: list[int]) -> Iterator[Statement]:
    """Flat: the child with fewer leaves is indented, the other one falls through."""
    tests, lefts, rights = tree.tests, tree.left, tree.right
    todo = [(0, 0)]
    while todo:
        node, level = todo.pop()
        test = tests[node]
        while test is not None:
            left, right = lefts[node], rights[node]
            sense = counts[left] < counts[right]
            if counts[left] == counts[right]:
                sense = plain_sense(test)
            yield "if", level, test, sense, -1
            node, large = (left, right) if sense else (right, left)
            todo.append((large, level))
            test = tests[node]
            level += 1
        yield "return", level, None, True, tree.leaf[node]


def leaf_counts(tree: Tree) -> list[int]:
    """The number of leaves below each node; children follow their parent."""
    counts = [1] * len(tree.tests)
    for node in range(len(counts) - 1, -1, -1):
        if tree.tests[node] is not None:
            counts[node] = counts[tree.left[node]] + counts[tree.right[node]]
    return counts


def depth(tree: Tree) -> int:
    """The number of tests on the longest way to a leaf."""
    depths = [0] * len(tree.tests)
    for node, test in enumerate(tree.tests):
        if test is not None:
            depths[tree.left[node]] = depths[tree.right[node]] = depths[node] + 1
    return max(depths)
