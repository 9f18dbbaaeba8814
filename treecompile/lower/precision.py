"""Single-precision comparisons as double-precision cuts.

scikit-learn's trees round a value to single precision, then compare it with a double:
``float32(x) <= t``. For every t there is one double t' with the same answer to
``x <= t'`` for every x whose rounding is finite, so a scorer needs no rounding
(docs/arithmetic.md, Single precision).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LARGEST_SINGLE = np.finfo(np.float32).max

#: The largest double that still rounds to a finite single; beyond it a model that
#: compares in single precision refuses the record.
SINGLE_LIMIT = float(np.nextafter(2.0**128 - 2.0**103, 0.0))


def double_cuts(
    thresholds: NDArray[np.float64], infinite: bool = False
) -> NDArray[np.float64]:
    """The cuts t' with ``float32(x) <= t  ==  x <= t'`` (shape kept, doubles).

    With f the largest finite single at most t and g the next one above, every double
    up to their midpoint m rounds to f or below; m itself is a tie, which goes to the
    single whose last bit is even. A NaN threshold is never passed (-inf), and one at or
    above the largest single always (+inf).

    If ``infinite``, x is any double, and what is beyond the singles an infinity: those
    are told apart from the largest single, and a NaN threshold is a NaN cut, which not
    even -inf passes.
    """
    t = np.asarray(thresholds, dtype=np.float64)
    inside = (t >= -float(LARGEST_SINGLE)) & (t < float(LARGEST_SINGLE))
    within = np.where(inside, t, 0.0)
    f = within.astype(np.float32)
    f = np.where(f.astype(np.float64) > within, np.nextafter(f, -LARGEST_SINGLE), f)
    g = np.nextafter(f, np.float32(np.inf))
    middle = f.astype(np.float64) / 2.0 + g.astype(np.float64) / 2.0
    even = f.view(np.uint32) % 2 == 0
    cuts = np.where(even, middle, np.nextafter(middle, -np.inf))
    outside = np.where(t >= float(LARGEST_SINGLE), np.inf, -np.inf)
    if infinite:
        beyond = np.nextafter(SINGLE_LIMIT, np.inf)
        outside = np.where(np.isinf(t) & (t > 0), np.inf, SINGLE_LIMIT)
        outside = np.where(t < 0, -beyond, outside)
        outside = np.where(np.isnan(t), np.nan, outside)
    return np.where(inside, cuts, outside)
