"""Who can open which record, on the account page; and the page behind the message "not me"."""

import pytest
from django.test import Client

from accounts.models import User
from citizens import link_messages, links
from citizens.models import Citizen, RecordLink
from citizens.visits import log_visit
from messaging.models import Message
from tests.conftest import SignIn
from tests.factories.accounts import UserFactory
from tests.factories.citizens import RecordLinkFactory
from tests.world import World

pytestmark = pytest.mark.django_db

CARD = {
    "id_number": "001188012345",
    "full_name": "Nguyễn Thị Lan",
    "date_of_birth": "27/03/1988",
}


@pytest.fixture
def stranger(world: World) -> User:
    return User.objects.create_user(phone="+84905555123", phone_verified=True)


@pytest.fixture
def asked(stranger: User, as_citizen: SignIn) -> RecordLink:
    as_citizen(stranger).post("/record/open/", CARD)
    return RecordLink.objects.get(user=stranger)


def english(client: Client) -> Client:
    client.cookies["language"] = "en"
    return client


def main_of(response) -> str:
    """Return the text of the page without its head and menus."""
    return text_of(response).split("<main")[1].split("</main>")[0]


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_card_leads_to_the_same_page_whether_it_fits_a_record_or_not(
    world: World, stranger: User, as_citizen: SignIn
):
    client, pages = english(as_citizen(stranger)), []
    for number in ("001188012345", "001188099999"):
        answer = client.post("/record/open/", {**CARD, "id_number": number}, follow=True)
        pages.append((answer.redirect_chain, main_of(answer)))

    assert pages[0][0] == [("/record/asked/", 302)]
    assert "From afar: with two photos" in pages[0][1]
    assert pages[0][0] == pages[1][0]
    assert Message.objects.filter(purpose="record.asked").count() == 1


def test_until_then_the_record_page_shows_no_dose(asked, stranger, as_citizen: SignIn):
    client = english(as_citizen(stranger))

    assert "No record has been opened with this number yet" in text_of(client.get("/record/"))
    assert client.get(f"/api/v1/records/{asked.citizen.public_id}/doses/").status_code == 404


def test_the_owner_sees_who_asks_and_stops_it(world: World, asked, stranger, as_citizen: SignIn):
    owner = english(as_citizen(world.user("lan")))

    assert "/record/who/?person=" in text_of(owner.get("/account/"))
    shown = main_of(owner.get("/record/who/"))
    assert "09•• ••• 123" in shown
    assert "This is not me: stop it" in shown
    assert "Stop this request?" in main_of(owner.get("/record/links/end/", {"link": asked.pk}))
    answer = owner.post("/record/links/end/", {"link": asked.pk}, follow=True)

    assert "does not open for this phone any more" in text_of(answer)
    open_ones, ended = main_of(answer).split("Ended in the last 90 days")
    assert "09•• ••• 123" not in open_ones
    assert "09•• ••• 123" in ended
    assert "by you" in ended
    asked.refresh_from_db()
    assert asked.ended_by == world.user("lan")


def test_the_owner_sees_when_the_record_was_read_last(world: World, as_citizen: SignIn):
    owner = english(as_citizen(world.user("lan")))
    brother = UserFactory.create(full_name="Nguyễn Văn Hùng", phone="+84905555124")
    RecordLinkFactory.create(user=brother, citizen=world.citizens["lan"], relative=True)

    shown = main_of(owner.get("/record/who/"))
    assert shown.count("Never read yet") == 2
    assert "N. V. Hùng · 09•• ••• 124" in shown
    assert "Nguyễn Văn Hùng" not in shown
    english(as_citizen(brother)).get("/record/")

    # The owner has read this page, and the brother the record.
    assert "Never read yet" not in main_of(owner.get("/record/who/"))


def test_the_page_is_one_tap_from_the_record_for_oneself_and_for_each_ward(
    world: World, as_citizen: SignIn
):
    client, child = english(as_citizen(world.user("lan"))), world.citizens["child"]
    page = f"/record/who/?person={child.public_id}"

    assert page in client.get(f"/record/?person={child.public_id}").content.decode()
    shown = main_of(client.get(page))

    assert f"Who can open the record of {child.full_name}" in shown
    assert "Checked by health staff" in shown
    assert "Guardian" in shown


def test_the_page_says_which_staff_saw_the_record(world: World, as_citizen: SignIn):
    owner, lan = english(as_citizen(world.user("lan"))), world.citizens["lan"]
    assert "Nobody." in main_of(owner.get("/record/who/"))

    log_visit(world.user("minh"), lan, "review", organization=world.buoi)

    shown = main_of(owner.get("/record/who/"))
    assert "Reviewer · Trạm Y tế Phường Bưởi, Review of a proposal" in shown
    assert "Minh" not in shown.split("What was changed")[0].split("Which health staff")[1]


