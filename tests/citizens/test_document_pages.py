"""Pages of identity documents: the list, adding and taking back, and the QR code of the chip card."""

import io
import re

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User
from citizens import documents
from citizens.models import Citizen, RecordLink
from tests.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.django_db

PAGE = "/record/documents/"
CARD = "001188012345|012345678|Nguyễn Thị Lan|27031988|Nữ|Phường Bưởi, Hà Nội|15042021"


@pytest.fixture
def lan(world: World, as_citizen: SignIn) -> Client:
    client = as_citizen(world.user("lan"))
    client.cookies["language"] = "en"
    return client


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def photo(text: str) -> SimpleUploadedFile:
    """A photo of a code as telephones take it: turned a little, with a margin."""
    code = io.BytesIO()
    segno.make(text, error="m").save(code, kind="png", scale=5, border=4)
    drawn = Image.open(code).convert("RGB").rotate(8, expand=True, fillcolor="white")
    sheet = Image.new("RGB", (1400, 1100), "#d8d2c8")
    sheet.paste(drawn, (300, 150))
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=80)
    return SimpleUploadedFile("card.jpg", file.getvalue(), "image/jpeg")


def numbers(world: World, whose: str = "lan") -> list[str]:
    return [one.number for one in documents.documents_of(world.citizens[whose])]


def test_the_record_leads_to_its_documents_which_are_masked(world: World, lan: Client):
    assert f"{PAGE}?person={world.citizens['lan'].public_id}" in text_of(lan.get("/record/"))

    page = text_of(lan.get(PAGE))

    assert "Personal number (12 digits)" in page
    assert "******012345" in page
    assert "001188012345" not in page
    assert "In use now" in page


def test_a_passport_is_added_with_its_country_and_taken_back(world: World, lan: Client):
    said = {"number": "c1234567", "country": "DE", "valid_until": "31/12/2031"}

    added = text_of(lan.post(PAGE, said, follow=True))

    assert "The document is on the record." in added
    assert "Germany" in added
    assert "Not proven yet" in added
    assert "31/12/2031" in added
    [passport] = [
        one for one in documents.documents_of(world.citizens["lan"]) if not one.is_current
    ]
    assert (passport.number, passport.is_proven) == ("C1234567", False)
    assert passport.added_by == world.user("lan")

    taken = text_of(lan.post(f"{PAGE}withdraw/", {"document": passport.pk}, follow=True))

    assert "Taken back" in taken
    assert not Citizen.objects.numbered("C1234567").exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"number": ""}, "Enter the number of the identity card or passport."),
        ({"number": "12345"}, "You typed 5 digits."),
        ({"number": "C1234567"}, "Choose the country that issued the passport."),
        ({"number": "C1234567", "country": "XX"}, "Choose one of the answers in the list."),
        ({"number": "012345678", "valid_until": "40/1/2020"}, "date"),
        (
            {"number": "012345678", "valid_from": "2/1/2020", "valid_until": "1/1/2020"},
            "The last day lies before the day of issue.",
        ),
    ],
)
def test_what_cannot_be_is_told_beside_the_field_and_kept(world: World, lan: Client, said, words):
    answer = lan.post(PAGE, said)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert said["number"] in text_of(answer)
    assert numbers(world) == ["001188012345"]


@pytest.mark.parametrize("which", ["own", "other", "none", "words"])
def test_the_number_in_use_and_other_peoples_documents_are_not_taken_back(
    world: World, lan: Client, which
):
    others = {name: documents.documents_of(world.citizens[name])[0].pk for name in ("lan", "binh")}
    asked = {"own": others["lan"], "other": others["binh"], "none": "9999999", "words": "x"}[which]

    answer = lan.post(f"{PAGE}withdraw/", {"document": asked})

    assert answer.status_code == (403 if which == "own" else 404)
    assert [numbers(world, name) for name in others] == [["001188012345"], ["001075067890"]]


def test_nobody_sees_the_documents_of_strangers(world: World, lan: Client):
    assert lan.get(f"{PAGE}?person={world.citizens['binh'].public_id}").status_code == 404
    assert lan.get(f"{PAGE}?person={world.citizens['child'].public_id}").status_code == 200
    assert lan.get(f"{PAGE}?person=x").status_code == 404


