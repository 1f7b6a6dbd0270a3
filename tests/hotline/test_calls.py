"""What an agent does for a caller: a record, a filing, steps, and the link for the photo."""

import unicodedata
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import SessionKind
from citizens.models import Citizen, RecordLink
from corrections import actions
from corrections.actions import filing
from corrections.actions.filing import Claim, OnBehalf
from corrections.lifecycle import Party, Status
from corrections.models import Correction, Evidence, UploadLink
from hotline import upload_links
from messaging.models import Message
from tests.cases import file_one
from tests.conftest import signed_in
from tests.hotline.callers import SECRETS, in_call
from tests.pictures import keep_files_in, pdf
from tests.world import World
from vaxreg import db_time
from vaxreg.logs import cut_personal_data

PHONE = "+84903000111"


@pytest.fixture
def mai(world: World) -> Client:
    return signed_in(world.user("mai"), SessionKind.STAFF)


@pytest.fixture(autouse=True)
def files(settings, tmp_path) -> None:
    keep_files_in(tmp_path, settings)


def on_behalf(world: World, by: str = "mai", key: str = "key-1") -> Correction:
    """Mai files Lan's missing dose, told five minutes ago."""
    filed = filing.file(
        by=world.user(by),
        citizen=world.citizens["lan"],
        key=key,
        claims=[Claim({"position": "primary-2"}, named_site=world.buoi)],
        on_behalf=OnBehalf(db_time.now() - timedelta(minutes=5), PHONE),
    )
    return actions.route(filed.corrections.get())


def photo(colour: str = "wheat") -> SimpleUploadedFile:
    file = BytesIO()
    picture = Image.effect_noise((900, 700), 60).convert("RGB")
    picture.paste(Image.new("RGB", (300, 300), colour), (50, 50))
    picture.save(file, "JPEG")
    return SimpleUploadedFile("giay.jpg", file.getvalue(), "image/jpeg")


def sent_link(world: World, case: Correction) -> str:
    """Send the link; return the path that stands in the SMS."""
    message = upload_links.send_link(case, by=world.user("mai"))
    return "/" + message.text.split("/", 3)[3].strip()


def test_a_filing_for_a_caller_says_when_they_told_it_and_where_to_answer(world: World):
    case = on_behalf(world)

    filed = case.filing
    assert filed.channel == "hotline"
    assert filed.told_at
    assert filed.received_at - filed.told_at >= timedelta(minutes=5)
    assert filed.contact_phone == PHONE
    assert case.due_at == filed.received_at + timedelta(hours=48)
    event = case.events.get(step="file")
    assert (event.party, event.organization) == (Party.HOTLINE, world.hotline)


@pytest.mark.parametrize("who", ["minh", "huong", "lan", "binh"])
def test_only_agents_file_for_callers(world: World, who: str):
    with pytest.raises(PermissionDenied):
        on_behalf(world, by=who)


def test_an_agent_does_not_file_for_the_own_family(world: World):
    RecordLink.objects.create(
        user=world.user("mai"), citizen=world.citizens["lan"], relation="self", proven_by="staff"
    )

    with pytest.raises(PermissionDenied):
        on_behalf(world)


def test_who_filed_never_decides(world: World):
    case = on_behalf(world)
    Correction.objects.filter(pk=case.pk).update(holder=world.hotline)
    case.refresh_from_db()

    with pytest.raises(PermissionDenied):
        actions.pick_up(case, by=world.user("mai"))


def test_the_page_files_a_missing_dose_and_tells_the_callers_phone(world: World, mai: Client):
    address = in_call(mai, world)
    page = mai.get(f"{address}file/missing/").content.decode()
    key = page.split('name="key" value="')[1].split('"')[0]
    said = {
        "position": "primary-2",
        "site": str(world.buoi.public_id),
        "told_at": db_time.now().astimezone().strftime("%H:%M"),
        "contact_phone": "0903 000 111",
        "words": "Tiêm ở trường học",
        "agreed": "on",
        "key": key,
    }

    first = mai.post(f"{address}file/missing/", said)
    mai.post(f"{address}file/missing/", said)

    case = Correction.objects.get()
    assert first.headers["Location"] == address
    assert case.filing.contact_phone == PHONE
    assert case.named_site == world.buoi
    html = mai.get(address).content.decode()
    assert case.reference in html
    assert "0903000111" not in html


def test_a_wrong_time_and_a_missing_phone_are_said_and_nothing_is_lost(world: World, mai: Client):
    address = in_call(mai, world)

    answer = mai.post(
        f"{address}file/missing/",
        {"position": "primary-2", "site": "unlisted", "told_at": "25:99", "words": "ở trường"},
    )

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "ở trường" in html
    assert not Correction.objects.exists()


