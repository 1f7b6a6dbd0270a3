"""How long decisions took, kept small: a sorted sample of minutes that can be added up and asked.

Up to 32 values are kept as they are, and every answer is exact. Of more, the averages of 32 equal
groups are kept: the middle of a province's week is then right to a few minutes.
"""

from bisect import bisect_left
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


def quantile(samples: Iterable[tuple[int, Sequence[int]]], share: float) -> float | None:
    """Return the value below which this share (0 to 1) of all lies, in minutes; None for nothing.

    samples: how many values there were, and what compress made of them. Between two values it lies
    in proportion, as PostgreSQL's percentile_cont has it.
    """
    weighted = sorted(
        pair for count, sample in samples if sample for pair in _weighted(count, sample)
    )
    if not weighted:
        return None
    upto = list(accumulate(weight for _value, weight in weighted))
    place = share * (upto[-1] - 1)
    low = weighted[bisect_left(upto, int(place) + 1)][0]
    high = weighted[bisect_left(upto, min(int(place) + 2, upto[-1]))][0]
    return low + (high - low) * (place - int(place))


def _weighted(count: int, sample: Sequence[int]) -> Iterable[tuple[int, int]]:
    return zip(sample, _groups(count), strict=True)


def _groups(count: int) -> list[int]:
    """Return the sizes of the groups: equal but for the first ones, which take what is over."""
    groups = min(count, MOST)
    size, over = divmod(count, groups)
    return [size + 1] * over + [size] * (groups - over)
