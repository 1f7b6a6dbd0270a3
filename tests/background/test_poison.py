"""A row in which the process dies is set aside after some tries; all other rows are done.

Each test kills real processes, in the middle of real work on rows that are committed.
"""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from background.counting import Work
from background.models import WorkTry
from corrections import actions, notices, outbox, sweep
from corrections.clocks import milestones, recompute
from corrections.lifecycle import Status
from corrections.models import Breach, Correction, Draft, OutboxRow, Policy
from corrections.routing import unattended
from messaging import actions as messages
from messaging import channels, delivery, digests
from messaging.models import Message, State
from organizations import letters
from organizations.imports import running
from organizations.journal import ImportRun
from organizations.models import Membership
from oversight import morning_report
from portal import drafts
from reporting import daily_job
from reporting.measures import HERE
from tests import world as worlds
from tests.background.dying import deaths, dies_in, kill_when
from tests.cases import file_many, file_one, make_overdue
from tests.factories.accounts import staff_user
from tests.organizations.sheets import xlsx
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db(transaction=True)
TRIES = 3
NURSE = ["Vũ Thị Mới", "moi@example.vn", "TYT-00109", "Reviewer"]


@pytest.fixture
def world(transactional_db: None, settings) -> World:
    # Hints are lost here: only the schedule does the work.
    settings.CELERY_TASK_ALWAYS_EAGER = False
    return worlds.build()


@pytest.fixture(autouse=True)
def no_hints(monkeypatch):
    monkeypatch.setattr("vaxreg.celery._publish", lambda name, args: None)


def aside() -> list[tuple[str, str, int]]:
    found = WorkTry.objects.set_aside()
    return [(one.work, one.key, one.tries) for one in found]


def only(work: Work, key: int | str) -> list[tuple[str, str, int]]:
    """What must be set aside: this piece alone, and nothing left of the others."""
    assert WorkTry.objects.count() == 1
    return [(work.name, str(key), TRIES)]


def test_an_errand_after_an_event(world: World, monkeypatch):
    bad = file_one(world, routed=False)
    good = file_one(world, whose="binh", routed=False)
    row = OutboxRow.objects.get(event__correction=bad)
    kill_when(monkeypatch, actions, "route", lambda case: case.pk == bad.pk)

    died = deaths(outbox.do_undone, begin=db_time.now() + outbox.HEAD_START)

    assert died == TRIES
    assert aside() == only(outbox.ERRAND, row.pk)
    assert Correction.objects.get(pk=good.pk).status == Status.QUEUED
    assert Correction.objects.get(pk=bad.pk).status == Status.RECEIVED


def test_an_errand_that_is_hinted_for_itself(world: World, monkeypatch):
    bad = file_one(world, routed=False)
    row = OutboxRow.objects.get(event__correction=bad)
    kill_when(monkeypatch, actions, "route", lambda case: case.pk == bad.pk)

    died = deaths(lambda: outbox.do(row.pk), begin=db_time.now())

    assert died == TRIES
    assert aside() == only(outbox.ERRAND, row.pk)


def test_one_of_many_errands_that_are_told_in_one_message(world: World, monkeypatch):
    late = [make_overdue(case, hours=49) for case in file_many(world, 12)]
    bad = late[5]
    monkeypatch.setattr(outbox, "MOST_IN_A_BUNDLE", 10)
    kill_when(
        monkeypatch,
        notices,
        "tell_of_many",
        lambda events: any(event.correction_id == bad.pk for event in events),
    )

    died = deaths(sweep.sweep, begin=db_time.now())

    undone = OutboxRow.objects.exclude(bundle="").get(done_at=None)
    assert died == TRIES
    assert undone.event.correction_id == bad.pk
    assert aside() == only(outbox.ERRAND, undone.pk)


def test_a_case_that_nobody_gave_back(world: World, monkeypatch):
    bad, good = file_one(world), file_one(world, whose="binh")
    for case in (bad, good):
        actions.pick_up(case, by=world.user("minh"))
    kill_when(monkeypatch, actions, "release", lambda case: case.pk == bad.pk)

    died = deaths(sweep.sweep, begin=db_time.now() + timedelta(hours=2))

    assert died == TRIES
    assert aside() == only(sweep.CASE_WORKS["claims"], bad.pk)
    assert Correction.objects.get(pk=good.pk).status == Status.QUEUED


