"""``float32(x) <= t`` and ``x <= t'`` agree on every double whose cast is finite."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from treecompile.lower.precision import LARGEST_SINGLE, SINGLE_LIMIT, double_cuts

SPECIAL = [
    *(0.0, -0.0, 5e-324, -5e-324, 1e-45, -1e-45, 2.0**-150, np.inf, -np.inf),
    *(float(LARGEST_SINGLE), -float(LARGEST_SINGLE), 3.5e38, -3.5e38, 1e300),
]


def neighbours(values: np.ndarray, reach: int) -> np.ndarray:
    """Each value with the doubles up to ``reach`` places on either side."""
    up, down = [values], [values]
    for _ in range(reach):
        up.append(np.nextafter(up[-1], np.inf))
        down.append(np.nextafter(down[-1], -np.inf))
    return np.stack([*up, *down])


def agree(thresholds: np.ndarray) -> bool:
    cuts = double_cuts(thresholds)
    with np.errstate(over="ignore", invalid="ignore"):
        for around in (thresholds, cuts, thresholds.astype(np.float32).astype(float)):
            x = neighbours(around, 4)
            single = x.astype(np.float32)
            finite = np.isfinite(single)
            left = single.astype(float) <= thresholds
            if ((left != (x <= cuts)) & finite).any():
                return False
    return True


def test_all_exponents_midpoints_and_subnormals() -> None:
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2**63, 50_000) | (rng.integers(0, 2, 50_000) << 63)
    any_double = bits.view(np.float64)
    singles = rng.integers(0, 2**32, 50_000, dtype=np.uint32).view(np.float32)
    singles = singles[~np.isnan(singles)]
    with np.errstate(over="ignore"):
        above = np.nextafter(singles, np.float32(np.inf)).astype(float)
        middles = singles.astype(float) / 2 + above / 2
    tiny = rng.integers(-(2**24), 2**24, 20_000) * 2.0**-150
    every = np.concatenate([any_double, singles.astype(float), middles, tiny, SPECIAL])
    assert agree(every[~np.isnan(every)])


@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_any_threshold(thresholds: list[float]) -> None:
    assert agree(np.array(thresholds))


def test_a_nan_threshold_is_never_passed() -> None:
    assert double_cuts(np.array([np.nan])).tolist() == [-np.inf]


def test_the_limit_is_the_last_double_that_a_single_can_hold() -> None:
    with np.errstate(over="ignore"):
        assert np.isfinite(np.float32(SINGLE_LIMIT))
        assert np.isinf(np.float32(np.nextafter(SINGLE_LIMIT, np.inf)))
