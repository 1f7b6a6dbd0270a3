"""How long decisions took, kept small: a sorted sample of minutes that can be added up and asked.

Up to 32 values are kept as they are, and every answer is exact. Of more, the averages of 32 equal
groups are kept: the middle of a province's week is then right to a few minutes.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate

MOST = 32


def compress(minutes: Iterable[int]) -> list[int]:
    """Return at most 32 values that stand for all of these."""
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
    """Return the same of values that are all there, in their order."""
    if not values:
        return None
    place = share * (len(values) - 1)
    low, high = values[int(place)], values[min(int(place) + 1, len(values) - 1)]
    return low + (high - low) * (place - int(place))


def quantile(samples: Iterable[tuple[int, Sequence[int]]], share: float) -> float | None:
    """Return the value below which this share (0 to 1) of all lies, in minutes; None for nothing.

    samples: how many values there were, and what compress made of them. Between two values it lies
    in proportion, as PostgreSQL's percentile_cont has it.
    """
    return quantiles(samples, [share])[0]


def quantiles(
    samples: Iterable[tuple[int, Sequence[int]]], shares: Sequence[float]
) -> list[float | None]:
    """Return the quantile of each of these shares: the samples are put in order only once."""
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
    """Return the value at a place, from 0 on, in the order of all that the values stand for."""
    low = values[bisect_left(upto, int(place) + 1)]
    high = values[bisect_left(upto, min(int(place) + 2, upto[-1]))]
    return low + (high - low) * (place - int(place))


def _groups(count: int) -> list[int]:
    """Return the sizes of the groups: equal but for the first ones, which take what is over."""
    groups = min(count, MOST)
    size, over = divmod(count, groups)
    return [size + 1] * over + [size] * (groups - over)