def test_a_caller_without_a_record_gets_one_and_the_agent_no_link_to_it(world: World, mai: Client):
    links = RecordLink.objects.count()

    answer = mai.post(
        "/hotline/new-record/",
        {
            "full_name": "Hoàng Thị Bưởi",
            "date_of_birth": "01/02/1950",
            "sex": "female",
            "phone": "0903 000 111",
            "province": "01",
        },
    )

    citizen = Citizen.objects.get(full_name="Hoàng Thị Bưởi")
    assert citizen.provenance == "self_declared"
    assert citizen.revisions.get().by == world.user("mai")
    assert RecordLink.objects.count() == links
    assert mai.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("said", "again"),
    [({"id_number": "001188012345"}, False), ({}, True)],
)
def test_a_record_that_exists_is_not_started_twice_unawares(
    world: World, mai: Client, said: dict[str, str], again: bool
):
    known = {
        "full_name": "Nguyen Thi Lan",
        "date_of_birth": "27/03/1988",
        "sex": "female",
        "phone": "0903 000 111",
        "province": "01",
        **said,
    }

    refused = mai.post("/hotline/new-record/", known)

    assert refused.status_code == 422
    told = mai.post("/hotline/new-record/", {**known, "is_somebody_else": "on"})
    assert (told.status_code == 302) is again


@pytest.mark.parametrize("step", ["withdraw", "note", "escalate"])
def test_steps_are_taken_in_the_capacity_of_the_hotline(
    world: World, mai: Client, correction: Correction, step: str
):
    address = in_call(mai, world)

    answer = mai.post(f"{address}{correction.reference}/{step}/", {"words": "Người dân nói vậy"})

    event = correction.events.latest("id")
    assert answer.headers["Location"] == address
    assert (event.step, event.party, event.by) == (step, Party.HOTLINE, world.user("mai"))


def test_a_waiting_question_is_answered_for_the_caller(
    world: World, mai: Client, correction: Correction
):
    actions.ask(correction, by=world.user("minh"), question="Tiêm ở đâu?")
    address = in_call(mai, world)
    where = f"{address}{correction.reference}/answer/"

    assert "Tiêm ở đâu?" in mai.get(where).content.decode()
    mai.post(where, {"words": "Ở trường học"})

    correction.refresh_from_db()
    assert correction.status == Status.QUEUED


def test_a_refusal_is_appealed_and_an_acceptance_confirmed_by_phone(
    world: World, mai: Client, correction: Correction
):
    actions.refuse(correction, by=world.user("minh"), ground="photo_blurred", remark="Ảnh mờ")
    address = in_call(mai, world)

    mai.post(f"{address}{correction.reference}/appeal/", {"words": "Ảnh rất rõ"})

    correction.refresh_from_db()
    assert correction.holder == world.tay_ho
    actions.accept(correction, by=world.user("huong"))
    mai.post(f"{address}{correction.reference}/confirm/", {})
    correction.refresh_from_db()
    assert correction.confirmed_at is not None


def test_what_is_not_possible_now_is_said(world: World, mai: Client, correction: Correction):
    address = in_call(mai, world)

    assert mai.get(f"{address}{correction.reference}/appeal/").status_code == 409
    assert mai.get(f"{address}{correction.reference}/accept/").status_code == 404


def test_the_link_goes_to_the_callers_phone_and_only_its_hash_is_kept(world: World):
    case = on_behalf(world)

    path = sent_link(world, case)

    message = Message.objects.get(purpose="correction.upload_link")
    token = path.strip("/").split("/")[1]
    assert message.recipient == PHONE
    assert "Lan" not in message.text
    assert case.reference in message.text
    assert len(token) >= 22
    assert token not in str(list(UploadLink.objects.values()))


def test_the_caller_sends_photos_and_the_agent_stands_as_uploader(world: World):
    case = on_behalf(world)
    path = sent_link(world, case)
    caller = Client()

    page = caller.get(path)
    sent = caller.post(path, {"photos": [photo(), photo("tomato")]})

    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.content.decode()
    for secret in (*SECRETS, "Lan", "0903000111"):
        assert secret not in page.content.decode()
    assert sent.status_code == 302
    assert {one.uploaded_by for one in Evidence.objects.filter(filing=case.filing)} == {
        world.user("mai")
    }
    event = case.events.latest("id")
    assert (event.step, event.party, event.by) == ("add_photo", Party.CITIZEN, None)
    assert event.data["photos"] == 2


def test_photos_answer_a_question_that_waits(world: World):
    case = on_behalf(world)
    actions.ask(case, by=world.user("minh"), question="Xin chụp lại giấy")
    path = sent_link(world, case)

    page = Client().get(path).content.decode()
    Client().post(path, {"photos": [photo()]})

    case.refresh_from_db()
    assert "Xin chụp lại giấy" in page
    assert case.status == Status.QUEUED
    assert case.events.latest("id").step == "answer"


