"""Closing an account: what ends, what the law keeps, and a new account on the same phone."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.api_auth import make_token
from accounts.models import SCOPES_OF, ApiToken, SessionKind, SignInCode, User
from accounts.sessions import STARTED_AT
from accounts.sign_in import codes
from citizens import links
from citizens.access import accounts_of_person
from citizens.models import Citizen, RecordLink
from corrections.models import Correction, CorrectionEvent
from identity.models import VneidIdentity
from messaging.models import Message
from own_data import closing
from tests.cases import file_one
from tests.factories.accounts import verify_again
from tests.world import World

pytestmark = pytest.mark.django_db
PAGE = "/account/close/"
YES = {"understood": "on"}


@pytest.fixture
def lan(world: World, as_citizen) -> Client:
    return as_citizen(world.user("lan"))


def signed_in_before(client: Client, minutes: float) -> None:
    session = client.session
    session[STARTED_AT] -= timedelta(minutes=minutes).total_seconds()
    session.save()


def test_the_page_says_what_ends_and_what_is_kept_before_anything_happens(world, lan):
    lan.cookies["language"] = "en"
    file_one(world)

    page = lan.get(PAGE).content.decode()

    assert "What the law keeps" in page
    assert "1 proposal is open" in page
    assert lan.post(PAGE, {}).status_code == 422
    assert User.objects.get(pk=world.user("lan").pk).closed_at is None


@pytest.mark.parametrize(
    ("minutes", "closes"), [(0, True), (9.5, True), (10.5, False), (25, False)]
)
def test_only_a_fresh_sign_in_closes_the_account(world, lan, minutes, closes):
    signed_in_before(lan, minutes)

    lan.post(PAGE, YES)

    assert bool(User.objects.get(pk=world.user("lan").pk).closed_at) is closes


def test_proving_again_leads_back_to_closing(lan):
    answer = lan.post("/account/close/again/")

    assert answer["Location"] == "/sign-in/?next=%2Faccount%2Fclose%2F"
    assert lan.get(PAGE).status_code == 302


def test_everything_that_opens_something_ends(world, lan, as_citizen):
    user = world.user("lan")
    other = as_citizen(user)
    lifetime = timedelta(days=1)
    kind = SessionKind.CITIZEN
    make_token(user, name="a", kind=kind, lifetime=lifetime, scopes=SCOPES_OF[kind])

    assert lan.post(PAGE, YES)["Location"] == "/sign-in/"

    assert not RecordLink.objects.filter(user=user, until=None).exists()
    assert not ApiToken.objects.filter(user=user, revoked_at=None).exists()
    assert other.get("/record/").status_code == 302
    assert lan.get("/record/").status_code == 302


def test_what_the_law_keeps_is_kept(world, lan):
    case = file_one(world)
    before = (Citizen.objects.count(), CorrectionEvent.objects.count(), RecordLink.objects.count())

    lan.post(PAGE, YES)

    after = (Citizen.objects.count(), CorrectionEvent.objects.count(), RecordLink.objects.count())
    assert after == before
    assert Correction.objects.get(pk=case.pk).filing.filed_by == world.user("lan")


def test_the_last_message_is_that_it_is_closed_and_none_follows(world, lan):
    case = file_one(world)
    user = world.user("lan")
    waiting = Message.objects.create(
        user=user, channel="sms", recipient=user.phone, text="x", may_wait=True
    )

    lan.post(PAGE, YES)

    waiting.refresh_from_db()
    assert waiting.useless_after is not None
    (told,) = Message.objects.filter(purpose="own_data.closed")
    assert told.useless_after is None
    count = Message.objects.count()
    from corrections import notices

    notices.tell(case.events.get(step="route"))
    assert Message.objects.count() == count


def test_the_phone_begins_a_new_account_that_opens_nothing(world, lan):
    old = world.user("lan")
    lan.post(PAGE, YES)

    sent = codes.send("+84912345678", address="203.0.113.7")

    new = SignInCode.objects.get(pk=sent.code_id).user
    assert new.pk != old.pk
    assert not Citizen.objects.linked_to(new).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(phone="+84912345678")


def test_the_record_is_opened_anew_by_the_usual_proofs(world, lan):
    lan.post(PAGE, YES)
    new = User.objects.create_user(phone="+84912345678", phone_verified=True)

    links.make(new, world.citizens["lan"], RecordLink.Proof.PHONE_AND_ID, "self")

    assert Citizen.objects.linked_to(new).get() == world.citizens["lan"]


def test_staff_are_still_known_by_the_account_that_they_closed(world, lan):
    """Otherwise a nurse would file for a neighbour, close the account, and decide herself."""
    verify_again(world.user("minh"), phone="+84912345678")
    lan.post(PAGE, YES)

    mine = User.objects.filter(pk__in=accounts_of_person(world.user("minh")))

    assert world.user("lan") in mine


def test_vneid_begins_a_new_account_too(world, lan):
    user = world.user("lan")
    VneidIdentity.objects.create(
        user=user,
        issuer="https://vneid",
        subject="1",
        full_name="Nguyễn Thị Lan",
        date_of_birth="1988-03-27",
        id_number="001188012345",
    )

    lan.post(PAGE, YES)

    assert VneidIdentity.objects.get(user=user).ended_at is not None


def test_an_account_with_which_somebody_works_is_not_closed_here(world, lan):
    User.objects.filter(pk=world.user("lan").pk).update(email="lan@example.vn")

    assert lan.post(PAGE, YES).status_code == 403

    assert User.objects.get(pk=world.user("lan").pk).is_active


def test_others_see_a_closed_account_as_closed(world, lan):
    lan.post(PAGE, YES)
    user = User.objects.get(pk=world.user("lan").pk)

    assert "678" not in user.shown_as
    assert user.full_name == ""
    assert closing.open_proposals(user) == 0
