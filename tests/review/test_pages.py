"""The reviewer’s pages: the queue, the case, the way from one to the next."""

from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import VerifiedIdentity
from accounts.sessions import SEEN_AT
from citizens.models import RecordVisit
from corrections import actions
from corrections.lifecycle import Ground, Status
from corrections.models import Correction, Evidence, Kind
from doses import sessions
from doses.actions import revise
from doses.facts import Field
from reporting import daily_job
from review import hints
from tests import world as worlds
from tests.cases import colleague, file_at, file_many, file_one, make_overdue
from tests.conftest import SignIn
from tests.factories.citizens import RecordLinkFactory
from tests.world import World
from vaxreg import db_time


def page(case: Correction, step: str = "") -> str:
    return f"/review/{case.reference}/{step}"


def test_the_queue_shows_who_what_and_until_when(
    world: World, correction: Correction, as_staff: SignIn
):
    shown = as_staff(world.user("minh")).get("/review/").content.decode()

    assert "Nguyễn Thị Lan" in shown
    assert correction.reference in shown
    assert "Còn 47 giờ 59 phút" in shown
    assert "Trạm Y tế Phường Bưởi" in shown


def test_id_numbers_and_phones_never_stand_in_the_queue(
    world: World, correction: Correction, as_staff: SignIn
):
    shown = as_staff(world.user("minh")).get("/review/").content.decode()

    assert "001188012345" not in shown
    assert "012345" not in shown
    assert "12345678" not in shown.replace(" ", "")


def test_the_queue_costs_the_same_few_queries_however_long_it_is(
    world: World, correction: Correction, as_staff: SignIn
):
    client = as_staff(world.user("minh"))
    # It stands on the first page each time: names of vaccines are read for the rows shown.
    make_overdue(correction, 60)
    file_many(world, 1)
    with CaptureQueriesContext(connection) as short:
        client.get("/review/")
    file_many(world, 30)
    for number in range(3):
        file_at(world, number)
    with CaptureQueriesContext(connection) as long:
        answer = client.get("/review/")
    with CaptureQueriesContext(connection) as next_page:
        client.get(f"/review/?after={answer.context['page'].after}")

    # One of them notes whom the list showed, one counts for the header, one what doses answer, one
    # looks for alike cases, two count doses on record twice, one names the vaccines, one finds what
    # may be taken back, and two are the limits of the page’s transaction.
    assert len(short) == len(long) <= 16
    # One more finds the row at which the page before it ended.
    assert len(next_page) <= len(long) + 1


def test_citizens_are_led_to_the_door_for_staff(
    world: World, correction: Correction, as_citizen: SignIn
):
    for path in ("/review/", page(correction)):
        answer = as_citizen(world.user("lan")).get(path)
        assert answer.status_code == 302
        assert answer.url.startswith("/staff/sign-in/")


def test_somebody_of_no_organization_is_told_so(world: World, as_staff: SignIn):
    nobody = worlds.User.objects.create_user(email="new@example.vn", full_name="Mới")

    answer = as_staff(nobody).get("/review/")

    assert answer.status_code == 200
    assert "Bạn chưa thuộc đơn vị nào" in answer.content.decode()


def test_an_empty_queue_says_how_fast_the_week_was(
    world: World, correction: Correction, as_staff: SignIn
):
    with db_time.at(correction.received_at + timedelta(hours=9)):
        actions.accept(correction, by=world.user("minh"))
        daily_job.refresh()
        shown = as_staff(world.user("minh")).get("/review/").content.decode()

    assert "Không còn hồ sơ nào cần xử lý" in shown
    assert "9 giờ 00 phút" in shown


def test_a_search_without_result_says_what_to_try(
    world: World, correction: Correction, as_staff: SignIn
):
    answer = as_staff(world.user("minh")).get("/review/", {"q": "Hương"})

    assert answer.status_code == 200
    assert "Không có hồ sơ nào khớp" in answer.content.decode()


def test_a_whole_reference_leads_straight_to_its_case(
    world: World, correction: Correction, as_staff: SignIn
):
    answer = as_staff(world.user("minh")).get("/review/", {"q": correction.reference.lower()})

    assert answer.url == page(correction)


