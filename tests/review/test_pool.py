"""The pool: cases without a site, the sites that are suggested, and sending them there."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import SessionKind
from corrections import actions, sweep
from corrections.lifecycle import Status
from corrections.models import Correction
from doses import sites as doses_sites
from messaging.models import Message
from organizations.models import Membership
from review import pool
from review.site_suggestions import Finder
from tests import world as worlds
from tests.cases import file_one
from tests.conftest import signed_in
from tests.factories.accounts import staff_user
from tests.world import World
from vaxreg import db_time


def missing(world: World, whose: str = "lan", key: str = "key-1", **said: object) -> Correction:
    """File a missing dose whose site nobody knows."""
    proposed = said.pop("proposed", {"position": "primary-2"})
    return file_one(world, whose=whose, key=key, proposed=proposed, **said)


def staffed(world: World, name: str, role: str = "reviewer") -> None:
    """Let somebody work at an organization, so that it can receive cases."""
    Membership.objects.create(
        user=staff_user(email=f"{name}@example.vn", full_name=name),
        organization=getattr(world, name),
        role=role,
        since=db_time.now() - timedelta(days=9),
    )


@pytest.fixture
def case(world: World) -> Correction:
    """Lan's missing dose, somewhere in Quận Tây Hồ; on the desk of the district."""
    staffed(world, "quang_an")
    return missing(world, named_area=world.areas["tay_ho"], site_text="tram quang an")


def test_a_case_without_a_site_lies_in_the_pool_of_its_area(world: World, case: Correction):
    assert case.holder == world.tay_ho
    assert case.triage_due_at == case.holdings.get().since + timedelta(hours=4)
    assert list(pool.cases_of(world.user("huong"))) == [case]


@pytest.mark.parametrize(
    ("who", "sees"),
    [("minh", 0), ("tuan", 0), ("duc", 0), ("huong", 1), ("phuc", 1), ("mai", 0), ("lan", 0)],
)
def test_the_pool_shows_the_own_desk_and_those_below(
    world: World, case: Correction, who: str, sees: int
):
    assert pool.cases_of(world.user(who)).count() == sees


def test_a_case_that_nobody_can_place_lies_in_the_hotlines_pool(world: World):
    world.citizens["lan"].area = None
    world.citizens["lan"].save()

    case = missing(world)

    assert case.holder == world.hotline
    assert list(pool.cases_of(world.user("mai"))) == [case]
    assert not Correction.objects.visible_to(world.user("mai")).exists()


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Trạm Y tế Phường Bưởi", "Bưởi"),
        ("tyt phuong buoi", "Bưởi"),
        ("tram y te quang aan", "Quảng An"),
        ("diem tiem quang an tay ho", "Quảng An"),
    ],
)
def test_what_the_citizen_wrote_finds_the_site(world: World, said: str, found: str):
    staffed(world, "quang_an")
    world.citizens["lan"].area = world.areas["lang"]
    world.citizens["lan"].save()
    case = missing(world, named_area=world.areas["tay_ho"], site_text=said)

    first = Finder().suggest(case)[0]

    assert first.site.name == f"Trạm Y tế Phường {found}"
    assert said in first.reasons[0]


def test_who_gave_that_vaccine_about_that_day_is_suggested_with_the_number(world: World):
    staffed(world, "quang_an")
    for whose in ("binh", "child"):
        worlds.dose(world, whose, organization=world.quang_an, given_on=date(2021, 9, 2))
    case = missing(
        world,
        named_area=world.areas["tay_ho"],
        proposed={"given_on": "2021-09-01", "vaccine": "AZ", "lot": "ABX4112"},
    )

    first = Finder().suggest(case)[0]

    assert first.site == world.quang_an
    assert any("2" in reason and "ABX4112" in reason for reason in first.reasons)
    assert any("AstraZeneca" in reason for reason in first.reasons)


