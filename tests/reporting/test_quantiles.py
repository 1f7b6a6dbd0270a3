"""Samples of durations: exact when few, close when many, and they add up."""

import random
from statistics import median

import pytest

from reporting.quantiles import MOST, compress, exact, quantile


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([5], 0.5, 5),
        ([5], 0.9, 5),
        ([1, 3], 0.5, 2),
        ([1, 2, 9], 0.5, 2),
        ([0, 10, 20, 30, 40], 0.9, 36),
        ([7, 1, 4], 0, 1),
        ([7, 1, 4], 1, 7),
    ],
)
def test_few_values_give_what_percentile_cont_gives(
    values: list[int], share: float, expected: float
):
    assert quantile([(len(values), compress(values))], share) == pytest.approx(expected)
    assert exact(sorted(values), share) == pytest.approx(expected)


def test_nothing_has_no_middle():
    assert exact([], 0.5) is None
    assert quantile([], 0.5) is None
    assert quantile([(0, [])], 0.5) is None


def test_samples_of_several_days_are_asked_together():
    monday, tuesday = [1, 5, 100], [2, 3]

    together = quantile([(3, compress(monday)), (2, compress(tuesday))], 0.5)

    assert together == median([*monday, *tuesday])


def test_many_values_keep_their_middle_and_their_tail_within_a_few_percent():
    chance = random.Random(48)
    days = [[round(chance.expovariate(1 / 900)) for _ in range(3000)] for _day in range(7)]

    samples = [(len(day), compress(day)) for day in days]

    together = sorted(value for day in days for value in day)
    assert all(len(sample) == MOST for _count, sample in samples)
    for share in (0.5, 0.9):
        assert quantile(samples, share) == pytest.approx(exact(together, share), rel=0.05)


def test_a_sample_does_not_depend_on_the_order_of_its_values():
    values = list(range(100))
    mixed = random.Random(1).sample(values, 100)

    assert compress(values) == compress(mixed)