def test_nonsense_in_the_address_shows_the_first_page(
    world: World, correction: Correction, as_staff: SignIn
):
    address = "/review/?tab=x&kind=y&photo=z&after=%00&before=9"

    answer = as_staff(world.user("minh")).get(address.replace("%00", "zz"))

    assert correction.reference in answer.content.decode()


def test_taking_the_next_case_opens_it(world: World, correction: Correction, as_staff: SignIn):
    answer = as_staff(world.user("minh")).post("/review/next/")

    correction.refresh_from_db()
    assert answer.url == page(correction)
    assert correction.reviewer == world.user("minh")


def test_with_nothing_left_the_next_case_is_a_friendly_word(world: World, as_staff: SignIn):
    answer = as_staff(world.user("minh")).post("/review/next/", follow=True)

    assert "Không còn hồ sơ nào đang chờ người nhận" in answer.content.decode()


@pytest.mark.parametrize("step", ["decide/", "pick-up/", "give-back/"])
def test_the_address_of_a_step_read_as_a_page_leads_to_the_case(
    world: World, correction: Correction, as_staff: SignIn, step: str
):
    client = as_staff(world.user("minh"))

    assert client.get(page(correction, step)).url == page(correction)
    assert client.get("/review/next/").url == "/review/"


def test_news_counts_what_came_in_since(world: World, correction: Correction, as_staff: SignIn):
    client = as_staff(world.user("minh"))
    before, after = db_time.now() - timedelta(hours=1), db_time.now()

    told = client.get(f"/review/news/?since={quote(before.isoformat())}").content.decode()
    silent = client.get(f"/review/news/?since={quote(after.isoformat())}").content.decode()
    nonsense = client.get("/review/news/?since=2026-99-99T00:00")

    assert "Có 1 hồ sơ mới" in told
    assert silent.strip() == ""
    assert nonsense.status_code == 200


def test_asking_for_news_does_not_keep_a_session_alive(world: World, as_staff: SignIn):
    client = as_staff(world.user("minh"))
    session = client.session
    long_ago = session[SEEN_AT] = session[SEEN_AT] - 600
    session.save()

    client.get("/review/news/", headers={"X-Background": "1"})
    assert client.session[SEEN_AT] == long_ago

    client.get("/review/")
    assert client.session[SEEN_AT] > long_ago


def test_a_site_in_the_citizens_own_words_is_named_as_what_is_wrong(world: World, as_staff: SignIn):
    case = file_one(world, dose=worlds.dose(world), proposed={}, site_text="Trường tiểu học")

    shown = as_staff(world.user("minh")).get(page(case)).content.decode()

    assert "Sai: điểm tiêm" in shown
    assert "Trường tiểu học" in shown
    assert 'value="accept"' not in shown


def test_the_case_page_sets_record_and_proposal_side_by_side(
    world: World, correction: Correction, as_staff: SignIn
):
    shown = as_staff(world.user("minh")).get(page(correction)).content.decode()

    assert "AstraZeneca" in shown[shown.index("<del>") : shown.index("</del>")]
    assert "Pfizer" in shown[shown.index("<ins>") : shown.index("</ins>")]
    assert "Không có ảnh" in shown
    assert "******012345" in shown
    assert "001188012345" not in shown


def test_opening_a_case_is_noted_in_the_citizens_record(
    world: World, correction: Correction, as_staff: SignIn
):
    as_staff(world.user("minh")).get(page(correction))

    visit = RecordVisit.objects.get(citizen=world.citizens["lan"], user=world.user("minh"))
    assert visit.why == "review"
    assert visit.organization == world.buoi


@pytest.mark.parametrize("who", ["tuan", "duc", "huong", "phuc", "mai"])
@pytest.mark.parametrize("step", ["", "decide/", "pick-up/", "give-back/"])
def test_a_case_on_no_desk_of_ones_own_does_not_exist(
    world: World, correction: Correction, as_staff: SignIn, who: str, step: str
):
    client = as_staff(world.user(who))

    answer = client.post(page(correction, step)) if step else client.get(page(correction))

    assert answer.status_code == 404
    assert not RecordVisit.objects.filter(user=world.user(who)).exists()