def test_doses_of_another_week_or_vaccine_suggest_nothing(world: World):
    staffed(world, "quang_an")
    worlds.dose(world, "binh", organization=world.quang_an, given_on=date(2021, 9, 20))
    worlds.dose(
        world, "child", organization=world.quang_an, given_on=date(2021, 9, 1), vaccine=world.pfizer
    )
    case = missing(
        world,
        named_area=world.areas["tay_ho"],
        proposed={"given_on": "2021-09-01", "vaccine": "AZ"},
    )

    assert world.quang_an not in [one.site for one in Finder().suggest(case)]


def test_where_the_other_doses_were_given_is_suggested(world: World):
    worlds.dose(world)
    case = missing(world, named_area=world.areas["tay_ho"])

    suggestion = Finder().suggest(case)[0]

    assert suggestion.site == world.buoi
    assert any("29/08/2021" in reason for reason in suggestion.reasons)


def test_more_reasons_stand_before_fewer(world: World):
    staffed(world, "quang_an")
    worlds.dose(world)
    worlds.dose(world, "binh", organization=world.quang_an, given_on=date(2021, 9, 1))
    case = missing(
        world,
        named_area=world.areas["tay_ho"],
        site_text="Quảng An",
        proposed={"given_on": "2021-09-01", "vaccine": "AZ"},
    )

    sites = [one.site for one in Finder().suggest(case)]

    assert sites == [world.quang_an, world.buoi]


def test_a_site_without_staff_is_not_suggested(world: World):
    case = missing(world, named_area=world.areas["tay_ho"], site_text="quang an")

    assert world.quang_an not in [one.site for one in Finder().suggest(case)]


def passed_on(world: World, *, reason: str = "Không có trong sổ") -> Correction:
    """Minh's site says of a missing dose that it is not theirs; the district looks for the site."""
    worlds.dose(world)
    case = missing(
        world, named_site=world.buoi, named_area=world.areas["tay_ho"], site_text="tram y te buoi"
    )
    return actions.pass_on(case, by=world.user("minh"), reason=reason)


def test_the_site_that_passed_a_case_on_is_not_suggested_for_it(world: World):
    untouched = missing(
        world, whose="binh", key="key-2", named_area=world.areas["tay_ho"], site_text="tyt buoi"
    )
    case = passed_on(world)

    assert world.buoi in [one.site for one in Finder().suggest(untouched)]
    assert world.buoi not in [one.site for one in Finder().suggest(case)]


def test_none_of_two_sites_that_passed_it_on_is_suggested(world: World):
    staffed(world, "quang_an")
    nurse = world.quang_an.memberships.get().user
    worlds.dose(world)
    case = missing(world, named_site=world.buoi, site_text="quang an, buoi")
    case = actions.pass_on(case, by=world.user("minh"), to=world.quang_an, reason="Ở Quảng An")
    case = actions.pass_on(case, by=nurse, reason="Cũng không phải")

    (row,) = pool.rows_of(world.user("huong"), [case], most=5)

    assert {world.buoi, world.quang_an}.isdisjoint(one.site for one in row.suggestions)
    assert [one.reason for one in row.passed_on] == ["Cũng không phải", "Ở Quảng An"]


def test_a_desk_that_only_looked_for_the_site_has_not_said_no(world: World, case: Correction):
    huong = world.user("huong")

    moved = actions.pass_on(case, by=huong, to=world.quang_an, reason="Người dân nói Quảng An")

    (row,) = pool.rows_of(huong, [moved], most=5)
    assert row.passed_on == []


def test_a_site_that_closed_hands_no_reasons_to_one_that_passed_it_on(world: World):
    staffed(world, "quang_an")
    case = passed_on(world)
    worlds.dose(world, organization=world.quang_an, given_on=date(2021, 11, 21))
    world.quang_an.closed_on = date(2022, 1, 1)
    world.quang_an.successor = world.buoi
    world.quang_an.save()

    assert world.buoi not in [one.site for one in Finder().suggest(case)]


def test_cases_that_go_together_are_not_suggested_to_who_passed_one_of_them_on(world: World):
    case = passed_on(world)
    other = missing(
        world, whose="binh", key="key-2", named_area=world.areas["tay_ho"], site_text="tyt buoi"
    )
    huong = signed_in(world.user("huong"), SessionKind.STAFF)

    page = huong.get("/pool/route/", {"case": [case.reference, other.reference]})

    assert str(world.buoi.public_id) not in page.content.decode()


