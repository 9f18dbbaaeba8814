"""JavaScript: an ES module without dependencies, for node 18 and later and browsers."""

from .module import FILTERS, TEMPLATE, context

__all__ = ["FILTERS", "TEMPLATE", "context"]
