"""What a health officer does: remind, give away, decide in the site's place; and when she cannot."""

from datetime import timedelta

import pytest
from django.test import Client

from corrections import actions
from corrections.lifecycle import Status
from corrections.models import Correction
from organizations.models import Membership
from tests.conftest import SignIn
from tests.factories.accounts import staff_user
from tests.pages import in_english, text_of
from tests.reporting.caseload import write_case
from tests.world import LONG_AGO, World
from vaxreg import db_time

HOUR = timedelta(hours=1)


@pytest.fixture
def huong(world: World, as_staff: SignIn) -> Client:
    return in_english(as_staff(world.user("huong")))


@pytest.fixture
def late(world: World) -> Correction:
    return write_case(world, world.buoi, db_time.now() - 60 * HOUR)


@pytest.fixture
def staffed(world: World) -> World:
    """The small country, in which Phường Quảng An has a reviewer too."""
    nurse = staff_user(email="thu@example.vn", full_name="Thu")
    Membership.objects.create(
        user=nurse, organization=world.quang_an, role="reviewer", since=db_time.now() - LONG_AGO
    )
    return world


def address(case: Correction, step: str = "") -> str:
    return f"/oversight/cases/{case.reference}/" + (f"{step}/" if step else "")


def test_reminding_writes_history_and_comes_back_with_words(huong: Client, late: Correction):
    answer = huong.post(address(late, "remind"), {"remark": "Sáng nay nhé"}, follow=True)

    assert answer.redirect_chain == [(address(late), 302)]
    assert "Trạm Y tế Phường Bưởi was reminded of this case." in text_of(answer)
    assert late.events.get(step="remind").remark == "Sáng nay nhé"


def test_a_case_is_reminded_of_once_a_day(huong: Client, late: Correction):
    huong.post(address(late, "remind"))

    again = huong.post(address(late, "remind"))
    with db_time.at(db_time.now() + timedelta(hours=25)):
        next_day = huong.post(address(late, "remind"))

    assert again.status_code == 409
    assert "Once a day is enough." in text_of(again)
    assert next_day.status_code == 302
    assert late.events.filter(step="remind").count() == 2


def test_reminding_a_site_skips_what_was_reminded_today_and_what_is_not_late(
    world: World, huong: Client, late: Correction
):
    second = write_case(world, world.buoi, db_time.now() - 50 * HOUR)
    in_time = write_case(world, world.buoi, db_time.now() - 10 * HOUR)
    elsewhere = write_case(world, world.quang_an, db_time.now() - 60 * HOUR)
    actions.remind(late, by=world.user("huong"))
    url = f"/oversight/sites/{world.buoi.public_id}/remind/"

    first = huong.post(url, {"remark": "Xin xử lý."}, follow=True)
    again = huong.post(url, follow=True)

    assert "was reminded of 1 case." in text_of(first)
    assert "There was nothing to remind of" in text_of(again)
    reminded = [case.events.filter(step="remind").count() for case in (late, second)]
    assert reminded == [1, 1]
    for case in (in_time, elsewhere):
        assert not case.events.filter(step="remind").exists()


def test_the_report_and_the_site_show_that_it_was_reminded(
    world: World, huong: Client, late: Correction
):
    huong.post(address(late, "remind"))

    report = text_of(huong.get("/oversight/"))
    site = text_of(huong.get(f"/oversight/sites/{world.buoi.public_id}/"))

    assert "Reminded today at" in report
    assert "The site was reminded of all that is overdue." in site


def test_giving_a_case_away_moves_it_and_keeps_its_clock(
    staffed: World, huong: Client, late: Correction
):
    answer = huong.post(
        address(late, "reassign"),
        {"to": staffed.quang_an.public_id, "reason": "Bưởi quá tải", "version": late.version},
    )

    due_at = late.due_at
    late.refresh_from_db()
    assert answer.status_code == 302
    assert late.holder == staffed.quang_an
    assert late.due_at == due_at
    assert late.events.get(step="reassign").remark == "Bưởi quá tải"


def test_a_case_cannot_go_to_a_site_that_cannot_receive(
    world: World, huong: Client, late: Correction
):
    answer = huong.post(
        address(late, "reassign"),
        {"to": world.quang_an.public_id, "reason": "Bưởi quá tải", "version": late.version},
    )

    late.refresh_from_db()
    assert answer.status_code == 422
    assert "Trạm Y tế Phường Quảng An cannot take the case" in text_of(answer)
    assert "Bưởi quá tải" in answer.content.decode()
    assert late.holder == world.buoi


