"""What all tests share: how hypothesis runs, and ``pytest --regen``.

``HYPOTHESIS_PROFILE=dev`` looks at ten times as many examples, new ones each time; the
default, ``ci``, looks at the same ones every time, and ``fast`` at a tenth of them.

``-m fast`` are the tests of the inner loop (``make test-fast``): the stages on programs by
hand, without a fitted model. ``-m engines`` are those that need more than Python and node
(``make test-engines``).
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

COMMON = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
    "print_blob": True,
}
settings.register_profile(
    "ci", derandomize=True, database=None, max_examples=100, **COMMON
)
settings.register_profile("fast", derandomize=True, max_examples=10, **COMMON)
settings.register_profile("dev", max_examples=1_000, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regen", action="store_true", help="write the golden files anew, then compare"
    )


# Of programs by hand, of text, and of small parts: a minute together.
FAST = frozenset(
    f"test_{name}"
    for name in (
        *("emit", "encode", "ensemble_programs", "fold", "golden", "javascript"),
        *("layout", "names", "output", "parameters", "precision", "runtime", "tiny"),
    )
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.stem in FAST:
            item.add_marker("fast")


@pytest.fixture
def regen(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--regen"))
