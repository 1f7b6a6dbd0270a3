"""Changes of the rules, and cases filed at a moment."""

from datetime import date, datetime, timedelta
from typing import Any

from corrections.clocks import policies, recompute
from corrections.clocks.deadlines import HERE
from corrections.models import (
    Correction,
    Policy,
    RecomputeRun,
)
from tests import world as worlds
from tests.cases import file_one
from tests.world import World
from vaxreg import db_time

# A Monday without a holiday near it.
MONDAY = datetime(2026, 10, 12, 9, 30, tzinfo=HERE)


def rules(**changed: object) -> Policy:
    """Return the rules in force with some numbers changed, unsaved, as the form gives them."""
    now = policies.current()
    same = {
        name: getattr(now, name)
        for name in (
            "review_hours",
            "appeal_hours",
            "statutory_working_days",
            "pause_cap_days",
            "triage_hours",
            "four_eyes",
            "far_date_days",
            "second_look_percent",
        )
    }
    return Policy(**{**same, "note": "Theo công văn mới", **changed})


def change(world: World, **changed: object) -> RecomputeRun:
    """Put changed rules into force and let everything open follow."""
    run = recompute.change_rules(
        rules(**changed), by=world.user("phuc"), instead_of=policies.current().version
    )
    recompute.resume(run.pk)
    run.refresh_from_db()
    return run


def filed_at(world: World, moment: datetime, **changed: Any) -> Correction:
    with db_time.at(moment):
        return file_one(world, **changed)


def many(world: World, count: int) -> list[Correction]:
    cases = []
    for number in range(count):
        dose = worlds.dose(world, given_on=date(2021, 6, 1 + number))
        cases.append(
            filed_at(
                world,
                MONDAY + timedelta(minutes=number),
                key=f"k{number}",
                dose=dose,
                proposed={"vaccine": "PF"},
            )
        )
    return cases
