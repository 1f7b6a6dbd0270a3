"""Opening one's record from afar: two photos, a decision of staff, then 24 hours to object."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from accounts.models import User
from citizens import link_messages, links, photo_proofs
from citizens.access import records_of
from citizens.models import PhotoProof, RecordLink, RecordVisit
from citizens.photo_proofs import Verdict
from messaging.models import Message
from tests import world as worlds
from tests.conftest import SignIn
from tests.factories.accounts import verify_again
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db

CARD = {
    "id_number": "001188012345",
    "full_name": "Nguyễn Thị Lan",
    "date_of_birth": "27/03/1988",
}
DAY = timedelta(hours=24)


def picture(colour: str = "#336699") -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(file, "JPEG")
    return SimpleUploadedFile("photo.jpg", file.getvalue(), "image/jpeg")


def both() -> dict[str, SimpleUploadedFile]:
    return {"paper": picture(), "person": picture("#996633")}


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def stranger(world: World) -> User:
    worlds.dose(world)
    return User.objects.create_user(phone="+84905555123", phone_verified=True)


@pytest.fixture
def client(stranger: User, as_citizen: SignIn) -> Client:
    client = as_citizen(stranger)
    client.cookies["language"] = "en"
    return client


@pytest.fixture
def link(stranger: User, client: Client) -> RecordLink:
    client.post("/record/open/", CARD)
    return RecordLink.objects.get(user=stranger)


@pytest.fixture
def proof(link: RecordLink, client: Client) -> PhotoProof:
    assert client.post("/record/asked/", both()).status_code == 302
    return PhotoProof.objects.get()


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    client = as_staff(world.user("minh"))
    client.cookies["language"] = "en"
    return client


def later(by: timedelta):
    return db_time.at(db_time.now() + by)


def test_photos_alone_open_nothing(world: World, stranger: User, proof: PhotoProof):
    with later(30 * DAY):
        assert not records_of(stranger).exists()


def test_the_answer_is_the_same_where_there_is_no_such_record(client: Client):
    client.post("/record/open/", {**CARD, "id_number": "001188099999"})

    answer = client.post("/record/asked/", both(), follow=True)

    assert "The photos have arrived. If there is such a record" in text_of(answer)
    assert not PhotoProof.objects.exists()


def test_staff_see_both_photos_and_it_is_on_the_record_that_they_did(
    world: World, proof: PhotoProof, minh: Client
):
    page = text_of(minh.get("/review/openings/"))
    shown = [f"/review/openings/photos/{proof.public_id}/{which}/" for which in ("paper", "person")]

    for address in shown:
        assert address in page
        answer = minh.get(address)
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["Cache-Control"] == "private, no-store"
        assert Image.open(io.BytesIO(answer.content)).size == (900, 600)
    seen = RecordVisit.objects.filter(citizen=world.citizens["lan"], user=world.user("minh"))
    assert seen.filter(why=RecordVisit.Why.REVIEW, organization=world.buoi).exists()


@pytest.mark.parametrize("who", ["tuan", "huong", "duc", "mai"])
def test_other_desks_see_no_photo(world: World, proof: PhotoProof, as_staff: SignIn, who):
    answer = as_staff(world.user(who)).get(f"/review/openings/photos/{proof.public_id}/paper/")

    assert answer.status_code == 404


def test_accepted_photos_open_the_record_after_24_hours_and_the_owner_is_told(
    world: World, stranger: User, link: RecordLink, proof: PhotoProof, minh: Client
):
    answer = minh.post(
        "/review/openings/", {"link": link.pk, "photos": "1", "verdict": "same"}, follow=True
    )

    assert "Accepted: the record opens in 24 hours" in text_of(answer)
    with later(DAY - timedelta(minutes=2)):
        assert not records_of(stranger).exists()
    with later(DAY + timedelta(minutes=2)):
        assert list(records_of(stranger)) == [world.citizens["lan"]]
    to_owner = Message.objects.get(purpose=link_messages.PHOTOS_SEEN)
    assert to_owner.recipient == "+84912345678"
    assert "/record/not-me/" in to_owner.text
    to_sender = Message.objects.get(purpose=link_messages.PHOTOS_ANSWERED)
    assert to_sender.recipient == stranger.phone
    proof.refresh_from_db()
    assert (proof.verdict, proof.decided_by) == ("same", world.user("minh"))
    assert proof.by_organization == world.buoi


def test_an_account_without_a_phone_is_named_by_what_it_has_and_keeps_its_proof(
    world: World, stranger: User, link: RecordLink, proof: PhotoProof
):
    User.objects.filter(pk=stranger.pk).update(phone=None, phone_verified=False, has_vneid=True)
    RecordLink.objects.filter(pk=link.pk).update(proven_by="vneid")

    photo_proofs.decide(proof, Verdict.SAME, by=world.user("minh"), by_organization=world.buoi)

    told = Message.objects.get(purpose=link_messages.PHOTOS_SEEN)
    assert "VNeID" in told.text
    assert "đuôi " not in told.text
    link.refresh_from_db()
    assert link.proven_by == "vneid"


def test_the_owner_stops_it_within_the_24_hours(
    world: World, stranger: User, link: RecordLink, proof: PhotoProof
):
    photo_proofs.decide(proof, Verdict.SAME, by=world.user("minh"), by_organization=world.buoi)
    page = f"/record/not-me/{link_messages.objection_token(link)}/"

    Client().post(page)

    with later(2 * DAY):
        assert not records_of(stranger).exists()


@pytest.mark.parametrize("verdict", ["other_person", "other_paper", "unclear"])
def test_refused_photos_open_nothing_and_new_ones_may_be_sent(
    world: World, stranger: User, link: RecordLink, proof: PhotoProof, client: Client, minh, verdict
):
    answer = minh.post(
        "/review/openings/", {"link": link.pk, "photos": "1", "verdict": verdict}, follow=True
    )

    assert "Refused: the person was told what to do." in text_of(answer)
    told = Message.objects.get(purpose=link_messages.PHOTOS_ANSWERED)
    assert "/record/asked/" in told.text
    assert not Message.objects.filter(purpose=link_messages.PHOTOS_SEEN).exists()
    with later(2 * DAY):
        assert not records_of(stranger).exists()
    client.post("/record/asked/", both())
    assert PhotoProof.objects.filter(decided_at=None).count() == 1


def test_a_decision_without_a_verdict_is_asked_for(
    link: RecordLink, proof: PhotoProof, minh: Client
):
    answer = minh.post("/review/openings/", {"link": link.pk, "photos": "1", "verdict": ""})

    assert answer.status_code == 422
    proof.refresh_from_db()
    assert proof.decided_at is None


def test_two_colleagues_decide_once(
    world: World, link: RecordLink, proof: PhotoProof, minh: Client
):
    photo_proofs.decide(proof, Verdict.UNCLEAR, by=world.user("minh"), by_organization=world.buoi)

    with pytest.raises(photo_proofs.AlreadyDecided):
        photo_proofs.decide(proof, Verdict.SAME, by=world.user("minh"), by_organization=world.buoi)
    again = minh.post(
        "/review/openings/", {"link": link.pk, "photos": "1", "verdict": "same"}, follow=True
    )
    assert "It was opened or stopped in the meantime." in text_of(again)


def test_nobody_decides_photos_about_themselves(world: World, proof: PhotoProof):
    minh = world.user("minh")
    verify_again(minh, id_number="001188012345")

    with pytest.raises(PermissionDenied):
        photo_proofs.decide(proof, Verdict.SAME, by=minh, by_organization=world.buoi)


def test_the_counter_is_still_open_after_photos(world: World, stranger: User, proof: PhotoProof):
    photo_proofs.decide(proof, Verdict.SAME, by=world.user("minh"), by_organization=world.buoi)

    links.confirm(proof.link, by=world.user("minh"))

    assert list(records_of(stranger)) == [world.citizens["lan"]]


def test_new_photos_replace_those_that_nobody_has_seen(proof: PhotoProof, client: Client):
    client.post("/record/asked/", {"paper": picture("#000000"), "person": picture("#ffffff")})

    after = PhotoProof.objects.get()
    assert after.pk == proof.pk
    assert after.paper_sha256 != proof.paper_sha256


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choose a photo of the card or passport."),
        ({"paper": "ok"}, "Choose a photo of your face with the paper in your hand."),
        ({"paper": "ok", "person": b"text"}, "not a photo that we can read"),
        ({"paper": b"", "person": "ok"}, "empty"),
    ],
)
def test_what_is_no_photo_is_told_beside_the_field(link: RecordLink, client: Client, sent, words):
    files = {
        name: picture() if data == "ok" else SimpleUploadedFile("x.jpg", data)
        for name, data in sent.items()
    }

    answer = client.post("/record/asked/", files)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not PhotoProof.objects.exists()


def test_photos_are_sent_six_times_a_day(link: RecordLink, client: Client, monkeypatch):
    monkeypatch.setattr(photo_proofs, "_clean", lambda name, sent: sent.read())
    for _ in range(6):
        assert client.post("/record/asked/", both()).status_code == 302

    answer = client.post("/record/asked/", both())

    assert "You have sent photos often today." in text_of(answer)


def test_the_table_shows_no_photo(proof: PhotoProof):
    with connection.cursor() as cursor:
        cursor.execute("SELECT paper_photo FROM citizens_photoproof")
        stored = bytes(cursor.fetchone()[0])

    assert not stored.startswith(b"\xff\xd8")
    assert b"JFIF" not in stored
    assert bytes(proof.paper_photo or b"").startswith(b"\xff\xd8")


@pytest.mark.parametrize(("days", "is_there"), [(29, True), (31, False)])
def test_photos_go_30_days_after_the_decision_and_the_decision_stays(
    world: World, proof: PhotoProof, minh: Client, days, is_there
):
    photo_proofs.decide(proof, Verdict.UNCLEAR, by=world.user("minh"), by_organization=world.buoi)

    with later(timedelta(days=days)):
        assert photo_proofs.purge() == (0 if is_there else 1)
        assert photo_proofs.purge() == 0

    proof.refresh_from_db()
    assert (proof.paper_photo is not None) is is_there
    assert (proof.verdict, len(proof.paper_sha256)) == ("unclear", 64)


def test_photos_of_a_request_that_was_stopped_go_too(link: RecordLink, proof: PhotoProof):
    links.end(link, by=None)

    with later(timedelta(days=31)):
        assert photo_proofs.purge() == 1