def test_a_case_cannot_go_outside_the_officers_reach(world: World, huong: Client, late: Correction):
    answer = huong.post(
        address(late, "reassign"),
        {"to": world.lang_thuong.public_id, "reason": "Nhầm", "version": late.version},
    )

    assert answer.status_code == 422
    assert "This organization is not within your reach." in text_of(answer)


def test_a_case_is_not_given_away_without_a_reason(staffed: World, huong: Client, late: Correction):
    answer = huong.post(
        address(late, "reassign"), {"to": staffed.quang_an.public_id, "version": late.version}
    )

    assert answer.status_code == 422
    assert "Write the reason: it stays with the case." in text_of(answer)


@pytest.mark.parametrize(("typed", "found"), [("quang an", True), ("Láng Thượng", False)])
def test_receivers_are_found_by_name_without_diacritics_and_nothing_typed_is_lost(
    staffed: World, huong: Client, late: Correction, typed: str, found: bool
):
    answer = huong.post(
        address(late, "reassign"),
        {"q": typed, "search": "1", "reason": "Bưởi quá tải", "version": late.version},
    )

    assert answer.status_code == 200
    assert (str(staffed.quang_an.public_id) in answer.content.decode()) is found
    assert "Bưởi quá tải" in answer.content.decode()
    assert "Choose the organization" not in text_of(answer)


def test_a_page_that_is_older_than_the_case_stores_nothing_and_keeps_what_was_typed(
    staffed: World, huong: Client, late: Correction
):
    version = late.version
    actions.pick_up(late, by=staffed.user("minh"))

    stale = huong.post(
        address(late, "reassign"),
        {"to": staffed.quang_an.public_id, "reason": "Bưởi quá tải", "version": version},
    )

    late.refresh_from_db()
    assert stale.status_code == 409
    assert "The case has changed since you opened this page" in text_of(stale)
    assert "Bưởi quá tải" in stale.content.decode()
    assert f'name="version" value="{late.version}"' in stale.content.decode()
    assert late.holder == staffed.buoi


def test_taking_over_moves_an_overdue_case_to_the_officers_desk_to_be_decided(
    world: World, huong: Client, late: Correction
):
    answer = huong.post(
        address(late, "take-over"), {"reason": "Quá hạn ba ngày", "version": late.version}
    )

    late.refresh_from_db()
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/review/{late.reference}/"
    assert late.holder == world.tay_ho
    assert late.status == Status.IN_REVIEW
    assert late.reviewer == world.user("huong")


def test_a_case_is_not_taken_over_before_it_is_overdue(world: World, huong: Client):
    case = write_case(world, world.buoi, db_time.now() - 10 * HOUR)

    page = huong.get(address(case))
    answer = huong.post(address(case, "take-over"), {"reason": "Sớm", "version": case.version})

    case.refresh_from_db()
    assert "/take-over/" not in page.content.decode()
    assert answer.status_code == 409
    assert "The site still has time until" in text_of(answer)
    assert case.holder == world.buoi


def test_a_case_is_not_taken_over_without_a_reason(huong: Client, late: Correction):
    answer = huong.post(address(late, "take-over"), {"reason": " ", "version": late.version})

    assert answer.status_code == 422
    assert "Write the reason" in text_of(answer)


@pytest.mark.parametrize("step", ["remind", "reassign", "take-over"])
def test_acting_on_a_decided_case_reads_that_it_was_handled(world: World, huong: Client, step: str):
    case = write_case(world, world.buoi, db_time.now() - 60 * HOUR, decided_at=db_time.now() - HOUR)

    answer = huong.post(address(case, step), {"reason": "Muộn", "version": case.version})

    assert answer.status_code == 409
    assert "This has been handled already" in text_of(answer)
    assert f"{case.reference} was decided at" in text_of(answer)


def test_a_case_on_the_officers_own_desk_leads_to_the_review_page(world: World, huong: Client):
    case = write_case(world, world.tay_ho, db_time.now() - 60 * HOUR)

    page = huong.get(address(case))
    reminder = huong.post(address(case, "remind"))

    assert f"/review/{case.reference}/" in page.content.decode()
    assert reminder.status_code == 409
    assert "on your own desk" in text_of(reminder)