SPELT = ("0912 - 360 - 009", "(091) 236 0009", "0011 8801 2345", "Lan Nguyễn Thị", "NGUYEN THI LAN")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_who_has_the_link_reads_neither_numbers_nor_the_name_in_the_question(world: World, form):
    case = on_behalf(world)
    words = unicodedata.normalize(
        form, f"Chị Nguyễn Thị Lan ({SPELT[0]}) chụp lại giấy mũi 15/09/2021"
    )
    actions.ask(case, by=world.user("minh"), question=words)
    path = sent_link(world, case)

    page = unicodedata.normalize("NFC", Client().get(path).content.decode())

    assert "Chị N. T. Lan (…) chụp lại giấy mũi 15/09/2021" in page


@pytest.mark.parametrize("secret", SPELT)
def test_an_agent_reads_no_secret_in_the_question(world: World, mai: Client, correction, secret):
    actions.ask(correction, by=world.user("minh"), question=f"Có phải {secret} không?")

    page = mai.get(f"{in_call(mai, world)}{correction.reference}/answer/").content.decode()

    assert "Có phải" in page
    assert secret not in page


def test_after_four_photos_the_link_is_used_up(world: World):
    case = on_behalf(world)
    path = sent_link(world, case)
    caller = Client()

    caller.post(path, {"photos": [photo(), photo("tomato"), photo("green")]})
    last = caller.post(path, {"photos": [photo("blue"), photo("pink")]})
    after = caller.get(path)

    assert Evidence.objects.filter(filing=case.filing).count() == 4
    assert last.status_code in (200, 422)
    assert after.status_code == 404


def test_pages_of_a_pdf_count_as_photos_of_a_link_and_those_without_room_are_told(world: World):
    case = on_behalf(world)
    path = sent_link(world, case)
    caller = Client()
    first, second = (
        SimpleUploadedFile("giay.pdf", pdf(*colours), "application/pdf")
        for colours in (("red", "blue", "green"), ("black", "brown"))
    )

    caller.post(path, {"photos": [first]})
    answer = caller.post(path, {"photos": [second]})

    assert Evidence.objects.filter(filing=case.filing).count() == 4
    assert answer.status_code == 422
    assert "4 ảnh" in answer.content.decode()


@pytest.mark.parametrize("how", ["expired", "unknown", "closed"])
def test_a_link_that_is_not_open_looks_the_same_and_names_the_hotline(world: World, how: str):
    case = on_behalf(world)
    path = sent_link(world, case)
    if how == "unknown":
        path = "/upload/nothing-like-it-at-all/"
    if how == "closed":
        actions.withdraw(case, by=world.user("mai"))
    moment = db_time.now() + timedelta(hours=49 if how == "expired" else 0)

    with db_time.at(moment):
        page = Client().get(path)

    html = page.content.decode()
    assert page.status_code == 404
    assert "1900 9095" in html
    assert case.reference not in html


def test_what_is_no_photo_is_said_and_the_link_stays_open(world: World):
    case = on_behalf(world)
    path = sent_link(world, case)

    answer = Client().post(path, {"photos": [SimpleUploadedFile("a.jpg", b"no photo at all")]})

    assert answer.status_code == 422
    assert Client().get(path).status_code == 200
    assert not Evidence.objects.exists()


def test_addresses_that_guess_tokens_are_told_to_stop_and_neighbours_still_get_in(world: World):
    case = on_behalf(world)
    path = sent_link(world, case)
    guessing = Client()
    for number in range(30):
        guessing.get(f"/upload/guess-{number}/")

    assert guessing.get("/upload/one-more/").status_code == 429
    assert guessing.get(path).status_code == 200


def test_links_for_one_case_have_a_limit(world: World):
    case = on_behalf(world)
    for _time in range(5):
        sent_link(world, case)

    with pytest.raises(upload_links.TooManyLinks):
        sent_link(world, case)


@pytest.mark.parametrize("who", ["minh", "lan", "huong"])
def test_only_agents_send_links(world: World, who: str):
    with pytest.raises(PermissionDenied):
        upload_links.send_link(on_behalf(world), by=world.user(who))


def test_a_citizens_own_case_can_get_a_link_too(world: World, mai: Client):
    case = file_one(world)
    address = in_call(mai, world)

    mai.post(f"{address}{case.reference}/link/")

    assert Message.objects.get(purpose="correction.upload_link").recipient == "+84912345678"


def test_no_log_line_holds_the_token_of_a_link(world: World):
    path = sent_link(world, on_behalf(world))

    line = cut_personal_data(None, "info", {"request": f"GET {path}"})

    assert line["request"] == "GET /upload/[token]/"
