"""Who must act, and the sentence that says why."""

import pytest

from corrections.clocks.deadlines import Addressee
from corrections.lifecycle import Status
from corrections.models import OutboxRow
from corrections.routing import desks
from organizations.models import Membership, Organization
from organizations.queries import ancestors
from tests.cases import file_one
from tests.world import World
from vaxreg import db_time


def test_a_recorded_dose_goes_to_the_site_that_gave_it(world: World):
    correction = file_one(world)

    assert correction.holder == world.buoi
    assert correction.status == Status.QUEUED
    assert correction.routing_reason["en"] == "Trạm Y tế Phường Bưởi gave this dose."


def test_a_missing_dose_goes_to_the_site_that_was_named(world: World):
    correction = file_one(world, proposed={"position": "primary-1"}, named_site=world.lang_thuong)

    assert correction.holder == world.lang_thuong


@pytest.mark.parametrize(
    ("area", "desk"), [("buoi", "buoi"), ("tay_ho", "tay_ho"), ("ha_noi", "so_y_te")]
)
def test_without_a_site_the_desk_of_the_smallest_known_area_acts(
    world: World, area: str, desk: str
):
    correction = file_one(world, proposed={"position": "primary-1"}, named_area=world.areas[area])

    assert correction.holder == getattr(world, desk)


def test_with_nothing_known_the_hotline_finds_out(world: World):
    record = world.citizens["lan"]
    record.area = None
    record.save()

    correction = file_one(world, proposed={"position": "primary-1"})

    assert correction.holder == world.hotline


def test_a_site_without_staff_passes_it_up_and_says_so(world: World):
    correction = file_one(world, proposed={"position": "primary-1"}, named_site=world.quang_an)

    assert correction.holder == world.tay_ho
    assert correction.routing_reason["en"] == (
        "Trạm Y tế Phường Quảng An was named as the site that gave this dose. "
        "It has no staff to review at present, so Trung tâm Y tế Quận Tây Hồ acts."
    )


def test_it_goes_all_the_way_up_to_the_hotline(world: World):
    Membership.objects.exclude(role="hotline").update(until=db_time.now())

    correction = file_one(world)

    assert correction.holder == world.hotline


def test_dismissed_or_inactive_staff_do_not_count(world: World):
    minh = world.user("minh")
    minh.is_active = False
    minh.save()

    correction = file_one(world)

    assert correction.holder == world.tay_ho


def test_a_closed_site_is_followed_by_its_successor(world: World):
    nurse = world.user("tuan")
    Membership.objects.create(user=nurse, organization=world.quang_an, role="reviewer")
    Organization.objects.filter(pk=world.buoi.pk).update(
        closed_on="2021-10-01", successor=world.quang_an
    )

    correction = file_one(world)

    assert correction.holder == world.quang_an
    assert "It has closed, so Trạm Y tế Phường Quảng An acts." in correction.routing_reason["en"]


def test_routing_twice_changes_nothing(world: World):
    correction = file_one(world)
    events = correction.events.count()

    from corrections import actions

    again = actions.route(correction)

    assert again.version == correction.version
    assert correction.events.count() == events


def test_when_nobody_at_all_can_receive_the_case_waits_for_the_sweep(world: World):
    from corrections import outbox

    Membership.objects.update(until=db_time.now())
    correction = file_one(world, routed=False)
    row = OutboxRow.objects.get(event__correction=correction)

    assert not outbox.do(row.pk)

    row.refresh_from_db()
    correction.refresh_from_db()
    assert correction.status == Status.RECEIVED
    assert row.done_at is None
    assert row.not_before > db_time.now()
    assert row.last_error == "NoDesk"


@pytest.mark.parametrize(
    ("holder", "addressee", "empty", "expected"),
    [
        ("buoi", Addressee.DISTRICT, (), "tay_ho"),
        ("buoi", Addressee.PROVINCE, (), "so_y_te"),
        ("buoi", Addressee.MINISTRY, (), "ministry"),
        ("hospital", Addressee.DISTRICT, (), "so_y_te"),
        ("tay_ho", Addressee.DISTRICT, (), "so_y_te"),
        ("so_y_te", Addressee.PROVINCE, (), "ministry"),
        ("ministry", Addressee.MINISTRY, (), None),
        ("buoi", Addressee.DISTRICT, ("tay_ho",), "so_y_te"),
        ("buoi", Addressee.DISTRICT, ("tay_ho", "so_y_te"), "ministry"),
        ("buoi", Addressee.PROVINCE, ("so_y_te",), "ministry"),
        ("buoi", Addressee.PROVINCE, ("tay_ho",), "so_y_te"),
        ("buoi", Addressee.DISTRICT, ("tay_ho", "so_y_te", "ministry"), None),
    ],
)
def test_a_late_case_is_escalated_to_the_next_level_above_where_somebody_works(
    world: World, holder: str, addressee: Addressee, empty: tuple[str, ...], expected: str | None
):
    above = ancestors(getattr(world, holder))
    without = [getattr(world, name) for name in empty]
    staffed = {one.pk for one in above} - {one.pk for one in without}

    told, passed_over = desks.told_above(addressee, above, staffed)

    assert told == (getattr(world, expected) if expected else None)
    assert (
        passed_over
        == [one for one in without if told is None or one.path > told.path][: len(passed_over)]
    )