def test_a_question_that_nobody_answered(world: World, monkeypatch):
    bad, good = file_one(world), file_one(world, whose="binh")
    for case in (bad, good):
        actions.ask(case, by=world.user("minh"), question="Ngày nào ạ?")
    kill_when(monkeypatch, actions, "expire", lambda case: case.pk == bad.pk)

    died = deaths(sweep.sweep, begin=db_time.now() + timedelta(days=8))

    assert died == TRIES
    assert ("corrections.question", str(bad.pk), TRIES) in aside()
    assert Correction.objects.get(pk=good.pk).status == Status.EXPIRED


def test_a_deadline_in_a_batch_of_many(world: World, monkeypatch):
    late = [make_overdue(case, hours=49) for case in file_many(world, 9)]
    bad = late[3]
    kill_when(
        monkeypatch,
        milestones,
        "pass_milestones",
        lambda rows, *_more: any(row.correction_id == bad.pk for row in rows),
    )

    died = deaths(sweep.sweep, begin=db_time.now())

    assert died == TRIES
    assert [work for work, _key, _tries in aside()] == [sweep.MILESTONE.name]
    assert set(Breach.objects.values_list("correction", flat=True)) == {
        case.pk for case in late if case != bad
    }


def test_the_due_times_after_a_change_of_the_rules(world: World, monkeypatch):
    case = make_overdue(file_one(world), hours=49)
    policy = Policy(four_eyes=[], second_look_percent=0, review_hours=72, note="Tết")
    run = recompute.change_rules(policy, by=world.user("phuc"), instead_of=1)
    kill_when(monkeypatch, recompute, "_move", lambda *_arguments: True)

    died = deaths(sweep.sweep, begin=db_time.now())

    assert died == TRIES
    assert aside() == only(recompute.RUN, run.pk)
    assert Breach.objects.get().correction == case


def test_the_cases_of_one_desk_without_staff(world: World, monkeypatch):
    bad = file_one(world)
    elsewhere = worlds.dose(world, "binh", organization=world.lang_thuong)
    good = file_one(world, whose="binh", dose=elsewhere, proposed={"vaccine": "PF"})
    Membership.objects.filter(role="reviewer").update(until=db_time.now() - timedelta(hours=3))
    kill_when(monkeypatch, unattended, "hand_over", lambda desk: desk == world.buoi)

    died = deaths(unattended.hand_over_all, begin=db_time.now())

    assert died == TRIES
    assert aside() == only(unattended.DESK, world.buoi.pk)
    assert Correction.objects.get(pk=bad.pk).holder == world.buoi
    assert Correction.objects.get(pk=good.pk).holder == world.dong_da


def write(to: str, **more: object) -> Message:
    return messages.send(
        purpose="test", channel="email", recipient=to, subject="VR", text="words", **more
    )


def test_a_message_to_a_person(world: World, monkeypatch):
    before, bad, after = (write(f"{name}@example.vn") for name in ("mot", "hai", "ba"))
    channel = type(channels.channel_for(bad))
    kill_when(monkeypatch, channel, "deliver", lambda _self, message: message.pk == bad.pk)

    died = deaths(delivery.deliver_due, begin=db_time.now() + timedelta(seconds=1))

    assert died == TRIES
    assert aside() == only(delivery.MESSAGE, bad.pk)
    states = {one.pk: one.state for one in Message.objects.filter(purpose="test")}
    assert states == {before.pk: State.SENT, bad.pk: State.GIVEN_UP, after.pk: State.SENT}


def test_e_mails_that_are_to_become_one(world: World, monkeypatch, settings):
    settings.DEMO = False
    bad = [write("minh@example.vn", digest="reminders") for _number in range(2)]
    good = [write("tuan@example.vn", digest="reminders") for _number in range(2)]
    kill_when(monkeypatch, digests, "_close_digest", lambda lines: lines[0].recipient[:4] == "minh")

    died = deaths(digests.close_due_digests, begin=db_time.now() + timedelta(minutes=20))

    assert died == TRIES
    assert aside() == only(digests.DIGEST, bad[0].pk)
    carried = Message.objects.exclude(carried_by=None).values_list("pk", flat=True)
    assert set(carried) == {one.pk for one in good}


