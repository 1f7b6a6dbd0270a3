"""A paper at the counter: proven beside the number in use, told, and never for one's own family."""

import pytest
from django.test import Client

from citizens.models import Citizen, IdentityCheck, IdentityDocument, RecordVisit
from messaging.models import Message
from tests import world as worlds
from tests.conftest import SignIn
from tests.factories.accounts import verify_again
from tests.world import World

pytestmark = pytest.mark.django_db
PAGE = "/review/openings/paper/"
CMND = {"typed": "001188012345", "paper": "cmnd", "number": "012 345 678"}
PASSPORT = {
    "typed": "001188012345",
    "paper": "passport",
    "number": "B1234567",
    "country": "VN",
    "valid_until": "01/02/2031",
}
CONFIRMED = {"confirmed": "1"}


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    worlds.dose(world)
    client = as_staff(world.user("minh"))
    client.cookies["language"] = "en"
    return client


@pytest.mark.parametrize("sent", [CMND, PASSPORT])
def test_a_paper_is_proven_beside_the_number_in_use(world: World, minh: Client, sent):
    lan = world.citizens["lan"]

    compared = minh.post(PAGE, sent)
    minh.post(PAGE, sent | CONFIRMED)

    assert "Nguyễn Thị Lan" in text_of(compared)
    added = IdentityDocument.objects.get(citizen=lan, is_current=False)
    assert (added.is_proven, added.source, added.added_by) == (True, "staff", world.user("minh"))
    lan.refresh_from_db()
    assert lan.id_number == "001188012345"
    assert list(Citizen.objects.proven_by_number(sent["number"])) == [lan]
    check = IdentityCheck.objects.get(document=added)
    seen = (check.paper, check.by, check.by_organization, check.verdict)
    assert seen == (sent["paper"], world.user("minh"), world.buoi, "match")
    assert RecordVisit.objects.filter(citizen=lan, ground="counter").count() == 2


def test_nothing_is_stored_before_it_was_compared(world: World, minh: Client):
    minh.post(PAGE, CMND)

    assert not IdentityCheck.objects.exists()
    assert IdentityDocument.objects.filter(citizen=world.citizens["lan"]).count() == 1


def test_the_citizen_is_told_and_reads_where_it_was_seen(
    world: World, minh: Client, as_citizen: SignIn
):
    minh.post(PAGE, CMND | CONFIRMED)

    assert Message.objects.get(purpose="record.paper_seen").user == world.user("lan")
    lan = as_citizen(world.user("lan"))
    lan.cookies["language"] = "en"
    shown = text_of(lan.get("/record/documents/"))
    assert "seen by Trạm Y tế Phường Bưởi on" in shown


def test_a_number_that_the_citizen_told_before_is_proven_now(world: World, minh: Client):
    told = IdentityDocument.objects.create(
        citizen=world.citizens["lan"], kind="cmnd", country="VN", number="012345678"
    )

    minh.post(PAGE, CMND | CONFIRMED)

    told.refresh_from_db()
    assert (told.is_proven, told.source) == (True, "staff")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"paper": "passport"}, "of another form"),
        ({"number": "001188012345"}, "of another form"),
        ({"number": "12"}, "ID number"),
        ({"typed": "001999999999"}, "No record with a dose from here"),
        ({"typed": "001075067890"}, "No record with a dose from here"),
        ({"typed": ""}, "Type the whole ID number"),
        ({"paper": ""}, "Which paper did you see?"),
        ({"paper": "passport", "number": "B1234567"}, "Choose the country"),
    ],
)
def test_a_wrong_entry_is_said_beside_its_field_and_stores_nothing(
    world: World, minh: Client, changed, says
):
    answer = minh.post(PAGE, CMND | changed | CONFIRMED)

    assert answer.status_code == 422
    assert says in text_of(answer)
    assert not IdentityCheck.objects.exists()
    assert not Message.objects.exists()


def test_a_number_proven_for_somebody_else_is_refused(world: World, minh: Client):
    IdentityDocument.objects.create(
        citizen=world.citizens["binh"],
        kind="cmnd",
        country="VN",
        number="012345678",
        is_proven=True,
    )

    answer = minh.post(PAGE, CMND | CONFIRMED)

    assert "proven to be on another record" in text_of(answer)
    assert not IdentityCheck.objects.exists()
    assert IdentityDocument.objects.filter(citizen=world.citizens["lan"]).count() == 1


@pytest.mark.parametrize("number", ["001188012345", "012345678"])
def test_nobody_proves_a_paper_of_their_own_or_their_family(world: World, minh: Client, number):
    verify_again(world.user("minh"), id_number=number)

    answer = minh.post(PAGE, CMND | CONFIRMED)

    assert answer.status_code == 403
    assert not IdentityCheck.objects.exists()


@pytest.mark.parametrize("who", ["tuan", "mai", "duc"])
def test_only_a_site_that_gave_a_dose_finds_the_record(world: World, minh, as_staff: SignIn, who):
    answer = as_staff(world.user(who)).post(PAGE, CMND | CONFIRMED)

    assert answer.status_code in (403, 422)
    assert not IdentityCheck.objects.exists()
