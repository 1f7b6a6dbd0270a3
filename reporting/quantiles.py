"""Quantiles of times to a decision, from samples of at most 32 values that can be combined.

Up to 32 values are stored as they are: results are exact. Of more values, the means of 32 groups of
equal size are stored: the median of a province's week is then correct to a few minutes.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate

MOST = 32


def compress(minutes: Iterable[int]) -> list[int]:
    """Return a sorted sample of at most 32 values: all of them, or the means of 32 groups."""
    values = sorted(minutes)
    if len(values) <= MOST:
        return values
    sample, start = [], 0
    for size in _groups(len(values)):
        group = values[start : start + size]
        sample.append(round(sum(group) / size))
        start += size
    return sample


def exact(values: Sequence[int], share: float) -> float | None:
    """Return the exact quantile of a sorted sequence; None if it is empty.

    share: 0 to 1. Interpolates linearly between two values, as PostgreSQL's percentile_cont.
    """
    if not values:
        return None
    place = share * (len(values) - 1)
    low, high = values[int(place)], values[min(int(place) + 1, len(values) - 1)]
    return low + (high - low) * (place - int(place))


def quantile(samples: Iterable[tuple[int, Sequence[int]]], share: float) -> float | None:
    """Return the quantile, in minutes, of all samples together; None if they are empty.

    samples: pairs of the number of values and the result of compress(). share: 0 to 1. Interpolates
    linearly between two values, as PostgreSQL's percentile_cont.
    """
    return quantiles(samples, [share])[0]


def quantiles(
    samples: Iterable[tuple[int, Sequence[int]]], shares: Sequence[float]
) -> list[float | None]:
    """Return the quantile for each share; the samples are sorted only once."""
    weights: defaultdict[int, int] = defaultdict(int)
    for count, sample in samples:
        if sample:
            for value, weight in zip(sample, _groups(count), strict=True):
                weights[value] += weight
    if not weights:
        return [None] * len(shares)
    values = sorted(weights)
    upto = list(accumulate(weights[value] for value in values))
    return [_at(share * (upto[-1] - 1), values, upto) for share in shares]


def _at(place: float, values: Sequence[int], upto: Sequence[int]) -> float:
    """Return the interpolated value at a position, 0 to n - 1; upto: cumulative weights."""
    low = values[bisect_left(upto, int(place) + 1)]
    high = values[bisect_left(upto, min(int(place) + 2, upto[-1]))]
    return low + (high - low) * (place - int(place))


def _groups(count: int) -> list[int]:
    """Return the sizes of the groups: equal, but the first ones are larger by the remainder."""
    groups = min(count, MOST)
    size, over = divmod(count, groups)
    return [size + 1] * over + [size] * (groups - over)
