"""Python: a module that needs only the standard library."""

from .module import FILTERS, TEMPLATE, context

__all__ = ["FILTERS", "TEMPLATE", "context"]
