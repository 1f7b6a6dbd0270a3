"""Somebody without a phone at the counter: filed for, with a receipt, and answered by letter."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client

from corrections import actions
from corrections.actions.filing import Claim
from corrections.models import CorrectionEvent, Filing
from counter import filing, letters
from counter.models import PrintedLetter
from messaging.models import Message
from portal import following
from tests import world as worlds
from tests.conftest import SignIn
from tests.counter.people import answered, filed_by_minh
from tests.pictures import keep_files_in, picture
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return as_staff(world.user("minh"))


def sent(**more: object) -> dict[str, object]:
    """What a nurse sends for a missing dose of somebody without a phone."""
    values = {"key": str(uuid4()), "position": "booster-1", "site": "unlisted"}
    return {**values, "by_letter": "on", "agreed": "on", "words": "Tiêm ở sân trường.", **more}


def page(world: World, key: str = "missing") -> str:
    return f"/counter/people/{world.citizens['lan'].public_id}/{key}/"


def test_a_nurse_finds_the_person_files_with_a_photo_and_gets_the_receipt(
    minh: Client, world: World, settings, tmp_path
):
    keep_files_in(tmp_path, settings)
    lan = world.citizens["lan"]

    found = minh.post("/counter/", {"who": lan.id_number})
    assert found.url == f"/counter/people/{lan.public_id}/"
    chosen = minh.get(found.url)
    assert page(world) in chosen.content.decode()
    answer = minh.post(
        page(world),
        {**sent(), "photos": SimpleUploadedFile("giấy.jpg", picture(), "image/jpeg")},
        follow=True,
    )

    filed = Filing.objects.get()
    case = filed.corrections.get()
    assert (filed.channel, filed.office, filed.contact_phone) == ("counter", world.buoi, "")
    assert filed.evidence.count() == 1
    event = case.events.first()
    assert (event.party, event.organization) == ("reviewer", world.buoi)
    text = answer.content.decode()
    assert case.reference in text
    assert "4 số cuối của số định danh" in text
    assert lan.full_name not in text.split('class="receipt"')[1]


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"by_letter": ""}, "contact_phone", None),
        ({"contact_phone": "0905 111 222"}, "by_letter", "Chỉ chọn một"),
        ({"contact_phone": "12", "by_letter": ""}, "contact_phone", "Số điện thoại"),
        ({"agreed": ""}, "agreed", "Đọc cho người này nghe"),
        ({"position": ""}, None, "mũi nào"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    minh: Client, world: World, typed: dict[str, str], field: str | None, said: str | None
):
    lan = world.citizens["lan"]
    lan.phone = ""
    lan.save()

    answer = minh.post(page(world), sent(**typed))

    assert answer.status_code == 422
    text = answer.content.decode()
    assert (said or "đánh dấu trả lời bằng thư") in text
    assert "Tiêm ở sân trường." in text
    if field:
        assert field in answer.context["said"].errors
    assert not Filing.objects.exists()


def test_the_phone_on_record_is_written_to_unless_a_letter_is_asked_for(minh: Client, world: World):
    minh.post(page(world), sent(by_letter=""))

    assert Filing.objects.get().contact_phone == world.citizens["lan"].phone


def test_the_same_press_twice_files_once(minh: Client, world: World):
    body = sent()

    first, second = minh.post(page(world), body), minh.post(page(world), body)

    assert first.url == second.url
    assert Filing.objects.count() == 1


def test_nobody_files_for_their_own_family_or_from_a_site_where_they_do_not_work(world: World):
    said = {"key": uuid4(), "words": "", "contact_phone": ""}
    claim = Claim({"position": "booster-1"})

    for who, office in (("tuan", world.buoi), ("mai", world.hotline), ("lan", world.buoi)):
        with pytest.raises(PermissionDenied):
            filing.file(
                world.citizens["lan"],
                claim,
                said,
                photos=[],
                office=office,
                by=world.user(who),
            )


def test_whoever_wrote_it_down_does_not_decide_it_and_gets_no_answer(world: World):
    case = answered(world)

    assert case.holder == world.buoi
    with pytest.raises(PermissionDenied):
        actions.pick_up(case, by=world.user("minh"))
    assert not Message.objects.filter(user=world.user("minh"), channel="sms").exists()


@pytest.mark.parametrize(
    ("phone", "number", "digits", "wrong"),
    [
        ("+84905111222", "001188012345", "1222", "2345"),
        ("", "001188012345", "2345", "5678"),
        ("", "", "2703", "2345"),
    ],
)
def test_a_receipt_is_followed_with_digits_that_do_not_stand_on_it(
    world: World, phone: str, number: str, digits: str, wrong: str
):
    lan = world.citizens["lan"]
    type(lan).objects.filter(pk=lan.pk).update(id_number=number or None)
    world.citizens["lan"].refresh_from_db()
    case = filed_by_minh(world, phone=phone).corrections.get()

    assert following.find(case.reference, digits) == case
    assert following.find(case.reference, wrong) is None
    # Minh filed it, but it is not Minh's.
    minh = world.user("minh")
    if minh.phone:
        assert following.find(case.reference, minh.phone[-4:]) is None


def test_an_answer_waits_until_its_letter_is_printed_and_the_next_answer_waits_anew(
    minh: Client, world: World
):
    case = answered(world)

    listed = minh.get("/counter/letters/").content.decode()
    text = minh.get(f"/counter/letters/{case.reference}/").content.decode()
    assert case.reference in listed
    assert "Ai đi cùng bà?" in text
    assert "Nguyễn Thị Lan" in text
    minh.post(f"/counter/letters/{case.reference}/")

    assert letters.waiting(world.user("minh")) == []
    assert [one.pk for one in letters.printed(world.user("minh"))] == [case.pk]
    assert PrintedLetter.objects.get().event.step == "ask"
    CorrectionEvent.objects.create(
        correction=case, step="expire", to_status="expired", party="system", at=worlds.db_time.now()
    )
    assert [one.pk for one in letters.waiting(world.user("minh"))] == [case.pk]


@pytest.mark.parametrize(
    "wrong",
    [
        {"office": None},
        {"told_at": None},
        {"channel": "hotline"},
        {"channel": "web"},
    ],
)
def test_the_database_refuses_a_filing_that_does_not_say_who_wrote_it_down(
    world: World, wrong: dict[str, object]
):
    filed = filed_by_minh(world)

    with pytest.raises(IntegrityError, match="filing_on_behalf"):
        Filing.objects.filter(pk=filed.pk).update(**wrong)
