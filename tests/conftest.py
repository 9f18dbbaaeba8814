"""What all tests share: how hypothesis runs, and ``pytest --regen``.

``HYPOTHESIS_PROFILE=dev`` looks at ten times as many examples, new ones each time; the
default, ``ci``, looks at the same ones every time.
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
settings.register_profile("dev", max_examples=1_000, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regen", action="store_true", help="write the golden files anew, then compare"
    )


@pytest.fixture
def regen(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--regen"))
