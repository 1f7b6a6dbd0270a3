"""What a closing organization holds finds one desk each, with clocks, breaches and history kept."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from administration import close_merge_move
from administration.close_merge_move import PlanChanged, TreeAct, carry_out, preview
from corrections import access, actions, outbox, parties, sweep
from corrections.history import Audience, entries
from corrections.lifecycle import Ground
from corrections.models import Breach, Clock, Correction, CorrectionEvent, Holding, Policy
from corrections.routing import desks
from messaging.models import Message
from organizations import actions as tree
from organizations.actions import CannotArrange
from organizations.models import Act as DoneAct
from organizations.models import Membership
from tests import world as worlds
from tests.cases import DAY, each_has_one_desk, employ, file_at, file_one
from tests.reporting.caseload import write_case
from tests.world import World
from vaxreg import db_time


@pytest.fixture
def an(world: World):
    """A nurse at Phường Quảng An, who takes over."""
    return employ(world, "an", "Cao Thị An", world.quang_an)


def one_of_each(world: World) -> dict[str, Correction]:
    """A case in every status in which a desk holds one."""
    minh = world.user("minh")
    Policy.objects.create(
        version=2, four_eyes=["far_date"], second_look_percent=0, made_at=db_time.now()
    )
    found = {
        "queued": file_at(world, 1),
        "in_review": actions.pick_up(file_at(world, 2), by=minh),
        "waiting": actions.ask(file_at(world, 3), by=minh, question="Lô nào?"),
        "kept": actions.keep(file_at(world, 4), by=minh, remark="Chờ sổ giấy"),
    }
    day = {"given_on": "2021-07-01", "vaccine": "PF"}
    dose = worlds.dose(world, given_on=DAY, lot="L5", ordinal=2)
    signed = file_one(world, key="key-5", dose=dose, proposed=day)
    found["to_countersign"] = actions.accept(signed, by=minh)
    assert {name: case.status for name, case in found.items()} == {name: name for name in found}
    return found


def clocks_of(cases) -> list[tuple[object, ...]]:
    return list(
        Clock.objects.filter(correction__in=list(cases))
        .order_by("pk")
        .values_list(
            "started_at", "due_at", "length", "milestones_passed", "next_milestone_at", "stopped_at"
        )
    )


def test_each_case_of_a_merged_station_is_on_the_desk_of_the_other_one(world: World, an):
    cases = one_of_each(world)
    before = clocks_of(cases.values())

    carry_out(TreeAct.MERGE, world.buoi, world.quang_an, by=world.user("huong"))

    for status, case in cases.items():
        version = case.version
        case.refresh_from_db()
        assert case.holder == world.quang_an
        # A claim is released; everything else stands as it stood.
        assert case.status == ("queued" if status == "in_review" else status)
        assert (case.reviewer, case.picked_up_at) == (None, None)
        assert case.version == version + 1
        assert case.events.latest("id").step == "inherit"
    assert each_has_one_desk()
    assert clocks_of(cases.values()) == before
    assert cases["waiting"].paused_at is not None
    assert cases["to_countersign"].first_by == world.user("minh")


def test_a_preview_says_exactly_what_is_done_and_does_nothing(world: World, an):
    one_of_each(world)
    write_case(world, world.buoi, db_time.now() - timedelta(hours=60))
    write_case(world, world.buoi, db_time.now(), decided_at=db_time.now())
    huong = world.user("huong")
    events = CorrectionEvent.objects.count()

    shown = preview(TreeAct.MERGE, world.buoi, world.quang_an, by=huong)

    world.buoi.refresh_from_db()
    assert world.buoi.is_open
    assert not DoneAct.objects.exists()
    assert CorrectionEvent.objects.count() == events
    assert Correction.objects.open().filter(holder=world.buoi).count() == 6
    numbers = shown.cases
    assert (numbers.open, numbers.overdue, numbers.claimed, numbers.waiting) == (6, 1, 1, 1)
    assert (numbers.second, numbers.kept, shown.past) == (1, 1, 1)
    assert shown.desks == [(world.quang_an, 6)]
    assert [one.user for one in shown.going] == [world.user("minh")]

    done = carry_out(TreeAct.MERGE, world.buoi, world.quang_an, by=huong, seal=shown.seal)

    assert done == shown
    held = Counter(Correction.objects.open().values_list("holder", flat=True))
    assert held == {world.quang_an.pk: 6}


def test_a_deadline_missed_before_the_merger_stays_with_who_missed_it(world: World, an):
    case = file_at(world, 1)

    with db_time.at(case.due_at + timedelta(minutes=3)):
        carry_out(TreeAct.MERGE, world.buoi, world.quang_an, by=world.user("huong"))
    with db_time.at(case.due_at + timedelta(hours=25)):
        sweep.sweep()

    missed = dict(Breach.objects.filter(clock__kind="review").values_list("rung", "holder"))
    assert missed == {"due": world.buoi.pk, "three_days": world.quang_an.pk}


def test_the_share_of_each_holder_is_kept(world: World, an):
    case = file_at(world, 1)

    with db_time.at(moment := case.received_at + timedelta(hours=5)):
        carry_out(TreeAct.MERGE, world.buoi, world.quang_an, by=world.user("huong"))

    old, new = Holding.objects.filter(correction=case).order_by("since")
    assert (old.organization, old.until) == (world.buoi, moment)
    assert (new.organization, new.since, new.until) == (world.quang_an, moment, None)


def test_the_citizen_reads_who_has_it_now_and_why(world: World, an, as_citizen):
    case = file_at(world, 1)

    carry_out(TreeAct.MERGE, world.buoi, world.quang_an, by=world.user("huong"))

    case.refresh_from_db()
    assert set(case.routing_reason) == {"vi", "en"}
    assert case.routing_reason["en"] == (
        "Trạm Y tế Phường Bưởi has closed; Trạm Y tế Phường Quảng An has taken over from it."
    )
    last = entries(case, Audience.CITIZEN)[-1]
    assert world.buoi.name in last.title
    assert world.quang_an.name in last.title
    page = as_citizen(world.user("lan")).get(f"/corrections/{case.reference}/").content.decode()
    assert case.routing_reason["vi"] in page


def test_who_takes_over_is_told_once_however_many_cases_there_are(world: World, an):
    cases = [write_case(world, world.buoi, db_time.now()) for _number in range(5)]

    carry_out(TreeAct.CLOSE, world.buoi, world.quang_an, by=world.user("huong"))
    with db_time.at(db_time.now() + timedelta(minutes=2)):
        outbox.do_undone()

    told = Message.objects.filter(purpose="correction.inherit")
    assert [message.user for message in told] == [an]
    assert "5" in told.get().subject
    assert len(cases) == 5


def test_a_successor_without_staff_is_passed_by_at_once(world: World):
    case = file_at(world, 1)

    carry_out(TreeAct.CLOSE, world.buoi, world.quang_an, by=world.user("huong"))

    case.refresh_from_db()
    assert case.holder == world.tay_ho
    for name in (world.buoi.name, world.quang_an.name, world.tay_ho.name):
        assert name in case.reason_shown


def test_without_a_successor_the_rules_decide(world: World):
    given = file_at(world, 1)
    pooled = file_one(
        world,
        whose="child",
        key="pool",
        named_area=world.areas["buoi"],
        proposed={"position": "primary-1"},
    )
    assert pooled.triage_due_at is not None
    until = pooled.triage_due_at

    done = carry_out(TreeAct.CLOSE, world.buoi, None, by=world.user("huong"))

    assert done.desks == [(world.tay_ho, 2)]
    for case in (given, pooled):
        case.refresh_from_db()
        assert case.holder == world.tay_ho
    assert given.triage_due_at is None
    assert pooled.triage_due_at == until
    assert each_has_one_desk()


def test_a_case_is_not_sent_back_to_who_said_that_it_is_not_theirs(world: World):
    case = actions.pass_on(
        file_at(world, 1, site=world.lang_thuong),
        by=world.user("tuan"),
        to=world.buoi,
        reason="Không tiêm ở đây",
    )

    carry_out(TreeAct.CLOSE, world.buoi, None, by=world.user("huong"))

    case.refresh_from_db()
    assert case.holder == world.tay_ho
    assert case.bounces == 1


def refused(world: World, case: Correction) -> Correction:
    return actions.refuse(
        case, by=world.user("minh"), ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ."
    )


def test_an_appeal_does_not_go_to_who_decided_first(world: World):
    case = refused(world, file_at(world, 1))
    case = actions.appeal(case, by=world.user("lan"), words="Không đúng")
    assert case.holder == world.tay_ho
    for station in (world.buoi, world.quang_an):
        tree.move(station, part_of=world.dong_da, by=None)

    carry_out(TreeAct.CLOSE, world.tay_ho, world.buoi, by=world.user("phuc"))

    case.refresh_from_db()
    assert case.holder == world.dong_da
    assert case.on_appeal


def test_an_appeal_against_a_closed_station_goes_above_its_successor(world: World):
    case = refused(world, file_at(world, 1))
    carry_out(TreeAct.MERGE, world.buoi, world.lang_thuong, by=world.user("phuc"))

    case = actions.appeal(case, by=world.user("lan"), words="Không đúng")

    assert case.holder == world.dong_da


def test_a_case_opened_again_comes_to_the_successor(world: World, an):
    case = actions.accept(file_at(world, 1), by=world.user("minh"))
    carry_out(TreeAct.MERGE, world.buoi, world.quang_an, by=world.user("huong"))

    case = actions.reopen(case, by=world.user("lan"), words="Vẫn sai")

    assert case.holder == world.quang_an
    assert world.buoi.name in case.reason_shown


def test_a_new_proposal_about_an_old_dose_goes_to_the_successor_and_the_dose_keeps_its_name(
    world: World, an
):
    dose = worlds.dose(world)
    carry_out(TreeAct.MERGE, world.buoi, world.quang_an, by=world.user("huong"))

    case = file_one(world, dose=dose, proposed={"vaccine": "PF"})
    person = file_one(world, key="k-2", kind="identity", proposed={"full_name": "Nguyễn Thị Lán"})

    dose.refresh_from_db()
    assert dose.organization.name == "Trạm Y tế Phường Bưởi"
    assert case.holder == world.quang_an
    # Who lives there has the same desk, although the area is another one.
    assert person.holder == world.quang_an


def test_the_successor_finds_the_queue_and_reads_what_was_decided(world: World, an, as_staff):
    decided = actions.accept(file_at(world, 1), by=world.user("minh"))
    waits = file_at(world, 2)
    nurse = as_staff(an)
    assert nurse.get(f"/review/{decided.reference}/").status_code == 404

    carry_out(TreeAct.MERGE, world.buoi, world.quang_an, by=world.user("huong"))

    assert waits.reference in nurse.get("/review/").content.decode()
    done = nurse.get("/review/?tab=done").content.decode()
    assert decided.reference in done
    assert nurse.get(f"/review/{decided.reference}/").status_code == 200
    decided.refresh_from_db()
    # What was decided stays with who decided it.
    assert decided.holder == world.buoi


def test_officers_of_the_new_place_read_the_history_too(world: World, as_staff):
    decided = actions.accept(file_at(world, 1), by=world.user("minh"))
    duc = as_staff(world.user("duc"))
    assert duc.get(f"/oversight/cases/{decided.reference}/").status_code == 404

    carry_out(TreeAct.MERGE, world.buoi, world.lang_thuong, by=world.user("phuc"))

    assert duc.get(f"/oversight/cases/{decided.reference}/").status_code == 200


@pytest.mark.parametrize("officer", ["huong", "duc", "phuc"])
def test_the_rows_of_a_list_open_for_whom_the_pages_open(world: World, officer: str):
    decided = actions.accept(file_at(world, 1), by=world.user("minh"))
    file_at(world, 2, world.lang_thuong)
    carry_out(TreeAct.MERGE, world.buoi, world.quang_an, by=world.user("phuc"))
    carry_out(TreeAct.MERGE, world.quang_an, world.lang_thuong, by=world.user("phuc"))
    user, cases = world.user(officer), Correction.objects.all()

    seen = parties.overseen_among(user, cases)

    # Decided in Tây Hồ by one that another took over from, which Đống Đa's took over in the end.
    assert decided.pk in seen
    assert seen == {case.pk for case in Correction.objects.filter(access.overseen_by(user))}


def test_a_second_signature_is_given_by_the_successor(world: World, an):
    case = one_of_each(world)["to_countersign"]
    carry_out(TreeAct.MERGE, world.buoi, world.quang_an, by=world.user("huong"))

    # Minh works there now, but she gave the first one.
    with pytest.raises(actions.SamePerson):
        actions.countersign(case, by=world.user("minh"))
    case = actions.countersign(case, by=an)

    assert case.status == "accepted"


def test_an_old_page_overwrites_nothing_after_the_merger(world: World, an):
    case = file_at(world, 1)
    carry_out(TreeAct.MERGE, world.buoi, world.quang_an, by=world.user("huong"))

    with pytest.raises(actions.StalePage):
        actions.accept(case, by=world.user("minh"), version=case.version)


def test_a_press_on_a_preview_that_is_no_longer_true_does_nothing(world: World, an):
    huong = world.user("huong")
    shown = preview(TreeAct.MERGE, world.buoi, world.quang_an, by=huong)
    employ(world, "thu", "Ngô Thị Thu", world.buoi)

    with override("en"), pytest.raises(PlanChanged) as changed:
        carry_out(TreeAct.MERGE, world.buoi, world.quang_an, by=huong, seal=shown.seal)

    assert changed.value.words == ["Its staff is not the same any more."]
    world.buoi.refresh_from_db()
    assert world.buoi.is_open


def test_cases_that_came_meanwhile_do_not_make_a_preview_untrue(world: World, an):
    huong = world.user("huong")
    shown = preview(TreeAct.MERGE, world.buoi, world.quang_an, by=huong)
    case = file_at(world, 1)

    carry_out(TreeAct.MERGE, world.buoi, world.quang_an, by=huong, seal=shown.seal)

    case.refresh_from_db()
    assert case.holder == world.quang_an


def test_a_successor_that_closed_meanwhile_takes_over_nothing(world: World, an):
    huong = world.user("huong")
    shown = preview(TreeAct.MERGE, world.buoi, world.quang_an, by=huong)
    tree.close(world.quang_an, by=None)

    with pytest.raises(CannotArrange) as refused_act:
        carry_out(TreeAct.MERGE, world.buoi, world.quang_an, by=huong, seal=shown.seal)

    assert "into" in refused_act.value.message_dict


def test_moving_leaves_every_case_on_its_desk(world: World):
    case = file_at(world, 1)
    phuc = world.user("phuc")

    shown = preview(TreeAct.MOVE, world.buoi, world.dong_da, by=phuc)
    done = carry_out(TreeAct.MOVE, world.buoi, world.dong_da, by=phuc, seal=shown.seal)

    assert (done.cases.open, done.desks) == (1, [])
    case.refresh_from_db()
    assert case.holder == world.buoi
    assert Correction.objects.visible_to(world.user("duc")).filter(pk=case.pk).exists()
    assert not Correction.objects.visible_to(world.user("huong")).filter(pk=case.pk).exists()


def test_a_chain_of_mergers_ends_at_the_one_that_is_open(world: World, an):
    case = file_at(world, 1)
    decided = actions.accept(file_at(world, 2), by=world.user("minh"))
    carry_out(TreeAct.MERGE, world.buoi, world.quang_an, by=world.user("phuc"))

    carry_out(TreeAct.MERGE, world.quang_an, world.lang_thuong, by=world.user("phuc"))

    case.refresh_from_db()
    assert case.holder == world.lang_thuong
    fresh = Correction.objects.get(pk=decided.pk)
    assert desks.desk_for(fresh).organization == world.lang_thuong
    seen = Correction.objects.on_desks_of(world.user("tuan"))
    assert seen.filter(pk=decided.pk).exists()


@pytest.mark.parametrize("successor", [True, False])
def test_the_number_of_statements_does_not_depend_on_the_number_of_cases(
    world: World, an, successor: bool
):
    asked = []
    for station, cases in ((world.buoi, 2), (world.lang_thuong, 25)):
        for number in range(cases):
            late = timedelta(hours=60 if number % 2 else 3)
            write_case(world, station, db_time.now() - late)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            carry_out(TreeAct.CLOSE, station, world.quang_an if successor else None, by=None)
        asked.append(len(queries))

    assert abs(asked[0] - asked[1]) <= 1, asked


def test_nobody_closes_the_only_one_who_could_act(world: World):
    write_case(world, world.buoi, db_time.now())
    Membership.objects.exclude(organization=world.buoi).update(until=db_time.now())

    with pytest.raises(CannotArrange):
        close_merge_move.preview(TreeAct.CLOSE, world.buoi, None, by=None)
