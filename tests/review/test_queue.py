"""The queue: what stands in which tab, in what order, and who gets the next case."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from corrections import actions
from corrections.lifecycle import Ground, Status
from corrections.models import Correction
from organizations.models import Membership
from review import queue
from review.queue import TAB_LABELS, QueueTab
from tests import world as worlds
from tests.cases import colleague, file_many, file_one, make_overdue, waits_for_second
from tests.conftest import SignIn
from tests.factories.accounts import verify_again
from tests.reporting.caseload import write_case
from tests.world import World
from vaxreg import db_time


def cases_of(user: User):
    return queue.on_desks(user, queue.desks_of(user))


def in_tab(user: User, tab: QueueTab) -> list[str]:
    cases = queue.in_tab(cases_of(user), tab, user)
    return [case.reference for case in queue.page(cases, tab, {}).rows]


def test_the_most_urgent_case_stands_first(world: World):
    old, middle, young = file_many(world, 3)

    assert in_tab(world.user("minh"), QueueTab.OPEN) == [
        old.reference,
        middle.reference,
        young.reference,
    ]


def test_each_tab_holds_its_own_and_counts_them(world: World, correction: Correction):
    late, soon, in_time, kept, mine, done, asked = file_many(world, 7)
    minh = world.user("minh")
    make_overdue(late, 49)
    make_overdue(soon, 40)
    actions.keep(kept, by=minh, remark="Chờ sổ giấy")
    actions.pick_up(mine, by=minh)
    actions.refuse(done, by=minh, ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ")
    actions.ask(asked, by=minh, question="Xin chụp lại giấy")

    counts = queue.counts(cases_of(minh), minh)

    assert in_tab(minh, QueueTab.OVERDUE) == [late.reference]
    assert in_tab(minh, QueueTab.SOON) == [soon.reference]
    assert in_time.reference in in_tab(minh, QueueTab.OPEN)
    assert in_tab(minh, QueueTab.WAITING) == [asked.reference]
    assert asked.reference not in in_tab(minh, QueueTab.OPEN)
    assert in_tab(minh, QueueTab.KEPT) == [kept.reference]
    assert in_tab(minh, QueueTab.MINE) == [mine.reference]
    assert in_tab(minh, QueueTab.DONE) == [done.reference]
    assert done.reference not in in_tab(minh, QueueTab.OPEN)
    assert counts == {
        QueueTab.OPEN: 6,
        QueueTab.OVERDUE: 1,
        QueueTab.SOON: 1,
        QueueTab.MINE: 1,
        QueueTab.KEPT: 1,
        QueueTab.WAITING: 1,
        QueueTab.SECOND: 0,
    }


def test_what_one_decided_oneself_waits_with_others_and_is_to_do_for_a_colleague(world: World):
    case, other = file_many(world, 2)
    minh, thu = world.user("minh"), colleague(world)
    waits_for_second(case, first=minh)

    assert in_tab(minh, QueueTab.OPEN) == [other.reference]
    assert in_tab(minh, QueueTab.WAITING) == [case.reference]
    assert in_tab(minh, QueueTab.SECOND) == []
    assert in_tab(thu, QueueTab.OPEN) == [case.reference, other.reference]
    assert in_tab(thu, QueueTab.SECOND) == [case.reference]
    assert in_tab(thu, QueueTab.WAITING) == []


def test_an_overdue_case_that_waits_for_others_is_not_counted_as_late_work_of_ones_own(
    world: World,
):
    case = make_overdue(file_many(world, 1)[0], 60)
    minh, thu = world.user("minh"), colleague(world)
    waits_for_second(case, first=minh)

    assert queue.counts(cases_of(minh), minh)[QueueTab.OVERDUE] == 0
    assert queue.counts(cases_of(thu), thu)[QueueTab.OVERDUE] == 1


@pytest.mark.parametrize("of", [2, 5])
def test_each_open_case_is_either_to_do_or_waits_for_others(world: World, of: int):
    minh, thu = world.user("minh"), colleague(world)
    cases = file_many(world, of)
    waits_for_second(cases[0], first=minh)
    actions.ask(cases[1], by=thu, question="Xin chụp lại giấy")

    for user in (minh, thu):
        both = in_tab(user, QueueTab.OPEN) + in_tab(user, QueueTab.WAITING)
        assert sorted(both) == sorted(case.reference for case in cases)


def test_the_tab_for_a_second_person_is_there_only_while_it_holds_something():
    none = {QueueTab.OPEN: 3, QueueTab.SECOND: 0}
    one = {**none, QueueTab.SECOND: 1}

    def tabs(counts, current=QueueTab.OPEN):
        return [tab for tab, _label, _count in queue.shown_tabs(counts, current)]

    assert QueueTab.SECOND not in tabs(none)
    assert QueueTab.SECOND in tabs(one)
    assert QueueTab.SECOND in tabs(none, QueueTab.SECOND)
    assert [tab for tab in TAB_LABELS if tab in tabs(one)] == tabs(one)


def test_the_tabs_agree_with_what_the_model_calls_overdue(world: World, correction: Correction):
    make_overdue(correction, 49)
    minh = world.user("minh")

    assert list(cases_of(minh).overdue()) == [correction]
    assert queue.counts(cases_of(minh), minh)[QueueTab.OVERDUE] == 1


def test_pages_go_forth_and_back_without_losing_or_repeating_a_row(world: World):
    everything = [case.reference for case in file_many(world, 60)]
    minh = world.user("minh")
    cases = queue.in_tab(cases_of(minh), QueueTab.OPEN, minh)

    first = queue.page(cases, QueueTab.OPEN, {})
    second = queue.page(cases, QueueTab.OPEN, {"after": first.after})
    third = queue.page(cases, QueueTab.OPEN, {"after": second.after})
    back = queue.page(cases, QueueTab.OPEN, {"before": third.before})

    shown = [case.reference for page in (first, second, third) for case in page.rows]
    assert shown == everything
    assert [case.reference for case in back.rows] == everything[25:50]
    assert first.before == ""
    assert third.after == ""
    assert back.before
    assert back.after


def test_what_is_done_is_paged_from_the_latest_on(world: World):
    filed = file_many(world, 28)
    minh = world.user("minh")
    for case in filed:
        actions.refuse(case, by=minh, ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ")
    cases = queue.in_tab(cases_of(minh), QueueTab.DONE, minh)

    first = queue.page(cases, QueueTab.DONE, {})
    second = queue.page(cases, QueueTab.DONE, {"after": first.after})

    newest_first = [case.reference for case in reversed(filed)]
    assert [case.reference for case in first.rows] == newest_first[:25]
    assert [case.reference for case in second.rows] == newest_first[25:]
    assert [
        c.reference for c in queue.page(cases, QueueTab.DONE, {"before": second.before}).rows
    ] == newest_first[:25]


def test_a_place_that_never_was_leads_to_the_first_page(world: World, correction: Correction):
    minh = world.user("minh")
    cases = queue.in_tab(cases_of(minh), QueueTab.OPEN, minh)

    page = queue.page(cases, QueueTab.OPEN, {"after": "VR-0000-0000"})

    assert page.rows == [correction]
    assert page.before == ""


@pytest.mark.parametrize(
    "typed", ["Lan", "lan nguyen", "NGUYỄN LÁN", "thi  lan", "Lan, Nguyễn (Thị)"]
)
def test_a_name_is_found_without_diacritics_and_in_any_order(
    world: World, correction: Correction, typed: str
):
    file_one(world, whose="binh", key="key-2")

    assert list(queue.narrowed(cases_of(world.user("minh")), words=typed)) == [correction]


@pytest.mark.parametrize("typed", ["%", "_", "💉", "Hương"])
def test_a_name_that_nobody_has_finds_nothing(world: World, correction: Correction, typed: str):
    assert not queue.narrowed(cases_of(world.user("minh")), words=typed).exists()


def test_a_reference_is_found_however_it_is_typed(world: World, correction: Correction):
    cases = cases_of(world.user("minh"))
    typed = correction.reference.replace("-", " ").lower()

    assert queue.by_reference(cases, typed) == correction
    assert queue.by_reference(cases, "VR-2222-2222") is None
    assert list(queue.narrowed(cases, words=correction.reference[3:7])) == [correction]


def test_filters_narrow_by_kind_and_by_photo(world: World, correction: Correction):
    missing = file_many(world, 1)[0]
    cases = cases_of(world.user("minh"))

    assert list(queue.narrowed(cases, kind="missing_dose")) == [missing]
    assert set(queue.narrowed(cases, photo="without")) == {correction, missing}
    assert not queue.narrowed(cases, photo="with").exists()


def test_the_next_case_is_the_most_urgent_that_nobody_has(world: World):
    taken, kept, wanted, _later = file_many(world, 4)
    actions.pick_up(taken, by=colleague(world))
    actions.keep(kept, by=world.user("minh"), remark="Chờ sổ giấy")

    case = queue.take_next(world.user("minh"))

    assert case == wanted
    assert case is not None
    assert case.status == Status.IN_REVIEW
    assert case.reviewer == world.user("minh")


def test_a_claim_of_half_an_hour_ago_counts_no_more(world: World, correction: Correction):
    with db_time.at(db_time.now() - timedelta(minutes=31)):
        actions.pick_up(correction, by=colleague(world))

    case = queue.take_next(world.user("minh"))

    assert case == correction
    assert case is not None
    assert case.reviewer == world.user("minh")


def test_the_next_case_is_never_ones_own(world: World, correction: Correction):
    minh = world.user("minh")
    verify_again(minh, id_number=world.citizens["lan"].id_number)
    other = file_one(world, whose="binh", key="key-2")

    assert queue.take_next(minh) == other
    assert queue.take_next(minh) is None


def test_the_case_after_one_that_was_only_read_is_another_one(
    world: World, correction: Correction, as_staff: SignIn
):
    other = file_one(world, whose="binh", key="key-2")
    client = as_staff(world.user("minh"))

    for leaving, leads_to in ((correction, other), (other, correction)):
        answer = client.post("/review/next/", {"leaving": leaving.reference})
        assert answer["Location"] == f"/review/{leads_to.reference}/"
        actions.give_back(leads_to, by=world.user("minh"))


def test_the_only_case_is_not_the_next_one_after_itself(
    world: World, correction: Correction, as_staff: SignIn
):
    client = as_staff(world.user("minh"))
    assert correction.reference in client.get(f"/review/{correction.reference}/").content.decode()

    answer = client.post("/review/next/", {"leaving": correction.reference}, follow=True)

    assert answer.redirect_chain == [("/review/", 302)]
    assert "Không còn hồ sơ nào khác đang chờ." in answer.content.decode()
    correction.refresh_from_db()
    assert correction.status == Status.QUEUED


def test_nothing_left_gives_nothing(world: World):
    assert queue.take_next(world.user("minh")) is None


@pytest.mark.django_db(transaction=True)
def test_two_nurses_at_once_get_two_different_cases():
    world = worlds.build()
    file_many(world, 4)
    nurses = [world.user("minh"), colleague(world)]
    barrier = threading.Barrier(2)
    got: list[str] = []

    def take(nurse: User) -> None:
        barrier.wait()
        for _number in range(2):
            case = queue.take_next(nurse)
            assert case is not None
            got.append(case.reference)
        connection.close()

    threads = [threading.Thread(target=take, args=(nurse,)) for nurse in nurses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == len(set(got)) == 4


def test_the_queue_of_a_desk_is_read_from_its_index(world: World):
    file_many(world, 3)
    for hours in range(60):
        write_case(world, world.lang_thuong, db_time.now() - timedelta(hours=hours))
    minh = world.user("minh")
    cases = queue.in_tab(cases_of(minh), QueueTab.OPEN, minh).order_by("due_at", "pk")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE corrections_correction")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")

    plan = cases.explain()

    assert "Index Scan using correction_queue" in plan
    assert "Sort" not in plan


def test_the_tabs_are_counted_from_the_index_of_the_queue_alone(world: World):
    for hours in range(60):
        write_case(world, world.buoi, db_time.now() - timedelta(hours=hours))
    minh = world.user("minh")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE corrections_correction")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        # With so few rows any partial index costs the same; these two hold none of the statuses.
        cursor.execute("DROP INDEX correction_one_open_per_subject, correction_due")
    with CaptureQueriesContext(connection) as asked:
        queue.counts(cases_of(minh), minh)

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked.captured_queries[-1]['sql']}")
        plan = " ".join(line for (line,) in cursor.fetchall())

    assert "Index Only Scan using correction_queue" in plan, plan


def test_cases_that_came_after_the_page_was_drawn_are_counted(world: World):
    before = db_time.now()
    file_many(world, 1)
    cases = cases_of(world.user("minh"))

    assert queue.arrived_since(cases, before - timedelta(hours=2)) == 1
    assert queue.arrived_since(cases, db_time.now()) == 0


def test_a_member_of_two_desks_sees_both_and_a_former_member_none(
    world: World, correction: Correction
):
    tuan = world.user("tuan")
    assert not cases_of(tuan).exists()

    place = Membership.objects.create(user=tuan, organization=world.buoi, role="reviewer")
    assert list(cases_of(tuan)) == [correction]

    place.until = db_time.now()
    place.save()
    assert not cases_of(tuan).exists()