def test_the_page_says_which_site_passed_it_on_who_there_and_why(world: World):
    case = passed_on(world, reason="Chị Nguyễn Thị Lan không có trong sổ, gọi 0912 345 678")
    huong = signed_in(world.user("huong"), SessionKind.STAFF)

    for page in (huong.get("/pool/"), huong.get("/pool/route/", {"case": case.reference})):
        html = page.content.decode()
        assert "Trạm Y tế Phường Bưởi: “Chị N. T. Lan không có trong sổ" in html
        assert "Phạm Thị Minh" in html
        assert "345 678" not in html


def test_the_reasons_of_a_whole_page_are_read_in_one_query(world: World):
    cases = [passed_on(world)]
    finder = Finder(cases)

    with CaptureQueriesContext(connection) as asked:
        for case in cases:
            finder.passed_on(case)

    assert not asked.captured_queries


def test_routing_many_reports_each_and_keeps_the_clock(world: World, case: Correction):
    worlds.dose(world, "binh")
    other = missing(world, whose="binh", key="key-2", named_area=world.areas["tay_ho"])
    due = case.due_at

    outcomes = pool.send(
        [case, other], by=world.user("huong"), to=world.buoi, reason="Nơi tiêm đã tìm được"
    )

    case.refresh_from_db()
    assert [one.to for one in outcomes.sent] == ["Trạm Y tế Phường Bưởi"] * 2
    assert (case.holder, case.due_at, case.triage_due_at) == (world.buoi, due, None)
    assert case.bounces == 0


def test_what_a_colleague_works_on_stays_and_says_who_has_it(world: World, case: Correction):
    second = staff_user(email="an@example.vn", full_name="Cao Thị An")
    Membership.objects.create(
        user=second, organization=world.tay_ho, role="officer", since=db_time.now()
    )
    actions.pick_up(case, by=second)
    held = pool.chosen(world.user("huong"), [case.reference])

    outcomes = pool.send(held, by=world.user("huong"), to=world.buoi, reason="Đã rõ")

    assert not outcomes.sent
    assert "Cao Thị An" in outcomes.stayed[0].why


def test_an_officer_gives_a_case_below_to_a_site_of_the_reach_only(world: World, case: Correction):
    phuc = world.user("phuc")
    held = pool.chosen(phuc, [case.reference])

    outcomes = pool.send(held, by=phuc, to=world.lang_thuong, reason="Ở Đống Đa")

    case.refresh_from_db()
    assert outcomes.sent
    assert case.holder == world.lang_thuong
    assert case.events.latest("id").step == "reassign"


def test_sending_up_goes_to_the_level_above_and_stays_in_a_pool(world: World, case: Correction):
    outcomes = pool.send_up([case], by=world.user("huong"), reason="Không thuộc địa bàn")

    case.refresh_from_db()
    assert outcomes.sent[0].to == "Sở Y tế Hà Nội"
    assert case.holder == world.so_y_te
    assert case.triage_due_at is not None


def test_the_hotline_cannot_send_up_to_nobody(world: World):
    world.citizens["lan"].area = None
    world.citizens["lan"].save()
    case = missing(world)

    outcomes = pool.send_up([case], by=world.user("mai"), reason="Không rõ")

    assert not outcomes.sent
    assert outcomes.stayed[0].why


def test_the_urgent_come_first_and_the_pages_go_on(world: World):
    worlds.dose(world)
    cases = []
    for number in range(12):
        with db_time.at(db_time.now() - timedelta(hours=12 - number)):
            day = f"2021-09-{number + 1:02}"
            cases.append(
                missing(
                    world,
                    key=f"key-{number}",
                    named_area=world.areas["tay_ho"],
                    proposed={"given_on": day},
                )
            )
    huong = world.user("huong")

    first = pool.page(huong, {})
    second = pool.page(huong, {"after": first.after})

    shown = [row.case.pk for row in [*first.rows, *second.rows]]
    assert shown == [case.pk for case in cases]
    assert second.after == ""


