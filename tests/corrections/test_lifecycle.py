"""The table itself: every status x every step x every party."""

import itertools

import pytest

from corrections import lifecycle
from corrections.lifecycle import CLOSED, OPEN, STEPS, Party, Status, StepNotPossible

# Written out by hand: what may be done from where, by whom. The code must agree, cell by cell.
EXPECTED = {
    "file": {},
    "route": {Status.RECEIVED: (Status.QUEUED, {Party.SYSTEM})},
    "give_back": {Status.IN_REVIEW: (Status.QUEUED, {Party.REVIEWER})},
    **{
        step: {
            status: (reaches, {Party.REVIEWER})
            for status in (Status.QUEUED, Status.IN_REVIEW, Status.KEPT)
        }
        for step, reaches in {
            "pick_up": Status.IN_REVIEW,
            "keep": Status.KEPT,
            "accept": Status.ACCEPTED,
            "accept_in_part": Status.PARTLY_ACCEPTED,
            "refuse": Status.REFUSED,
        }.items()
    },
    **{
        step: {
            status: (reaches, {Party.OVERSEER})
            for status in (Status.QUEUED, Status.IN_REVIEW, Status.KEPT)
        }
        for step, reaches in {
            "reassign": Status.QUEUED,
            "take_over": Status.IN_REVIEW,
        }.items()
    },
    "escalate": {status: (status, {Party.SYSTEM}) for status in OPEN},
    "remind": {
        status: (status, {Party.OVERSEER, Party.SYSTEM})
        for status in (Status.QUEUED, Status.IN_REVIEW, Status.KEPT)
    },
}


@pytest.mark.parametrize(("step", "status"), list(itertools.product(STEPS, Status)))
def test_a_step_leaves_only_from_the_statuses_of_the_table(step: str, status: Status):
    expected = EXPECTED[step].get(status)

    if expected is None:
        with pytest.raises(StepNotPossible):
            lifecycle.after(step, status)
    else:
        assert lifecycle.after(step, status) == expected[0]


@pytest.mark.parametrize(("step", "status", "party"), list(itertools.product(STEPS, Status, Party)))
def test_a_party_is_offered_exactly_its_own_steps(step: str, status: Status, party: Party):
    expected = EXPECTED[step].get(status)

    offered = step in lifecycle.possible(status, {party})

    assert offered == (expected is not None and party in expected[1])


def test_nothing_leaves_from_a_closed_status():
    for status in CLOSED:
        assert lifecycle.possible(status, set(Party)) == []


def test_every_open_status_leads_to_a_decision():
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


def test_there_are_thirteen_grounds_each_with_a_label_and_a_sentence():
    assert len(lifecycle.Ground) == 13
    assert set(lifecycle.GROUND_LABELS) == set(lifecycle.GROUND_SENTENCES) == set(lifecycle.Ground)


def test_every_status_and_every_party_has_a_label():
    assert set(lifecycle.STATUS_LABELS) == set(Status)
    assert set(lifecycle.PARTY_LABELS) == set(Party)