def test_ones_own_case_on_another_desk_is_no_case_to_review(
    world: World, correction: Correction, as_staff: SignIn
):
    tuan = world.user("tuan")
    RecordLinkFactory.create(
        relative=True,
        user=tuan,
        citizen=world.citizens["lan"],
    )

    assert as_staff(tuan).get(page(correction)).status_code == 404


def test_a_familys_case_can_be_read_but_shows_no_button(
    world: World, correction: Correction, as_staff: SignIn
):
    minh = world.user("minh")
    RecordLinkFactory.create(
        relative=True,
        user=minh,
        citizen=world.citizens["lan"],
    )
    client = as_staff(minh)

    shown = client.get(page(correction)).content.decode()

    assert "người trong gia đình bạn" in shown
    for step in ("decide/", "pick-up/"):
        assert page(correction, step) not in shown
        refused = client.post(
            page(correction, step), {"outcome": "accept", "version": correction.version}
        )
        assert refused.status_code == 403
        assert "người trong gia đình bạn" in refused.content.decode()
    correction.refresh_from_db()
    assert correction.status == Status.QUEUED


def test_picking_up_and_giving_back_move_the_case(
    world: World, correction: Correction, as_staff: SignIn
):
    client = as_staff(world.user("minh"))

    client.post(page(correction, "pick-up/"), {"version": correction.version})
    correction.refresh_from_db()
    assert correction.status == Status.IN_REVIEW
    assert page(correction, "give-back/") in client.get(page(correction)).content.decode()

    answer = client.post(page(correction, "give-back/"), {"version": correction.version})
    correction.refresh_from_db()
    assert answer.url == "/review/"
    assert correction.status == Status.QUEUED


def test_while_a_colleague_works_on_it_the_page_says_who_and_until_when(
    world: World, correction: Correction, as_staff: SignIn
):
    actions.pick_up(correction, by=colleague(world))
    client = as_staff(world.user("minh"))

    shown = client.get(page(correction)).content.decode()
    refused = client.post(page(correction, "pick-up/"), {"version": correction.version + 1})

    assert "Ngô Thị Thu đang mở hồ sơ này" in shown
    assert page(correction, "decide/") not in shown
    assert refused.status_code == 409
    assert "Ngô Thị Thu đang mở hồ sơ này" in refused.content.decode()


def test_a_decided_case_shows_its_result_and_the_way_on(
    world: World, correction: Correction, as_staff: SignIn
):
    actions.refuse(
        correction, by=world.user("minh"), ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ quá"
    )

    shown = as_staff(world.user("minh")).get(page(correction)).content.decode()

    assert "Ảnh mờ quá" in shown
    assert 'data-key="n"' in shown
    assert page(correction, "decide/") not in shown


def test_what_changed_on_the_record_since_filing_is_shown(
    world: World, correction: Correction, as_staff: SignIn
):
    assert correction.dose is not None
    revise(correction.dose, changes={"lot": "NEW77"}, by=None, why="sổ giấy")

    shown = as_staff(world.user("minh")).get(page(correction)).content.decode()

    assert "Sổ đã thay đổi sau khi đề xuất được gửi" in shown
    assert "NEW77" in shown


def test_photos_stand_beside_the_case_and_are_streamed_by_their_own_address(
    world: World, correction: Correction, as_staff: SignIn
):
    photo = Evidence.objects.create(
        filing=correction.filing,
        uploaded_by=world.user("lan"),
        file_key="a",
        preview_key="b",
        size_bytes=1,
        width=1,
        height=1,
        sha256="c",
    )

    shown = as_staff(world.user("minh")).get(page(correction)).content.decode()

    assert f"/corrections/evidence/{photo.public_id}/?size=preview" in shown


def test_the_case_page_tells_of_other_doses_and_earlier_proposals(
    world: World, correction: Correction, as_staff: SignIn
):
    actions.refuse(
        correction, by=world.user("minh"), ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ quá"
    )
    worlds.dose(world, given_on=date(2021, 11, 21), lot="OTHER1", ordinal=2)
    second = file_one(world, key="key-2", dose=correction.dose, proposed={"lot": "FG3527"})

    shown = as_staff(world.user("minh")).get(page(second)).content.decode()

    assert "OTHER1" in shown
    assert correction.reference in shown


