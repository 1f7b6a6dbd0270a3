"""The sweep and the outbox: right when Celery is dead, harmless when run twice."""

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from corrections import actions, health, outbox, sweep
from corrections.clocks import milestones
from corrections.models import Breach, Correction, Heartbeat, OutboxRow
from messaging.models import Message
from tests import world as worlds
from tests.cases import file_one, make_overdue
from tests.world import World
from vaxreg import db_time


def test_overdue_is_right_before_any_sweep_has_run(world: World, correction: Correction):
    make_overdue(correction, hours=48.01)

    assert list(Correction.objects.overdue()) == [correction]
    assert not Breach.objects.exists()


@pytest.mark.parametrize(("micro", "overdue"), [(0, False), (1, True)])
def test_a_correction_is_overdue_one_microsecond_after_due_in_sql_too(
    correction: Correction, micro: int, overdue: bool
):
    moment = correction.due_at + timedelta(microseconds=micro)

    with db_time.at(moment):
        assert Correction.objects.overdue().exists() == overdue
        assert correction.is_overdue() == overdue


def test_the_sweep_writes_a_breach_dated_at_due_and_naming_the_holder(
    world: World, correction: Correction
):
    make_overdue(correction)

    sweep.sweep()

    breach = Breach.objects.get()
    assert (breach.rung, breach.at, breach.holder, breach.escalated_to) == (
        "due",
        correction.due_at,
        world.buoi,
        world.tay_ho,
    )
    event = correction.events.get(step="escalate")
    assert event.organization == world.tay_ho


def test_running_the_sweep_twice_is_harmless(correction: Correction):
    make_overdue(correction, hours=130)

    sweep.sweep()
    again = sweep.sweep()

    assert [breach.rung for breach in Breach.objects.all()] == ["due", "three_days", "five_days"]
    assert again.breaches == again.reminders == 0


def test_the_district_is_told_after_the_sweep(world: World, correction: Correction):
    make_overdue(correction)
    sweep.sweep()

    with db_time.at(db_time.now() + timedelta(minutes=1)):
        sweep.sweep()

    told = Message.objects.get(purpose="correction.escalate")
    assert told.user == world.user("huong")
    assert correction.reference in told.text
    assert "Lan" not in told.text + told.subject


def test_the_site_is_reminded_at_50_75_and_90_percent(world: World, correction: Correction):
    for hours in (24.1, 36.1, 43.1, 43.3, 47):
        with db_time.at(correction.received_at + timedelta(hours=hours)):
            sweep.sweep()

    names = [event.data["milestone"] for event in correction.events.filter(step="remind")]
    assert names == ["half_time", "three_quarters", "nine_tenths"]


def test_a_decided_case_is_left_alone(world: World, correction: Correction):
    actions.accept(correction, by=world.user("minh"))

    with db_time.at(correction.due_at + timedelta(days=1)):
        swept = sweep.sweep()

    assert swept.breaches == 0


def test_a_breach_stays_when_the_case_is_decided_or_given_away(
    world: World, correction: Correction
):
    make_overdue(correction)
    sweep.sweep()
    actions.take_over(correction, by=world.user("huong"), reason="Quá hạn")
    actions.accept(correction, by=world.user("huong"))

    breach = Breach.objects.get()

    assert breach.holder == world.buoi
    with pytest.raises(IntegrityError), transaction.atomic():
        breach.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Breach.objects.update(holder=world.tay_ho)


def test_a_case_that_never_found_a_desk_breaches_too(world: World):
    correction = file_one(world, routed=False)
    OutboxRow.objects.update(not_before=db_time.now() + timedelta(days=10))
    make_overdue(correction)

    sweep.sweep()

    assert Breach.objects.get().holder is None


def test_the_oldest_is_dealt_with_first_and_all_in_one_pass(world: World, monkeypatch):
    monkeypatch.setattr(sweep, "BATCH", 2)
    for number in range(5):
        dose = worlds.dose(world, given_on=worlds.date(2021, 8, 1 + number))
        correction = file_one(world, key=f"k{number}", dose=dose, proposed={"vaccine": "PF"})
        make_overdue(correction, hours=50 + number)

    swept = sweep.sweep()

    assert swept.breaches == 5
    written = list(Breach.objects.order_by("id").values_list("at", flat=True))
    assert written == sorted(written)


def test_a_poisoned_row_is_skipped_and_reported(world: World, monkeypatch):
    bad = make_overdue(file_one(world, key="bad"), hours=60)
    good = make_overdue(file_one(world, whose="binh", key="good"))
    real = milestones.passed_by

    def poisoned(late, now):
        if late.correction_id == bad.pk:
            raise RuntimeError("poison")
        return real(late, now)

    monkeypatch.setattr(milestones, "passed_by", poisoned)

    swept = sweep.sweep()

    assert swept.failed == [bad.reference]
    assert Breach.objects.get().correction == good
    assert Heartbeat.objects.get().did["failed"] == [bad.reference]


def test_the_command_sweeps_without_celery(correction: Correction, capsys):
    make_overdue(correction)

    call_command("sweep")

    assert Breach.objects.exists()
    assert "1" in capsys.readouterr().out


def test_a_lost_hint_is_made_good_by_the_sweep(world: World):
    correction = file_one(world, routed=False)

    with db_time.at(db_time.now() + timedelta(seconds=31)):
        sweep.sweep()

    correction.refresh_from_db()
    assert correction.holder == world.buoi


def test_a_fresh_errand_is_left_to_its_hint(world: World):
    file_one(world, routed=False)

    assert outbox.do_undone() == 0


def test_an_errand_is_done_once_however_often_it_arrives(world: World):
    correction = file_one(world, routed=False)
    row = OutboxRow.objects.get()

    results = [outbox.do(row.pk) for _number in range(3)]

    assert results == [True, False, False]
    assert correction.events.filter(step="route").count() == 1


def test_a_dead_claim_is_taken_up_again(world: World):
    file_one(world, routed=False)
    row = OutboxRow.objects.get()
    OutboxRow.objects.update(not_before=db_time.now() + outbox.LEASE, tries=1)

    with db_time.at(db_time.now() + outbox.LEASE + timedelta(seconds=1)):
        assert outbox.do_undone() >= 1

    row.refresh_from_db()
    assert row.done_at is not None


def test_the_health_page_hears_of_a_silent_sweep_and_of_an_old_errand(world: World):
    assert health.sweep_trouble() == "the sweep has never run"
    sweep.sweep()
    assert health.sweep_trouble() == ""
    assert health.outbox_trouble() == ""
    file_one(world, routed=False)

    with db_time.at(db_time.now() + timedelta(minutes=4)):
        assert "silent" in health.sweep_trouble()
        assert "not done" in health.outbox_trouble()


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_write_each_breach_once(transactional_db: None):
    world = worlds.build()
    for number in range(20):
        dose = worlds.dose(world, given_on=worlds.date(2021, 8, 1 + number))
        make_overdue(file_one(world, key=f"k{number}", dose=dose, proposed={"vaccine": "PF"}))
    start = threading.Barrier(2)
    results: list[int] = []

    def run():
        start.wait()
        try:
            results.append(sweep.sweep().breaches)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(results) == 20
    assert Breach.objects.count() == 20