def test_the_list_is_filtered_by_area(world: World, case: Correction):
    huong = world.user("huong")
    names = [place.name for place in pool.places(huong)]

    assert names == ["Quận Tây Hồ, Thành phố Hà Nội"]
    assert len(pool.page(huong, {"area": world.areas["tay_ho"].path}).rows) == 1
    assert not pool.page(huong, {"area": world.areas["lang"].path}).rows


def test_the_pages_route_two_cases_with_one_choice(world: World, case: Correction):
    worlds.dose(world, "binh")
    other = missing(world, whose="binh", key="key-2", named_area=world.areas["tay_ho"])
    huong = signed_in(world.user("huong"), SessionKind.STAFF)
    references = [case.reference, other.reference]

    listed = huong.get("/pool/").content.decode()
    asked = huong.get("/pool/route/", {"case": references})
    sent = huong.post(
        "/pool/route/",
        {"case": references, "to": str(world.buoi.public_id), "reason": "Đã rõ nơi tiêm"},
        follow=True,
    )

    assert "N. T. Lan" in listed
    assert "Nguyễn Thị Lan" not in listed
    assert "Trạm Y tế Phường Quảng An" in listed
    assert "Trạm Y tế Phường Bưởi" in asked.content.decode()
    assert all(reference in sent.content.decode() for reference in references)
    assert set(Correction.objects.values_list("holder", flat=True)) == {world.buoi.pk}


def test_a_case_that_is_gone_is_not_routed_twice(world: World, case: Correction):
    huong = signed_in(world.user("huong"), SessionKind.STAFF)
    actions.pass_on(case, by=world.user("huong"), to=world.buoi, reason="Đã rõ")

    answer = huong.post(
        "/pool/route/",
        {"case": case.reference, "to": str(world.quang_an.public_id), "reason": "x"},
    )

    case.refresh_from_db()
    assert answer.status_code == 302
    assert case.holder == world.buoi


def test_picking_up_shows_colleagues_who_is_at_it(world: World, case: Correction):
    huong = signed_in(world.user("huong"), SessionKind.STAFF)

    huong.post(f"/pool/{case.reference}/pick-up/")

    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW
    assert case.reviewer == world.user("huong")
    huong.post(f"/pool/{case.reference}/give-back/")
    case.refresh_from_db()
    assert case.status == Status.QUEUED


def test_the_hotline_reads_the_pool_masked(world: World):
    lan = world.citizens["lan"]
    lan.area = None
    lan.save()
    case = missing(world, site_text="gọi 0912 - 345 678, trường Chu Văn An, nguyen thi lan")
    mai = signed_in(world.user("mai"), SessionKind.STAFF)

    pages = [mai.get("/pool/"), mai.get("/pool/route/", {"case": case.reference})]

    for page in pages:
        html = page.content.decode()
        assert "Chu Văn An" in html
        for secret in ("Nguyễn Thị Lan", "345 678", "345678", "001188012345", "27/03/1988"):
            assert secret not in html
        assert "nguyen thi lan" not in html.lower()


def test_the_desk_above_is_sent_straight_to_the_case_in_its_pool(world: World):
    worlds.dose(world)
    case = missing(world, named_site=world.buoi)
    actions.pass_on(case, by=world.user("minh"), reason="Không phải chúng tôi")

    with db_time.at(db_time.now() + timedelta(minutes=5)):
        sweep.sweep()

    mail = Message.objects.get(purpose="correction.pass_on", user=world.user("huong"))
    assert f"/pool/route/?case={case.reference}" in mail.text


@pytest.mark.parametrize(
    ("text", "telling"),
    [
        ("Điểm tiêm lưu động", set()),
        ("Trung tâm Y tế Quận Đống Đa", {"dong", "da"}),
        ("Bệnh viện Đa khoa Xanh Pôn", {"xanh", "pon"}),
        ("TYT Bưởi", {"buoi"}),
    ],
)
def test_words_that_many_sites_share_tell_none_of_them(text: str, telling: set[str]):
    assert doses_sites.distinctive_words(text) == telling
