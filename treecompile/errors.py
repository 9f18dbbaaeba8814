"""The one family of errors that a user of treecompile is meant to read."""

from __future__ import annotations


class TreecompileError(Exception):
    """The input cannot be used; the message says what, where and what to do."""


class UnreadableFile(TreecompileError):
    """The file is not a model file, is damaged, or asks for what is never done."""


class UnsupportedModel(TreecompileError):
    """A part of the model cannot be compiled exactly."""

    def __init__(self, path: str, problem: str, advice: str = "") -> None:
        self.path = path
        self.problem = problem
        self.advice = advice
        text = f"{path}: {problem}" if path else problem
        super().__init__(f"{text}\n{advice}" if advice else text)


class BadSchema(TreecompileError):
    """The schema or the data does not describe the records of this model."""
