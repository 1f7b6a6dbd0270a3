"""Who can open which record, on the account page; and the page behind the message "not me"."""

import pytest
from django.test import Client

from accounts.models import User
from citizens import links
from citizens.models import RecordLink
from messaging.models import Message
from tests.conftest import SignIn
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
    assert "24 hours after you asked" in pages[0][1]
    assert pages[0][0] == pages[1][0]
    assert Message.objects.filter(purpose="record.asked").count() == 1


def test_until_then_the_record_page_shows_no_dose(asked, stranger, as_citizen: SignIn):
    client = english(as_citizen(stranger))

    assert "No record has been opened with this number yet" in text_of(client.get("/record/"))
    assert client.get(f"/api/v1/records/{asked.citizen.public_id}/doses/").status_code == 404


def test_the_owner_sees_who_asks_and_stops_it(world: World, asked, stranger, as_citizen: SignIn):
    owner = english(as_citizen(world.user("lan")))

    shown = text_of(owner.get("/account/"))
    assert "Who can open which record" in shown
    assert "09•• ••• 123" in shown
    assert "opens nothing yet" in shown
    answer = owner.post("/record/links/end/", {"link": asked.pk}, follow=True)

    assert "does not open for this phone any more" in text_of(answer)
    assert "09•• ••• 123" not in text_of(answer)
    asked.refresh_from_db()
    assert asked.ended_by == world.user("lan")


def test_the_owner_sees_when_the_record_was_read_last(world: World, as_citizen: SignIn):
    lan = world.user("lan")
    owner = english(as_citizen(lan))
    links.make(world.user("binh"), world.citizens["lan"], "staff", RecordLink.Relation.GUARDIAN)

    assert main_of(owner.get("/account/")).count("Never read yet") >= 2
    owner.get("/record/")

    used = {
        link.user: link.last_used
        for link in links.of_my_records(lan).filter(citizen=world.citizens["lan"])
    }
    assert used[lan] is not None
    assert used[world.user("binh")] is None
    assert "Last read" in main_of(owner.get("/account/"))


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
    RecordLink.objects.filter(pk=asked.pk).update(since=asked.asked_at)
    own = RecordLink.objects.live().get(user=world.user("lan"), relation="self")

    answer = as_citizen(asked.user).post("/record/links/end/", {"link": own.pk})

    assert answer.status_code == 403
    assert RecordLink.objects.live().filter(pk=own.pk).exists()


def test_staff_have_no_such_list(world: World, as_staff: SignIn):
    shown = text_of(english(as_staff(world.user("minh"))).get("/account/"))

    assert "Who can open which record" not in shown


def test_the_message_leads_to_a_page_that_stops_it_without_a_sign_in(asked):
    page = f"/record/not-me/{links.objection_token(asked)}/"
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
    Client().get(f"/record/not-me/{links.objection_token(asked)}/")

    asked.refresh_from_db()
    assert asked.until is None


def test_a_wrong_address_says_what_to_do(db):
    answer = english(Client()).get("/record/not-me/12:abc:def/")

    assert answer.status_code == 404
    assert "Copy all of it from the message" in text_of(answer)