def test_pages_are_complete_in_english(world: World, correction: Correction, as_staff: SignIn):
    make_overdue(correction)
    minh = world.user("minh")
    minh.language = "en"
    minh.save()
    client = as_staff(minh)

    assert "Overdue by 1 h 00 min" in client.get("/review/").content.decode()
    assert "Your decision" in client.get(page(correction)).content.decode()


def test_the_case_page_says_what_the_sessions_of_that_day_say(world: World, as_staff: SignIn):
    held = sessions.plan(
        world.buoi, date(2021, 8, 29), venue="Nhà văn hoá", planned_doses=120, by=world.user("minh")
    )
    sessions.close(held, given_doses=100)
    said = {"vaccine": "AZ", "given_on": "2021-08-29", "position": "primary-1"}
    missing = file_one(world, kind=Kind.MISSING_DOSE, proposed=said, named_site=world.buoi)
    identity = file_one(
        world, key="k2", kind=Kind.IDENTITY, proposed={"full_name": "Nguyễn Thị Loan"}
    )
    minh = as_staff(world.user("minh"))

    line = "Buổi tiêm tại Nhà văn hoá ngày đó: dự kiến 120, đã tiêm 100, đã nhập 0."
    assert line in minh.get(page(missing)).content.decode()
    assert "Nhà văn hoá" not in minh.get(page(identity)).content.decode()


def hints_for(world: World, **changed: str) -> dict[Field, list[str]]:
    facts = {
        "vaccine": world.az.code,
        "given_on": "2021-08-29",
        "organization": str(world.buoi.public_id),
        "lot": "ABX4112",
    }
    return hints.hints_about({**facts, **changed}, world.citizens["binh"])


def test_a_hint_tells_that_the_site_used_this_lot_that_day(world: World):
    worlds.dose(world, "lan")

    assert "1 mũi khác cùng số lô" in hints_for(world)[Field.LOT][0]
    assert Field.LOT not in hints_for(world, lot="ELSE")
    assert Field.LOT not in hints_for(world, given_on="2021-08-30")


def test_a_hint_warns_of_a_date_before_the_vaccine_was_approved(world: World):
    assert world.az.approved_on is not None
    before = (world.az.approved_on - timedelta(days=1)).isoformat()

    assert "cấp phép" in hints_for(world, given_on=before)[Field.VACCINE][0]
    assert Field.VACCINE not in hints_for(world, given_on=world.az.approved_on.isoformat())


def test_a_hint_warns_of_doses_too_close_together_and_of_the_same_day(world: World):
    worlds.dose(world, "binh", given_on=date(2021, 8, 19), organization=world.hospital)

    assert "10 ngày" in hints_for(world)[Field.GIVEN_ON][0]
    assert "đúng ngày này" in hints_for(world, given_on="2021-08-19")[Field.GIVEN_ON][0]
    assert Field.GIVEN_ON not in hints_for(world, given_on="2021-12-19")


def test_hints_keep_silent_about_facts_that_are_not_there(world: World):
    assert hints.hints_about({}, world.citizens["lan"]) == {}
    assert hints.hints_about({"given_on": "soon", "organization": "x"}, world.citizens["lan"]) == {}


def test_who_is_not_verified_reads_why_and_whom_to_ask_and_finds_no_decision(
    world: World, correction: Correction, as_staff: SignIn
):
    minh = world.user("minh")
    VerifiedIdentity.objects.filter(user=minh).update(ended_at=db_time.now())

    shown = as_staff(minh).get(page(correction)).content.decode()
    answer = as_staff(minh).post(page(correction, "decide/"), {"version": correction.version})

    assert "Danh tính của bạn chưa được xác minh" in shown
    assert "decide/" not in shown
    assert answer.status_code == 403


def test_a_number_that_nobody_disputes_is_masked_on_the_case(world: World, as_staff: SignIn):
    lan = world.citizens["lan"]
    case = file_one(world, kind=Kind.IDENTITY, proposed={"full_name": "Nguyễn Thị Lân"})

    shown = as_staff(world.user("minh")).get(page(case)).content.decode()

    assert lan.id_number
    assert lan.id_number not in shown
    assert lan.id_number[-4:] in shown