def test_a_message_to_imported_staff(world: World, monkeypatch):
    new = [
        Membership.objects.create(
            user=staff_user(email=f"nv{number}@example.vn", full_name=f"Nhân viên {number}"),
            organization=world.buoi,
            role="reviewer",
            since=db_time.now(),
            must_tell=True,
        )
        for number in range(5)
    ]
    kill_when(monkeypatch, letters, "welcome", lambda membership: membership.pk == new[2].pk)

    died = deaths(letters.write_pending, begin=db_time.now())

    assert died == TRIES
    assert aside() == only(letters.LETTER, new[2].pk)
    assert list(Membership.objects.filter(must_tell=True)) == [new[2]]


def test_the_morning_report_of_one_officer(world: World, monkeypatch):
    morning = datetime(2026, 11, 5, 7, 30, tzinfo=HERE)
    Membership.objects.update(since=morning - timedelta(days=400))
    huong = world.user("huong")
    kill_when(monkeypatch, morning_report, "_write", lambda readers, _here: huong in readers.users)

    died = deaths(morning_report.send_reports, begin=morning)

    assert died == TRIES
    assert aside() == only(morning_report.REPORT, f"2026-11-05:{huong.pk}")
    told = set(
        Message.objects.filter(purpose=morning_report.PURPOSE).values_list("user", flat=True)
    )
    assert told == {world.user("duc").pk, world.user("phuc").pk}


def test_a_draft_that_is_to_be_deleted(world: World, monkeypatch):
    bad = Draft.objects.create(user=world.user("lan"), citizen=world.citizens["lan"])
    Draft.objects.create(user=world.user("binh"), citizen=world.citizens["binh"])
    kill_when(monkeypatch, drafts, "discard", lambda draft: draft.pk == bad.pk)

    died = deaths(drafts.purge, begin=db_time.now() + timedelta(days=31))

    assert died == TRIES
    assert aside() == only(drafts.OLD_DRAFT, bad.pk)
    assert list(Draft.objects.all()) == [bad]


def test_the_figures_of_a_day_stop_neither_those_of_today_nor_the_sweep(world: World, monkeypatch):
    make_overdue(file_one(world), hours=49)
    kill_when(monkeypatch, daily_job, "_day", lambda _day: True)

    def minute() -> None:
        sweep.sweep()
        daily_job.close_days()
        daily_job.refresh()

    died = deaths(minute, begin=db_time.now() + timedelta(days=1))

    assert died == TRIES
    assert [work for work, _key, _tries in aside()] == [daily_job.DAY.name]
    assert daily_job.as_of() is not None


def test_an_imported_file_is_refused_with_words_after_it_stopped_the_server(
    world: World, monkeypatch, as_staff
):
    run = running.begin(xlsx([], [NURSE]), "ds.xlsx", by=world.user("huong"))
    digest = running.judge(run).digest
    kill_when(monkeypatch, running, "_do", lambda *_arguments: True)

    def press() -> None:
        with pytest.raises(running.SetAside):
            running.do(ImportRun.objects.get(pk=run.pk), digest=digest)

    died = deaths(press, begin=db_time.now() - timedelta(hours=1))
    page = as_staff(world.user("huong")).post(
        f"/organizations/import/{run.public_id}/",
        {"digest": digest},
        headers={"accept-language": "en"},
    )

    assert died == TRIES
    assert aside() == only(running.FILE, run.pk)
    assert page.status_code == 409
    assert not User.objects.filter(email="moi@example.vn").exists()


def test_an_import_that_died_a_moment_ago_asks_for_two_minutes(world: World, monkeypatch):
    run = running.begin(xlsx([], [NURSE]), "ds.xlsx", by=world.user("huong"))
    with monkeypatch.context() as patch:
        kill_when(patch, running, "_do", lambda *_arguments: True)
        assert dies_in(lambda: running.do(run, digest=""))

    with pytest.raises(running.BeingDone):
        running.do(run, digest="")
