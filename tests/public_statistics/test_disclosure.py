"""No small count of the public statistics can be worked out, by whatever subtraction."""

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from public_statistics import disclosure
from public_statistics.disclosure import MonthCounts, Withheld, is_small, withheld
from tests.public_statistics.attack import Reader, given_away, publish

SIZES = st.sampled_from([0, 3, 12, 12, 40, 300, 5_000])


@st.composite
def unit(draw):
    """A unit of any size: silent, diligent, or late; its deadlines are nearly its proposals."""
    received = draw(st.integers(0, draw(SIZES)))
    deadlines = max(0, received + draw(st.integers(-3, 3)))
    missed = draw(st.integers(0, min(deadlines, draw(st.sampled_from([0, 9, 12, 5_000])))))
    decided = max(0, received - draw(st.sampled_from([0, 1, 5, received])))
    return MonthCounts(received, decided, deadlines - missed, missed)


TABLES = st.lists(unit(), min_size=1, max_size=16).map(
    lambda units: {f"{number:02}": counts for number, counts in enumerate(units)}
)
country = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@country
@given(TABLES)
def test_nobody_works_out_a_small_count(rows):
    assert not given_away(rows, withheld(rows))


@country
@given(TABLES)
def test_no_small_count_is_published(rows):
    publication = publish(rows, withheld(rows))

    shown = [count for row in publication.rows.values() for count in row.values()]
    assert not [count for count in shown if count is not None and is_small(count)]
    assert not [count for count in publication.totals.values() if count and is_small(count)]


@country
@given(TABLES)
def test_what_would_give_each_other_away_is_hidden_together(rows):
    hidden = withheld(rows)

    assert hidden.flow <= hidden.deadlines
    assert hidden.all_deadlines or not hidden.all_flow


def test_a_country_without_small_counts_is_shown_whole():
    rows = {
        "01": MonthCounts(500, 490, 400, 100),
        "02": MonthCounts(40, 40, 40, 0),
        "03": MonthCounts(),
    }

    assert withheld(rows) == Withheld(frozenset(), frozenset(), False, False)


def test_as_few_and_as_small_rows_as_will_do_are_hidden_beside_a_small_one():
    rows = {
        "small": MonthCounts(30, 30, 27, 3),
        "big": MonthCounts(9_000, 9_000, 8_000, 1_000),
        "middle": MonthCounts(200, 200, 150, 50),
        "next": MonthCounts(300, 300, 200, 100),
    }

    hidden = withheld(rows)

    assert hidden.flow == frozenset()
    assert hidden.deadlines == {"small", "middle", "next"}


def test_where_nothing_else_helps_the_total_is_hidden_and_the_others_are_shown():
    rows = {"01": MonthCounts(500, 490, 496, 4), "02": MonthCounts(400, 400, 400, 0)}

    hidden = withheld(rows)

    assert (hidden.all_flow, hidden.all_deadlines) == (False, True)
    assert hidden.deadlines == {"01"}


ROWS = {
    "01": MonthCounts(9_000, 9_000, 8_000, 1_000),
    "02": MonthCounts(200, 200, 150, 50),
    "03": MonthCounts(300, 300, 280, 20),
    "04": MonthCounts(60, 60, 57, 3),
    "05": MonthCounts(80, 80, 76, 4),
}
SHOWN_TOTALS = {"flow": frozenset(), "all_flow": False, "all_deadlines": False}


@pytest.mark.parametrize(
    ("fault", "hidden"),
    [
        ("only the small ones are hidden", {"04", "05"}),
        ("one of two can work out the other", {"04", "01"}),
    ],
)
def test_a_careless_choice_is_found(fault, hidden):
    assert given_away(ROWS, Withheld(deadlines=frozenset(hidden), **SHOWN_TOTALS)), fault


def test_hiding_a_count_alone_is_found_by_its_complement():
    rows = {
        key: MonthCounts(60, 60, 60 - missed, missed)
        for key, missed in zip("abcd", (3, 20, 30, 40), strict=True)
    }
    publication = publish(rows, Withheld(deadlines=frozenset("abc"), **SHOWN_TOTALS))
    for key in "abc":
        publication.rows[key] = {**publication.rows[key], "in_time": rows[key].in_time}

    bounds = attack_with_sums(publication, rows)

    assert bounds["a", "missed"] == (3, 3)


def attack_with_sums(publication, rows):
    return Reader(publication, sums={key: sum(row.deadlines) for key, row in rows.items()}).bounds()


def test_a_rule_that_forgets_those_who_know_their_own_numbers_is_found(monkeypatch):
    careful = disclosure._Table._intervals

    def careless(table, key, hidden):
        # The first readers that it asks about are the public: one interval for each count.
        return list(careful(table, key, hidden))[: sum(map(bool, table.rows[key]))]

    monkeypatch.setattr(disclosure._Table, "_intervals", careless)

    assert given_away(ROWS, withheld(ROWS))


def compositions(total, parts):
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in compositions(total - first, parts - 1):
            yield (first, *rest)


@pytest.mark.parametrize("counts", list(product((2, 5, 9), (11, 14), (10, 16), (12,), (25,)))[:12])
def test_not_even_who_knows_the_rule_works_out_the_exact_number(counts):
    """All tables that would have been published the same way are candidates; many remain."""
    rows = {number: MonthCounts(count, count, 0, 0) for number, count in enumerate(counts)}
    hidden = withheld(rows)
    keys = sorted(hidden.flow)
    total = sum(counts[key] for key in keys)

    candidates: dict[int, set[int]] = {key: set() for key in keys}
    for guess in compositions(total, len(keys)):
        other = rows | {
            key: MonthCounts(count, count, 0, 0) for key, count in zip(keys, guess, strict=True)
        }
        if withheld(other) == hidden:
            for key, count in zip(keys, guess, strict=True):
                candidates[key].add(count)

    assert all(len(candidates[key]) > 2 for key in keys if is_small(counts[key]))
