"""The history in words: every step has some, citizens read organizations, staff read persons."""

from datetime import timedelta

import pytest
from django.utils import translation

from corrections import actions, history, lifecycle, sweep
from corrections.clocks import deadlines
from corrections.history import Audience
from corrections.lifecycle import Ground
from corrections.models import OutboxRow
from organizations.models import Membership
from tests.cases import file_one
from vaxreg import db_time


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def test_every_step_and_every_mark_has_words():
    milestones = (*deadlines.MILESTONES, *deadlines.STATUTORY_MILESTONES)

    assert set(lifecycle.STEPS) == set(history.TITLES)
    assert {milestone.name for milestone in milestones} | {"six_hours_left"} == set(
        history.MILESTONE_TITLES
    )
    assert set(history.MILESTONE_TITLES_ALONE) == {milestone.name for milestone in milestones}


@pytest.mark.parametrize("status", lifecycle.Status)
def test_every_status_has_a_sentence(correction, status):
    correction.status = status

    assert history.status_sentence(correction)


def test_a_whole_life_reads_in_order_without_persons(world, correction):
    minh = world.user("minh")
    actions.pick_up(correction, by=minh)
    actions.give_back(correction, by=minh)
    actions.keep(correction, by=minh, remark="Chờ sổ giấy")
    actions.refuse(correction, by=minh, ground=Ground.DATE_DIFFERS, remark="Ngày khác")

    lines = history.entries(correction, Audience.CITIZEN)

    assert [line.title for line in lines] == [
        "Proposal recorded; the 48 hours run from here",
        "Sent to Trạm Y tế Phường Bưởi",
        "Review begun",
        "Put back among those waiting for review",
        "Kept for later",
        "Refused",
    ]
    assert lines[1].details == ("Trạm Y tế Phường Bưởi gave this dose.",)
    assert lines[4].details == ("Chờ sổ giấy",)
    assert lines[5].details == ("The declared date is not that of the certificate", "Ngày khác")
    assert lines[5].state == "bad"
    assert not any(minh.full_name in line.who for line in lines)


def test_staff_read_the_person_too(world, correction):
    actions.pick_up(correction, by=world.user("minh"))

    filed, _sent, picked_up = history.entries(correction, Audience.STAFF)

    assert filed.who == "Citizen Nguyễn Thị Lan"
    assert picked_up.who == "Phạm Thị Minh · Trạm Y tế Phường Bưởi"


def test_picking_up_again_says_nothing_new_to_the_citizen(world, correction):
    for _again in range(3):
        actions.pick_up(correction, by=world.user("minh"))

    told = [line.step for line in history.entries(correction, Audience.CITIZEN)]
    known = [line.step for line in history.entries(correction, Audience.STAFF)]

    assert told.count("pick_up") == 1
    assert known.count("pick_up") == 3


def test_what_an_officer_writes_to_a_site_stays_between_them(world, correction):
    actions.remind(correction, by=world.user("huong"), remark="Xin trả lời ngay.")

    told = history.entries(correction, Audience.CITIZEN)[-1]
    known = history.entries(correction, Audience.STAFF)[-1]

    assert (told.who, told.details) == ("Trung tâm Y tế Quận Tây Hồ", ())
    assert known.who == "Đỗ Thu Hương · Trung tâm Y tế Quận Tây Hồ"
    assert known.details == ("Xin trả lời ngay.",)


def test_a_missed_deadline_names_who_was_told(world):
    with db_time.at(db_time.now() - timedelta(hours=50)):
        case = file_one(world)
    sweep.sweep()

    lines = history.entries(case, Audience.CITIZEN)

    assert lines[-1].title == ("No answer within 48 hours; Trung tâm Y tế Quận Tây Hồ was told")
    assert history.told_last(lines) == "Trung tâm Y tế Quận Tây Hồ"


def test_a_missed_deadline_before_any_desk_was_found_claims_nobody_was_told(world):
    with db_time.at(db_time.now() - timedelta(hours=50)):
        case = file_one(world, routed=False)
    OutboxRow.objects.update(not_before=db_time.now() + timedelta(days=10))
    sweep.sweep()

    lines = history.entries(case, Audience.CITIZEN)

    assert lines[-1].title == "No answer within 48 hours"
    assert history.told_last(lines) == ""


def test_giving_a_case_to_another_site_is_told_with_the_reason(world, correction):
    Membership.objects.create(
        user=world.user("tuan"), organization=world.quang_an, role=Membership.Role.REVIEWER
    )

    actions.reassign(
        correction, by=world.user("huong"), to=world.quang_an, reason="Phường Bưởi quá tải"
    )

    line = history.entries(correction, Audience.CITIZEN)[-1]
    assert line.title == "Given to Trạm Y tế Phường Quảng An"
    assert line.who == "Trung tâm Y tế Quận Tây Hồ"
    assert line.details == ("Phường Bưởi quá tải",)


def test_the_history_takes_one_query(world, correction, django_assert_num_queries):
    actions.pick_up(correction, by=world.user("minh"))

    with django_assert_num_queries(1):
        history.entries(correction, Audience.STAFF)
