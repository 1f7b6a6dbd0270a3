"""On the telephone: an agent opens a record sooner only for a caller who knows more than a card."""

import pytest

from accounts.models import User
from citizens import actions, links
from citizens.models import RecordLink
from tests.conftest import SignIn
from tests.factories.accounts import UserFactory
from tests.hotline.callers import FROM_THE_CARD, MORE, called
from tests.world import World


@pytest.fixture
def asked(world: World) -> RecordLink:
    stranger: User = UserFactory.create(phone="+84905555123")
    lan = world.citizens["lan"]
    with pytest.raises(actions.AskedToOpen):
        actions.open_record(
            stranger,
            id_number=str(lan.id_number),
            full_name=lan.full_name,
            date_of_birth=lan.date_of_birth,
        )
    return RecordLink.objects.waiting().get(user=stranger)


def test_a_caller_who_knows_more_than_a_card_gets_it_opened(world, asked, as_staff: SignIn):
    mai, page = called(world, as_staff, MORE)

    assert "It is the caller: open it" in mai.get(page).content.decode()
    answer = mai.post(f"{page}opening/", {"link": asked.pk}, follow=True)

    assert "The record is open for that phone now" in answer.content.decode()
    assert RecordLink.objects.live().get(pk=asked.pk).confirmed_by == world.user("mai")


def test_a_caller_who_knows_only_the_card_does_not(world, asked, as_staff: SignIn):
    mai, page = called(world, as_staff, FROM_THE_CARD)

    shown = mai.get(page).content.decode()
    assert "ask the caller anew about a dose or the phone" in shown
    assert "It is the caller: open it" not in shown
    assert mai.post(f"{page}opening/", {"link": asked.pk}).status_code == 403
    assert RecordLink.objects.waiting().filter(pk=asked.pk).exists()


@pytest.mark.parametrize("answers", [MORE, FROM_THE_CARD])
def test_the_owner_on_the_phone_has_it_stopped(world, asked, as_staff: SignIn, answers):
    mai, page = called(world, as_staff, answers)

    mai.post(f"{page}opening/", {"link": asked.pk, "end": "1"})

    asked.refresh_from_db()
    assert asked.ended_by == world.user("mai")


def test_what_was_opened_meanwhile_is_said(world, asked, as_staff: SignIn):
    mai, page = called(world, as_staff, MORE)
    mai.post(f"{page}opening/", {"link": asked.pk})

    answer = mai.post(f"{page}opening/", {"link": asked.pk}, follow=True)

    assert "opened or stopped in the meantime" in answer.content.decode()


def test_what_was_stopped_is_opened_for_a_caller_who_knows_more(world, asked, as_staff: SignIn):
    links.end(asked, by=None)
    mai, page = called(world, as_staff, MORE)

    mai.post(f"{page}opening/", {"link": asked.pk})

    assert RecordLink.objects.live().filter(user=asked.user).exists()
