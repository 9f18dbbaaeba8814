"""code: a Program -> what a scorer's text computes, in no language.

``terms.py`` and ``statements.py`` say what there is, ``coder.py`` makes terms of a
program's tests and expressions, ``stages.py`` statements of an ensemble, ``table.py`` a
table of trees. ``printing/`` and ``targets/`` write them down.
"""