@pytest.mark.parametrize("way", ["text", "photo"])
def test_a_chip_card_puts_both_numbers_on_the_record(world: World, lan: Client, way):
    card = {"card_text": CARD} if way == "text" else {"card_photo": photo(CARD)}

    page = text_of(lan.post(PAGE, {"read_card": "1", **card}, follow=True))

    assert "The card was read. Its numbers are on the record." in page
    assert numbers(world) == ["001188012345", "012345678"]
    assert Citizen.objects.numbered("012345678").get() == world.citizens["lan"]
    assert not Citizen.objects.proven_by_number("012345678").exists()


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ({}, "Type, paste or photograph the QR code of the card."),
        ({"card_text": "https://example.vn/"}, "This code leads to a web page."),
        ({"card_text": "001188012345|012345678"}, "The code is not whole"),
        ({"card_photo": SimpleUploadedFile("x.jpg", b"no photo")}, "not a photo that we can read"),
        ({"card_photo": SimpleUploadedFile("x.jpg", b"")}, "empty"),
    ],
)
def test_what_is_no_card_is_named_beside_the_field(world: World, lan: Client, card, words):
    for file in card.values():
        if not isinstance(file, str):
            file.seek(0)

    answer = lan.post(PAGE, {"read_card": "1", **card})

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert numbers(world) == ["001188012345"]


def test_a_photo_of_another_code_and_one_without_a_code_are_told_apart(world: World, lan: Client):
    other = lan.post(PAGE, {"read_card": "1", "card_photo": photo("https://example.vn/")})
    blank = io.BytesIO()
    Image.effect_noise((1000, 800), 40).convert("RGB").save(blank, "JPEG")
    empty = SimpleUploadedFile("x.jpg", blank.getvalue())
    none = lan.post(PAGE, {"read_card": "1", "card_photo": empty})

    assert "This code leads to a web page." in text_of(other)
    assert "No QR code can be read on this photo." in text_of(none)


def test_a_card_fills_the_form_of_a_new_record_and_links_the_old_number(
    world: World, as_citizen: SignIn
):
    stranger = User.objects.create_user(phone="+84905555123", phone_verified=True)
    client = as_citizen(stranger)
    client.cookies["language"] = "en"
    card = CARD.replace("001188012345", "001190099999").replace("|15042021", "")

    page = text_of(client.post("/record/start/", {"read_card": "1", "card_text": card}))

    assert "The code ends early. Missing: day of issue." in page
    filled = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', page))
    assert (filled["id_number"], filled["old_id_number"]) == ("001190099999", "012345678")
    assert (filled["full_name"], filled["date_of_birth"]) == ("Nguyễn Thị Lan", "27/03/1988")
    assert re.search(r'value="female"[^>]*checked', page)

    sent = {name: filled[name] for name in ("id_number", "old_id_number", "full_name")}
    told = {**sent, "date_of_birth": "27/03/1988", "sex": "female", "province": "01"}
    told["nationality"] = "LA"
    answer = client.post("/record/start/", told)

    assert answer.status_code == 302
    started = Citizen.objects.numbered("012345678").get()
    assert started == Citizen.objects.numbered("001190099999").get()
    assert (started.nationality, started.revisions.get().nationality) == ("LA", "LA")
    assert "Laos" in text_of(client.get("/record/"))
    assert not Citizen.objects.proven_by_number("012345678").exists()


def test_the_old_number_of_a_card_opens_a_record_that_has_it_alone(
    world: World, as_citizen: SignIn
):
    user = User.objects.create_user(phone="+84905555123", phone_verified=True)
    known = Citizen.objects.create(
        full_name="Lê Thị Hoa",
        date_of_birth="1970-05-06",
        sex="female",
        id_number="023456789",
        phone="+84905555123",
    )
    said = {
        "id_number": "001170077777",
        "old_id_number": "023456789",
        "full_name": "Lê Thị Hoa",
        "date_of_birth": "06/05/1970",
    }

    answer = as_citizen(user).post("/record/open/", said)

    assert answer.status_code == 302
    assert RecordLink.objects.live().get(user=user).citizen == known
    assert Citizen.objects.numbered("001170077777").get() == known
