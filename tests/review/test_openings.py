"""At the counter: staff open the record of a person whom they see, with their paper."""

import pytest
from django.test import Client

from accounts.models import User, VerifiedIdentity
from citizens import actions, links
from citizens.models import IdentityCheck, RecordLink, RecordVisit
from tests import world as worlds
from tests.cases import colleague
from tests.conftest import SignIn
from tests.factories.accounts import UserFactory
from tests.world import World
from vaxreg import db_time

PAGE = "/review/openings/"


@pytest.fixture
def stranger(world: World) -> User:
    return UserFactory.create(phone="+84905555123")


@pytest.fixture
def asked(world: World, stranger: User) -> RecordLink:
    lan = world.citizens["lan"]
    worlds.dose(world)
    with pytest.raises(actions.AskedToOpen):
        actions.open_record(
            stranger,
            id_number=str(lan.id_number),
            full_name=lan.full_name,
            date_of_birth=lan.date_of_birth,
        )
    return RecordLink.objects.waiting().get(user=stranger)


def english(client: Client) -> Client:
    client.cookies["language"] = "en"
    return client


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_site_that_gave_a_dose_sees_who_waits_masked(world: World, asked, as_staff: SignIn):
    shown = text_of(english(as_staff(world.user("minh"))).get(PAGE))

    assert "N. T. Lan · 1988" in shown
    assert "********2345" in shown
    assert "09•• ••• 123" in shown
    for secret in ("Nguyễn Thị Lan", "001188012345", "27/03/1988", "0905555123"):
        assert secret not in shown


def test_the_paper_opens_it_at_once_and_leaves_who_saw_which(
    world: World, asked, stranger, as_staff: SignIn
):
    minh = english(as_staff(world.user("minh")))

    answer = minh.post(PAGE, {"link": asked.pk, "paper": "cccd"}, follow=True)

    assert "The record is open for that phone now" in text_of(answer)
    assert RecordLink.objects.live().get(user=stranger).confirmed_by == world.user("minh")
    check = IdentityCheck.objects.get()
    assert (check.citizen, check.paper, check.by_organization) == (
        world.citizens["lan"],
        "cccd",
        world.buoi,
    )
    assert RecordVisit.objects.filter(user=world.user("minh"), why="review").count() == 1


def test_without_a_paper_nothing_opens(world: World, asked, as_staff: SignIn):
    answer = english(as_staff(world.user("minh"))).post(PAGE, {"link": asked.pk})

    assert answer.status_code == 422
    assert not IdentityCheck.objects.exists()
    assert RecordLink.objects.waiting().filter(pk=asked.pk).exists()


def test_it_can_be_stopped_instead(world: World, asked, as_staff: SignIn):
    as_staff(world.user("minh")).post(PAGE, {"link": asked.pk, "end": "1"})

    asked.refresh_from_db()
    assert asked.ended_by == world.user("minh")


@pytest.mark.parametrize("who", ["tuan", "huong", "duc", "phuc", "mai"])
def test_nobody_else_sees_or_opens_it(world: World, asked, as_staff: SignIn, who: str):
    client = as_staff(world.user(who))

    assert "N. T. Lan" not in text_of(client.get(PAGE))
    assert client.post(PAGE, {"link": asked.pk, "paper": "cccd"}).status_code == 404
    assert RecordLink.objects.waiting().filter(pk=asked.pk).exists()


def test_staff_without_a_verified_identity_are_told_why_not(world: World, asked, as_staff: SignIn):
    new = colleague(world)
    VerifiedIdentity.objects.filter(user=new).update(ended_at=db_time.now())

    answer = english(as_staff(new)).post(PAGE, {"link": asked.pk, "paper": "cccd"})

    assert answer.status_code == 403
    assert "A colleague with a verified identity must do this" in text_of(answer)
    assert not IdentityCheck.objects.exists()


def test_what_was_stopped_is_shown_so_and_may_be_opened_for_the_person(
    world: World, asked, stranger, as_staff: SignIn
):
    links.end(asked, by=None)
    minh = english(as_staff(world.user("minh")))

    shown = text_of(minh.get(PAGE))
    assert "Stopped" in shown
    assert "It is not this person: stop it" not in shown
    minh.post(PAGE, {"link": asked.pk, "paper": "cccd"})

    assert RecordLink.objects.live().get(user=stranger).confirmed_by == world.user("minh")


def test_what_was_opened_meanwhile_is_not_there_any_more(world: World, asked, as_staff: SignIn):
    links.confirm(asked, by=colleague(world))

    answer = as_staff(world.user("minh")).post(PAGE, {"link": asked.pk, "paper": "cccd"})

    assert answer.status_code == 404
