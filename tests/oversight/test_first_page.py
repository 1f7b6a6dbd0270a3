"""The first page of officers: a press reminds a late site, tiles tell apart, the page stays small."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils.translation import override

from organizations.models import Area, Organization
from oversight.report import province_tiles, tile_map
from oversight.report.address import Address
from reporting.report import Figures, Filters, OpenCases, Report, ReportRow
from tests import world as worlds
from tests.conftest import SignIn
from tests.oversight.officers import clients, count_all
from tests.pages import in_english, text_of
from tests.reporting.caseload import write_case
from tests.world import World
from vaxreg import db_time

HOUR = timedelta(hours=1)
MOMENT = datetime(2026, 11, 22, 1, 5, tzinfo=UTC)


@pytest.fixture
def huong(world: World, as_staff: SignIn) -> Client:
    return in_english(as_staff(world.user("huong")))


def remind(world: World) -> str:
    return f"/oversight/sites/{world.buoi.public_id}/remind/"


def test_one_press_reminds_a_late_site_and_the_page_says_of_how_much(world: World, huong: Client):
    for _number in range(3):
        write_case(world, world.buoi, db_time.now() - 60 * HOUR)
    before = huong.get("/oversight/?days=14").content.decode()

    after = huong.post(remind(world), {"next": "/oversight/?days=14"}, follow=True)

    assert f'action="{remind(world)}"' in before
    assert after.redirect_chain == [("/oversight/?days=14", 302)]
    assert "was reminded of 3 cases." in text_of(after)
    assert "Reminded today at" in text_of(after)
    assert f'action="{remind(world)}"' not in after.content.decode()


def test_a_second_press_reminds_nobody_again_and_says_so(world: World, huong: Client):
    write_case(world, world.buoi, db_time.now() - 60 * HOUR)
    huong.post(remind(world), {"next": "/oversight/"})

    again = huong.post(remind(world), {"next": "/oversight/"}, follow=True)

    assert "There was nothing to remind of." in text_of(again)
    assert "1 was left out: reminded of within the last 24 hours." in text_of(again)


def test_what_became_overdue_since_the_reminder_brings_the_press_back(world: World, huong: Client):
    write_case(world, world.buoi, db_time.now() - 60 * HOUR)
    huong.post(remind(world), {"next": "/oversight/"})
    write_case(world, world.buoi, db_time.now() - 50 * HOUR)

    assert f'action="{remind(world)}"' in huong.get("/oversight/").content.decode()


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com/", "javascript:1"])
def test_a_reminder_never_leads_to_another_site(world: World, huong: Client, elsewhere: str):
    answer = huong.post(remind(world), {"next": elsewhere})

    assert answer.headers["Location"] == f"/oversight/sites/{world.buoi.public_id}/"


def test_a_press_needs_the_token_of_the_page(world: World, huong: Client):
    write_case(world, world.buoi, db_time.now() - 60 * HOUR)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = huong.cookies

    assert strict.post(remind(world), {"next": "/oversight/"}).status_code == 403


def test_the_own_desk_leads_to_the_queue_and_a_district_asks_first(world: World, as_staff: SignIn):
    write_case(world, world.tay_ho, db_time.now() - 60 * HOUR)
    count_all()
    officers = clients(world, as_staff)

    own = officers["huong"].get("/oversight/").content.decode()
    above = officers["phuc"].get("/oversight/").content.decode()

    assert f"/oversight/sites/{world.tay_ho.public_id}/remind" not in own
    assert "/review/?tab=overdue" in own
    assert f'href="/oversight/sites/{world.tay_ho.public_id}/remind-all/"' in above


def a_row(pk: int, **changed: object) -> ReportRow:
    """Make a row of a district that is in no database."""
    organization = Organization(
        pk=pk,
        code=f"TTYT-{pk}",
        name=f"Trung tâm Y tế Quận {pk}",
        kind=Organization.Kind.DISTRICT_CENTRE,
        search_name=f"{pk:03}",
        area=Area(code=f"{pk:03}", name=f"Quận {pk}", level="district"),
    )
    return ReportRow(organization, **{"is_part": True, **changed})


@pytest.mark.parametrize(
    ("changed", "invited", "said"),
    [
        ({"figures": Figures(in_time=4)}, {7}, ("4/4", "few", "4 of 4")),
        ({"figures": Figures(held_missed=3)}, {7}, ("0/3", "few", "0 of 3")),
        ({"figures": Figures(in_time=12)}, {7}, ("100%", "", "12 of 12")),
        ({}, {7}, ("none", "none", "no case to count")),
        ({}, set(), ("not yet", "uninvited", "nobody was invited to work here yet")),
        ({}, None, ("none", "none", "no case to count")),
        ({"figures": Figures(in_time=4)}, set(), ("4/4", "few", "4 of 4")),
    ],
)
def test_a_tile_tells_in_words_all_in_time_from_no_case_and_from_nobody_invited(
    monkeypatch, changed: dict[str, object], invited: set[int] | None, said: tuple[str, str, str]
):
    monkeypatch.setattr(tile_map, "prefetch_related_objects", lambda *_: None)
    rows = [a_row(7, **changed), a_row(8, queue=OpenCases(open=1))]
    now = MOMENT

    with override("en"):
        report = Report(now, now, Filters(), rows, ReportRow(None), [])
        board = tile_map.province_map(report, Address(Filters(), shade="in_time"), invited)

    tile = board.tiles[0]
    assert (tile.value, tile.mark, tile.about) == said
    marks = {mark for mark, _words in board.legend}
    assert {"few", "none", "uninvited"} <= marks


def test_a_province_sees_its_districts_at_a_glance_and_who_is_not_invited(
    world: World, as_staff: SignIn
):
    write_case(world, world.buoi, db_time.now() - 60 * HOUR)
    count_all()
    phuc = in_english(as_staff(world.user("phuc")))

    page = phuc.get("/oversight/")

    tiles = {tile.name: tile for tile in page.context["board"].tiles}
    assert tiles["Tây Hồ"].value == "1/1"
    assert "The districts at a glance" in text_of(page)


def write_provinces(world: World, number: int) -> None:
    """Write provinces with an overdue case each, below the ministry."""
    codes = [code for code in province_tiles.TILES if code != "01"]
    for one in codes[:number]:
        where = worlds.area(one, f"Thứ {one}", f"Tỉnh Thứ {one}", "province")
        department = worlds.organization(
            f"SYT-{one}", f"Sở Y tế Thứ {one}", "provincial_department", world.ministry, where
        )
        hospital = worlds.organization(f"BV-{one}", f"Bệnh viện {one}", "hospital", department)
        write_case(world, hospital, db_time.now() - 60 * HOUR)


def test_the_first_page_of_the_ministry_stays_below_60_kilobytes_and_shows_the_worst_ten(
    world: World, as_staff: SignIn
):
    write_provinces(world, 62)
    count_all()
    an = clients(world, as_staff)["an"]

    page = an.get("/oversight/")
    rest = an.get("/oversight/report/overdue/?page=3")

    assert len(page.content) <= 60_000
    assert len(page.context["late"]) == 10
    assert "52 more, and all as a table" in text_of(page)
    assert "Page 3 of 3" in text_of(rest)
    assert len(rest.context["part"].shown.rows) == 12


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/oversight/report/overdue/?page=99", 404),
        ("/oversight/report/overdue/?page=x", 200),
        ("/oversight/report/overdue/?page=-1", 200),
        ("/oversight/report/overdue/?page=99999999999999999999", 200),
        ("/oversight/report/nothing/", 404),
    ],
)
def test_a_page_of_a_part_that_there_is_not(huong: Client, url: str, status: int):
    assert huong.get(url).status_code == status
