"""The table itself: every status x every step x every party."""

import itertools

import pytest

from corrections import lifecycle
from corrections.lifecycle import CLOSED, OPEN, STEPS, Party, Status, StepNotPossible
from corrections.management.commands.print_lifecycle import HL7
from tests.corrections.life.table import TABLE

LETTERS = {
    "C": Party.CITIZEN,
    "H": Party.HOTLINE,
    "R": Party.REVIEWER,
    "A": Party.APPEAL_REVIEWER,
    "O": Party.OVERSEER,
    "S": Party.SYSTEM,
}


def read_table() -> dict[str, dict[Status, tuple[Status, set[Party]]]]:
    expected = {}
    for line in TABLE.replace("\n                         ", " ").strip().splitlines():
        step, letters, *leaves, reaches = line.split()
        parties = {LETTERS[letter] for letter in letters}
        starts = [] if leaves == ["-"] else [Status(name) for name in leaves]
        expected[step] = {
            start: (start if reaches == "=" else Status(reaches), parties) for start in starts
        }
    return expected


EXPECTED = read_table()


def test_the_table_has_exactly_these_steps():
    assert set(STEPS) == set(EXPECTED)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_leaves_only_from_the_statuses_of_the_table(step: str):
    for status in Status:
        expected = EXPECTED[step].get(status)
        if expected is None:
            with pytest.raises(StepNotPossible):
                lifecycle.after(step, status)
        else:
            assert lifecycle.after(step, status) == expected[0], status


@pytest.mark.parametrize("step", STEPS)
def test_a_party_is_offered_exactly_its_own_steps(step: str):
    for status, party in itertools.product(Status, Party):
        expected = EXPECTED[step].get(status)

        offered = step in lifecycle.possible(status, {party})

        assert offered == (expected is not None and party in expected[1]), (status, party)


def test_nobody_but_the_citizen_or_the_hotline_for_them_opens_a_closed_case():
    for status in CLOSED:
        for step in lifecycle.possible(status, set(Party)):
            if lifecycle.after(step, status) in OPEN:
                assert STEPS[step].taken_by == {Party.CITIZEN, Party.HOTLINE}


def test_every_open_status_leads_to_every_closed_one():
    def reachable(status: Status) -> set[Status]:
        found, new = {status}, {status}
        while new:
            new = {
                lifecycle.after(step, start)
                for start in new
                for step in lifecycle.possible(start, set(Party))
            } - found
            found |= new
        return found

    for status in OPEN:
        assert reachable(status) >= CLOSED


def test_each_status_is_one_pair_of_hl7_words_and_the_other_way_round():
    assert set(HL7) == set(Status)
    assert len(set(HL7.values())) == len(Status)


def test_there_are_thirteen_grounds_each_with_a_label_and_a_sentence():
    assert len(lifecycle.Ground) == 13
    assert set(lifecycle.GROUND_LABELS) == set(lifecycle.GROUND_SENTENCES) == set(lifecycle.Ground)


def test_every_status_and_every_party_has_a_label():
    assert set(lifecycle.STATUS_LABELS) == set(Status)
    assert set(lifecycle.PARTY_LABELS) == set(Party)
