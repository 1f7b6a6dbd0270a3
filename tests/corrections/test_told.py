"""Nobody is told an untruth: told means that a message to a person is written."""

from datetime import timedelta

import pytest
from django.utils import translation

from accounts.models import User
from corrections import actions, history, sweep
from corrections.history import Audience
from corrections.models import Breach, Correction
from messaging.models import Message
from organizations.models import Membership
from oversight import bulk_remind
from tests.cases import file_one
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def leave(world: World, *names: str) -> None:
    """Let these people work nowhere any more."""
    for name in names:
        world.user(name).memberships.update(until=db_time.now() - timedelta(minutes=1))


def late_case(world: World, hours: float = 50) -> Correction:
    with db_time.at(db_time.now() - timedelta(hours=hours)):
        case = file_one(world)
    sweep.sweep()
    return case


def titles(case: Correction) -> list[str]:
    return [line.title for line in history.entries(case, Audience.STAFF)]


def written_to(purpose: str) -> set[str]:
    return {one.recipient for one in Message.objects.filter(purpose__startswith=purpose)}


def told_by_mail(world: World, *names: str) -> set[str]:
    return {str(world.user(name).email) for name in names}


def test_where_nobody_works_the_ladder_climbs_on_and_says_so(world: World):
    leave(world, "huong")

    case = late_case(world)

    assert titles(case)[-1] == (
        "Nobody works at Trung tâm Y tế Quận Tây Hồ."
        " No answer within 48 hours; Sở Y tế Hà Nội was told"
    )
    assert Breach.objects.get(rung="due").escalated_to == world.so_y_te
    assert written_to("correction.escalate") == told_by_mail(world, "phuc")


def test_where_nobody_works_at_all_nobody_was_told(world: World):
    leave(world, "huong", "phuc")

    case = late_case(world)

    lines = history.entries(case, Audience.CITIZEN)
    assert lines[-1].title.endswith("No answer within 48 hours")
    assert "was told" not in lines[-1].title
    assert history.told_last(lines) == ""
    assert not written_to("correction.escalate")


def test_an_account_that_is_switched_off_or_has_no_address_is_nobody(world: World):
    User.objects.filter(pk=world.user("huong").pk).update(is_active=False)
    User.objects.filter(pk=world.user("phuc").pk).update(email=None, phone="+84900000009")

    assert titles(late_case(world))[-1].endswith("No answer within 48 hours")


def test_a_site_without_anybody_is_not_said_to_have_been_reminded(world: World):
    with db_time.at(db_time.now() - timedelta(hours=30)):
        case = file_one(world)
    leave(world, "minh")

    sweep.sweep()

    assert titles(case)[-1] == (
        "Nobody works at Trạm Y tế Phường Bưởi. Half of the time has passed; nobody could be"
        " reminded"
    )
    assert not written_to("correction.remind")


@pytest.mark.parametrize("gone", [(), ("huong",), ("phuc",), ("huong", "phuc"), ("minh",)])
def test_whoever_was_told_or_reminded_has_got_a_message(world: World, gone: tuple[str, ...]):
    leave(world, *gone)

    case = late_case(world, hours=130)

    told = [event for event in case.events.all() if "milestone" in event.data]
    assert len(told) >= 4
    mailed = {message.recipient for message in Message.objects.all()}
    for event in told:
        staff = Membership.objects.filter(organization=event.organization, until=None)
        emails = {one.user.email for one in staff} if event.organization else set()
        assert bool(emails) == (event.organization is not None)
        assert emails <= mailed


def test_an_officer_reminds_nobody_where_nobody_works(world: World):
    case = late_case(world)
    leave(world, "minh")

    with pytest.raises(actions.NobodyThere):
        actions.remind(case, by=world.user("huong"))

    case.refresh_from_db()
    assert case.reminded_at is None
    done = bulk_remind.remind_all(world.buoi, by=world.user("huong"))
    assert (done.cases, done.nobody) == (0, 1)
    assert not written_to("correction.remind.")