@pytest.mark.parametrize("person", ["binh", "x"])
def test_nobody_sees_who_opens_the_record_of_others(world: World, as_citizen: SignIn, person):
    asked = getattr(world.citizens.get(person), "public_id", person)

    answer = as_citizen(world.user("lan")).get("/record/who/", {"person": asked})

    assert answer.status_code == 404


def test_without_a_record_the_page_says_so(stranger: User, as_citizen: SignIn):
    assert "No record is open for you yet" in main_of(
        english(as_citizen(stranger)).get("/record/who/")
    )


def test_the_only_guardian_is_told_what_the_end_means(world: World, as_citizen: SignIn):
    client = english(as_citizen(world.user("lan")))
    link = RecordLink.objects.get(user=world.user("lan"), relation="guardian")
    words = "Nobody can open this child’s record after that"

    assert words in main_of(client.get("/record/links/end/", {"link": link.pk}))
    links.make(world.user("binh"), link.citizen, "staff", "guardian")
    assert words not in main_of(client.get("/record/links/end/", {"link": link.pk}))
    link.refresh_from_db()
    assert link.until is None


def test_who_is_ended_and_the_phone_on_record_are_told_but_not_who_does_it(world: World):
    lan, uncle = world.user("lan"), UserFactory.create()
    link = links.make(uncle, world.citizens["child"], "staff", "guardian")
    Message.objects.all().delete()

    links.end(link, by=lan)
    (told,) = Message.objects.all()
    assert (told.recipient, told.purpose) == (uncle.phone, "record.ended")

    own = RecordLink.objects.live().get(user=lan, relation="guardian")
    Citizen.objects.filter(pk=own.citizen_id).update(phone="+84905555999")
    links.end(own, by=lan)
    assert {one.recipient for one in Message.objects.exclude(pk=told.pk)} == {"+84905555999"}


def test_who_only_asked_is_not_told_that_it_was_stopped(world: World, asked):
    Message.objects.all().delete()

    links.end(asked, by=world.user("lan"))

    assert not Message.objects.exists()


def test_a_link_that_staff_open_sooner_is_told_of_once_more(world: World, asked):
    links.confirm(asked, by=world.user("minh"))

    assert list(Message.objects.order_by("pk").values_list("purpose", "recipient")) == [
        ("record.asked", world.user("lan").phone),
        ("record.opened", world.user("lan").phone),
    ]


def test_whoever_asked_sees_nothing_of_it_on_their_account(asked, stranger, as_citizen: SignIn):
    shown = text_of(english(as_citizen(stranger)).get("/account/"))

    assert "No record is open for this phone" in shown
    assert "Nguyễn Thị Lan" not in shown


def test_nobody_ends_a_link_to_a_record_that_is_not_theirs(
    world: World, asked, stranger, as_citizen: SignIn
):
    for user in (stranger, world.user("binh")):
        client = as_citizen(user)
        own = RecordLink.objects.live().get(user=world.user("lan"), relation="self")
        assert client.post("/record/links/end/", {"link": own.pk}).status_code == 404
        assert client.post("/record/links/end/", {"link": "x"}).status_code == 404
        assert client.post("/record/links/end/").status_code == 404

    assert RecordLink.objects.live().filter(user=world.user("lan")).exists()


def test_a_weaker_proof_does_not_put_the_owner_out(world: World, asked, as_citizen: SignIn):
    RecordLink.objects.filter(pk=asked.pk).update(since=asked.asked_at, needs_confirmation=False)
    own = RecordLink.objects.live().get(user=world.user("lan"), relation="self")

    answer = as_citizen(asked.user).post("/record/links/end/", {"link": own.pk})

    assert answer.status_code == 403
    assert RecordLink.objects.live().filter(pk=own.pk).exists()


def test_staff_have_no_such_list(world: World, as_staff: SignIn):
    shown = text_of(english(as_staff(world.user("minh"))).get("/account/"))

    assert "Who can open which record" not in shown


def test_the_message_leads_to_a_page_that_stops_it_without_a_sign_in(asked):
    page = f"/record/not-me/{link_messages.objection_token(asked)}/"
    client = english(Client())

    shown = text_of(client.get(page))
    assert "09•• ••• 123" in shown
    for secret in ("Nguyễn", "Lan", "001188012345", "1988"):
        assert secret not in shown
    after = text_of(client.post(page, follow=True))

    assert "It is stopped" in after
    asked.refresh_from_db()
    assert asked.until is not None
    assert asked.ended_by is None


def test_a_look_at_the_page_stops_nothing(asked):
    Client().get(f"/record/not-me/{link_messages.objection_token(asked)}/")

    asked.refresh_from_db()
    assert asked.until is None


def test_a_wrong_address_says_what_to_do(db):
    answer = english(Client()).get("/record/not-me/12:abc:def/")

    assert answer.status_code == 404
    assert "Copy all of it from the message" in text_of(answer)
