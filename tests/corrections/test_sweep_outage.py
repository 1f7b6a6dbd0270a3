"""After an outage: one bad row costs nobody else their breach, and a quiet pass asks little."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from corrections import sweep
from corrections.models import Breach, Clock
from tests.cases import file_one, make_overdue
from tests.world import World
from vaxreg import db_time


def test_a_row_that_the_database_refuses_costs_nobody_else_their_breach(world: World):
    bad = make_overdue(file_one(world, key="bad"), hours=60)
    good = make_overdue(file_one(world, whose="binh", key="good"), hours=50)
    review = bad.clocks.get(kind=Clock.Kind.REVIEW)
    Breach.objects.create(
        correction=bad, clock=review, rung="due", at=bad.due_at, written_at=db_time.now()
    )

    swept = sweep.sweep()

    assert swept.failed == [bad.reference]
    assert Breach.objects.get(correction=good).rung == "due"
    assert good.events.filter(step="escalate").count() == 1
    still_waiting = Clock.objects.get(pk=review.pk)
    assert still_waiting.next_milestone_at == review.next_milestone_at
    assert still_waiting.milestones_passed == 0


def test_a_pass_that_finds_nothing_asks_one_question_and_leaves_the_heartbeat(world: World):
    file_one(world)
    sweep.sweep()

    with CaptureQueriesContext(connection) as asked:
        sweep.sweep()

    assert len(asked) == 2
