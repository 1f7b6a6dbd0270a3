"""The page of those who do not answer: each reason with its count and its next step."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from organizations.models import Membership, Organization
from organizations.scope import Scope
from oversight import silence, silence_page
from oversight.silence import Flag, Reason
from tests.conftest import SignIn
from tests.oversight.officers import leave
from tests.pages import in_english, text_of
from tests.reporting.caseload import write_case
from tests.world import LONG_AGO, World
from vaxreg import db_time
from vaxreg.spreadsheets import writing

HOUR = timedelta(hours=1)


@pytest.fixture
def awake(world: World) -> World:
    """Everybody was there this morning; at Phường Quảng An nobody decides any more."""
    leave(world.quang_an)
    User.objects.update(last_login=db_time.now() - HOUR)
    return world


@pytest.fixture
def huong(awake: World, as_staff: SignIn) -> Client:
    return in_english(as_staff(awake.user("huong")))


def write_stations(world: World, number: int) -> list[Organization]:
    """Write stations of Tây Hồ at which nobody works any more."""
    stations = [
        Organization.objects.create(
            code=f"DTC-{one}",
            name=f"Điểm tiêm số {one}",
            kind="site",
            part_of=world.tay_ho,
            phone="024 3823 0000",
        )
        for one in range(number)
    ]
    worked = User.objects.filter(email="left@example.vn").first()
    worked = worked or User.objects.create_user(email="left@example.vn")
    for station in stations:
        Membership.objects.create(
            user=worked,
            organization=station,
            role="reviewer",
            since=db_time.now() - LONG_AGO,
            until=db_time.now() - HOUR,
        )
    return stations


def test_an_officer_reads_who_does_not_answer_why_and_what_to_do(awake: World, huong: Client):
    write_case(awake, awake.buoi, db_time.now() - 100 * HOUR)

    page = huong.get("/oversight/silence/")

    text = text_of(page)
    assert "2 organizations do not answer." in text
    assert "Nobody there decides (1)" in text
    assert "New cases go to Trung tâm Y tế Quận Tây Hồ." in text
    assert "No decision for three days (1)" in text
    assert "Cases that nobody has opened (1)" in text
    assert f"/oversight/sites/{awake.buoi.public_id}/phone/" in page.content.decode()
    assert "tel:02438230000" not in page.content.decode()
    assert f"/people/{awake.quang_an.public_id}/" in page.content.decode()
    assert f"/oversight/sites/{awake.buoi.public_id}/give/" in page.content.decode()
    assert f"/oversight/sites/{awake.buoi.public_id}/note/" in page.content.decode()


def test_where_everybody_answers_the_page_says_so(awake: World, huong: Client):
    Membership.objects.create(
        user=User.objects.create_user(email="thu@example.vn"),
        organization=awake.quang_an,
        role="reviewer",
        since=db_time.now(),
    )

    assert "Every organization is answering" in text_of(huong.get("/oversight/silence/"))


def test_nothing_of_another_district_is_listed(awake: World, huong: Client):
    write_case(awake, awake.lang_thuong, db_time.now() - 100 * HOUR)

    page = huong.get("/oversight/silence/")
    elsewhere = huong.get(f"/oversight/silence/?under={awake.dong_da.public_id}")

    assert "Láng Thượng" not in page.content.decode()
    assert elsewhere.status_code == 404


def test_a_province_narrows_the_list_down_to_a_district(awake: World, as_staff: SignIn):
    write_case(awake, awake.lang_thuong, db_time.now() - 100 * HOUR)
    silence.refresh()
    phuc = in_english(as_staff(awake.user("phuc")))

    whole = text_of(phuc.get("/oversight/silence/"))
    part = text_of(phuc.get(f"/oversight/silence/?under={awake.dong_da.public_id}"))

    assert "Phường Láng Thượng" in whole
    assert "Phường Quảng An" in whole
    assert "Phường Láng Thượng" in part
    assert "Phường Quảng An" not in part


def test_a_list_that_was_not_counted_for_long_says_so(awake: World, as_staff: SignIn):
    silence.refresh()
    phuc = in_english(as_staff(awake.user("phuc")))
    fresh = text_of(phuc.get("/oversight/silence/"))

    with db_time.at(db_time.now() + HOUR):
        stale = text_of(phuc.get("/oversight/silence/"))

    words = "This list has not been counted anew for a while"
    assert words not in fresh
    assert words in stale


@pytest.mark.parametrize("who", ["huong", "phuc"])
def test_a_long_reason_is_read_to_its_end_page_by_page(awake: World, who: str):
    write_stations(awake, 60)
    silence.refresh()
    scope = Scope((awake.tay_ho if who == "huong" else awake.so_y_te,))
    now, user = db_time.now(), awake.user(who)

    overview = silence_page.page(scope, user, now)
    first = silence_page.page(scope, user, now, Reason.NO_REVIEWER)
    [section] = first.sections
    second = silence_page.page(scope, user, now, Reason.NO_REVIEWER, section.after)

    shown = [line.organization for page in (first, second) for line in page.sections[0].lines]
    listed = next(one for one in overview.sections if one.reason == Reason.NO_REVIEWER)
    assert (len(listed.lines), listed.is_cut) == (10, True)
    assert len(section.lines) == 50
    assert len(shown) == len(set(shown)) == section.count
    assert second.sections[0].after == ""


@pytest.mark.parametrize("who", ["huong", "phuc"])
def test_the_page_asks_as_many_questions_for_many_as_for_a_few(
    awake: World, as_staff: SignIn, who: str
):
    write_case(awake, awake.buoi, db_time.now() - 100 * HOUR)
    write_stations(awake, 1)
    silence.refresh()
    client = as_staff(awake.user(who))
    client.get("/oversight/silence/")
    with CaptureQueriesContext(connection) as few:
        client.get("/oversight/silence/")
    for station in write_stations_more(awake):
        write_case(awake, station, db_time.now() - 100 * HOUR)
    silence.refresh()

    with CaptureQueriesContext(connection) as many:
        client.get("/oversight/silence/")

    assert len(many) == len(few)


def write_stations_more(world: World) -> list[Organization]:
    Organization.objects.filter(code__startswith="DTC-").update(code="DTC-first")
    return write_stations(world, 8)


def test_the_file_holds_every_organization_under_every_reason(awake: World, huong: Client):
    write_case(awake, awake.buoi, db_time.now() - 100 * HOUR)

    answer = huong.get("/oversight/silence/silent.csv")

    text = answer.content.decode().removeprefix(writing.BYTE_ORDER_MARK)
    rows = [(row["Organization"], row["Reason"]) for row in csv.DictReader(io.StringIO(text))]
    assert rows == [
        ("Trạm Y tế Phường Quảng An", "Nobody there decides"),
        ("Trạm Y tế Phường Bưởi", "No decision for three days"),
        ("Trạm Y tế Phường Bưởi", "Cases that nobody has opened"),
    ]


@pytest.mark.parametrize("address", ["?reason=nonsense", "?under=nonsense"])
def test_an_unknown_filter_is_not_found(huong: Client, address: str):
    assert huong.get(f"/oversight/silence/{address}").status_code == 404


def test_a_mark_that_nobody_of_us_made_starts_from_the_top(awake: World, huong: Client):
    page = huong.get("/oversight/silence/?reason=no_reviewer&after=a.b")

    assert "Phường Quảng An" in text_of(page)


def test_of_ones_own_desk_there_is_nobody_to_call(awake: World):
    own = Flag(awake.tay_ho.pk, Reason.NO_DECISION, None, 3)

    [step] = silence_page.steps(awake.tay_ho, own, is_own=True)

    assert step.href == "/review/"


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words_and_a_next_step(awake: World, reason: Reason):
    flag = Flag(awake.buoi.pk, reason, db_time.now() - LONG_AGO, 3)

    assert silence_page.title(reason)
    assert silence_page.explanation(reason)
    assert silence_page.sentence(flag)
    assert silence_page.steps(awake.buoi, flag, is_own=False)


def test_where_nobody_was_ever_invited_an_organization_is_listed_apart_and_not_as_silent(
    world: World, as_staff: SignIn
):
    User.objects.update(last_login=db_time.now() - HOUR)
    huong = in_english(as_staff(world.user("huong")))

    page = text_of(huong.get("/oversight/silence/"))
    report = text_of(huong.get("/oversight/"))

    assert "Every organization that was invited is answering." in page
    assert "Not invited yet (1)" in page
    assert "Phường Quảng An" in page
    assert "organizations do not answer" not in report
    assert "organization does not answer" not in report
    assert "1 organization is not invited yet." in report


@pytest.mark.parametrize("who", ["huong", "phuc"])
def test_an_invitation_that_was_ever_made_counts_even_if_it_was_not_taken_up(
    world: World, who: str
):
    scope = Scope((world.tay_ho if who == "huong" else world.so_y_te,))
    silence.refresh()
    before = silence.summary(scope, db_time.now())
    invited = User.objects.create_user(email="moi@example.vn", is_active=False)
    Membership.objects.create(
        user=invited, organization=world.quang_an, role="reviewer", since=db_time.now()
    )
    silence.refresh()

    after = silence.summary(scope, db_time.now())

    assert (before.uninvited - after.uninvited, after.organizations - before.organizations) == (
        1,
        1,
    )
    assert after.counts[Reason.NO_REVIEWER] == before.counts[Reason.NO_REVIEWER] + 1
