"""A certificate is being made while its dose changes: what counts at the end states the record."""

import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from certificates import countersigning, issuing
from certificates.models import Certificate, Role
from doses import actions
from tests import world as worlds
from tests.certificates.scene import add_key, current
from tests.racing import race

# Seconds that the maker gives the other one to change the dose under it.
PATIENCE = 1.0


@pytest.mark.django_db(transaction=True)
def test_a_dose_that_changes_while_it_is_certified_is_certified_as_it_is(
    settings, tmp_path: Path, monkeypatch
):
    settings.CERTIFICATE_KEYS = str(tmp_path)
    for role in (Role.SITE, Role.CENTRE):
        add_key(role, tmp_path)
    world = worlds.build()
    lan, given = world.citizens["lan"], worlds.dose(world)
    # Hints run at once under test: it has one already, which goes.
    Certificate.objects.filter(dose=given).update(
        status=Certificate.Status.REVOKED, ended_at=given.recorded_at, ended_why="not_stated"
    )
    maker_has_read, changed = threading.Event(), threading.Event()
    makers: list[threading.Thread] = []
    state = issuing._state

    def state_slowly(*args: Any) -> Certificate:
        if threading.current_thread() in makers:
            maker_has_read.set()
            changed.wait(PATIENCE)
        return state(*args)

    monkeypatch.setattr(issuing, "_state", state_slowly)

    def make() -> None:
        makers.append(threading.current_thread())
        issuing.issue_for(lan)

    def change() -> None:
        assert maker_has_read.wait(10)
        actions.revise(given, changes={"given_on": date(2021, 8, 30)}, by=None, why="Sổ giấy")
        changed.set()

    race(make, change)
    issuing.make_wanted()
    countersigning.countersign_waiting()

    (counts,) = current(lan)
    assert issuing.statement_of(counts)["v"][0]["dt"] == "2021-08-30"
