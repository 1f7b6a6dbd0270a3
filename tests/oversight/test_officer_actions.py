"""What officers did stands in the row of the organization about which it was done."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from corrections import actions
from organizations.models import Membership, Organization
from organizations.scope import Scope, scope_of
from oversight.report.officer_actions import done_at
from tests.factories.accounts import staff_user
from tests.reporting.caseload import write_case
from tests.world import LONG_AGO, World
from vaxreg import db_time

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def staffed(world: World) -> World:
    """The small country, in which Phường Quảng An has a reviewer too."""
    nurse = staff_user(email="thu@example.vn", full_name="Thu")
    Membership.objects.create(
        user=nurse, organization=world.quang_an, role="reviewer", since=db_time.now() - LONG_AGO
    )
    return world


def late_case(world: World, holder: Organization | None = None):
    return write_case(world, holder or world.buoi, db_time.now() - 60 * HOUR)


def kinds(scope: Scope, organization: Organization, **options: timedelta) -> list[tuple[str, int]]:
    found = done_at(scope, db_time.now(), **options)
    return sorted((act.kind, act.cases) for act in found.get(organization.pk, []))


def test_each_act_is_counted_where_the_case_lay_when_it_was_done(staffed: World):
    huong = staffed.user("huong")
    reminded = [late_case(staffed) for _case in range(2)]
    for case in reminded:
        actions.remind(case, by=huong)
    for case in (late_case(staffed), late_case(staffed), reminded[0]):
        actions.reassign(case, by=huong, to=staffed.quang_an, reason="Quá tải")
    actions.take_over(late_case(staffed), by=huong, reason="Gấp")

    at_buoi = kinds(Scope((staffed.tay_ho,)), staffed.buoi)
    at_quang_an = kinds(Scope((staffed.tay_ho,)), staffed.quang_an)

    assert at_buoi == [("reassign", 3), ("remind", 2), ("take_over", 1)]
    assert at_quang_an == []


def test_a_province_reads_it_in_the_row_of_the_district(staffed: World):
    actions.remind(late_case(staffed), by=staffed.user("huong"))
    scope = scope_of(staffed.user("phuc"))
    assert scope is not None

    assert kinds(scope, staffed.tay_ho) == [("remind", 1)]
    assert kinds(scope, staffed.dong_da) == []


def test_what_was_done_is_shown_for_a_day(staffed: World):
    actions.remind(late_case(staffed), by=staffed.user("huong"))

    with db_time.at(db_time.now() + 25 * HOUR):
        after_a_day = kinds(Scope((staffed.tay_ho,)), staffed.buoi)
        within_a_week = kinds(Scope((staffed.tay_ho,)), staffed.buoi, within=timedelta(days=7))

    assert after_a_day == []
    assert within_a_week == [("remind", 1)]


def test_an_act_says_what_when_and_to_whom(staffed: World):
    actions.reassign(
        late_case(staffed), by=staffed.user("huong"), to=staffed.quang_an, reason="Quá tải"
    )

    [act] = done_at(Scope((staffed.tay_ho,)), db_time.now())[staffed.buoi.pk]

    assert act.text.startswith("1 case given to Trạm Y tế Phường Quảng An ")
    assert act.icon


def test_the_number_of_queries_does_not_depend_on_what_was_done(staffed: World):
    scope, huong = Scope((staffed.tay_ho,)), staffed.user("huong")
    actions.remind(late_case(staffed), by=huong)
    with CaptureQueriesContext(connection) as few:
        done_at(scope, db_time.now())
    for holder in (staffed.buoi, staffed.quang_an, staffed.buoi):
        actions.remind(late_case(staffed, holder), by=huong)

    with CaptureQueriesContext(connection) as many:
        done_at(scope, db_time.now())

    assert len(many) == len(few)
