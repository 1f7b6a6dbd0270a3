"""The desk of a session: who it is, what is doubtful, and the dose that is written."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from citizens.models import Citizen, RecordVisit
from doses import sessions
from doses.models import Dose, VaccinationSession
from doses.plausibility.checks import DoseLine
from recording import people
from recording.people import read_typed
from recording.positions import next_position
from tests import world as worlds
from tests.conftest import SignIn
from tests.factories.accounts import verify_again
from tests.factories.doses import vaccine
from tests.world import World
from vaxreg.typed.chip_cards import NotAChipCard

pytestmark = pytest.mark.django_db
DAY = date(2021, 11, 25)
CARD = "001188012345|012345678|Nguyễn Thị Lan|27031988|Nữ|Phường Bưởi, Hà Nội|10052021"


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return as_staff(world.user("minh"))


@pytest.fixture
def session(world: World) -> VaccinationSession:
    """A session of Phường Bưởi with one lot of Pfizer."""
    minh = world.user("minh")
    lot = sessions.receive_lot(
        world.buoi, world.pfizer, "FG3526", received_on=date(2021, 9, 1), by=minh
    )
    return sessions.plan(world.buoi, DAY, venue="Trường Đông Thái", lots=[lot], by=minh)


def desk(session: VaccinationSession) -> str:
    return f"/recording/sessions/{session.public_id}/"


def page_of(session: VaccinationSession, citizen: Citizen) -> str:
    return f"{desk(session)}people/{citizen.public_id}/"


def sent(session: VaccinationSession, **more: str) -> dict[str, str]:
    lot = session.lots.get()
    return {"supply": str(lot.pk), "position": "primary-1", "given_by": "Trần Hoa", **more}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("001188012345", {"numbers": ["001188012345"]}),
        (" 001 188 012 345 ", {"numbers": ["001188012345"]}),
        ("012345678", {"numbers": ["012345678"]}),
        ("0912 345 678", {"phone": "+84912345678"}),
        ("+84912345678", {"phone": "+84912345678"}),
        ("b1234567", {"numbers": ["B1234567"]}),
        ("Nguyễn Thị Lan 27/3/1988", {"full_name": "Nguyễn Thị Lan", "born": "1988-03-27"}),
        ("nguyen thi lan, 27.03.1988", {"full_name": "nguyen thi lan", "born": "1988-03-27"}),
        ("Nguyễn Thị Lan 1988", {"full_name": "Nguyễn Thị Lan", "born": "1988"}),
        ("Nguyễn Thị Lan", {"full_name": "Nguyễn Thị Lan"}),
        (CARD, {"numbers": ["001188012345", "012345678"], "born": "1988-03-27", "sex": "female"}),
    ],
)
def test_one_field_reads_whatever_is_at_hand(text: str, expected: dict[str, object]):
    typed = read_typed(text)

    read = {name: getattr(typed, name) for name in expected}
    if "born" in expected:
        read["born"] = typed.born.isoformat() if typed.born else ""
    assert read == expected


PERSONAL_QR = "001188012345|NGUYEN THI LAN|1988-03-27|0||<2<<0912345678<"


def test_a_personal_qr_code_finds_its_person_and_gives_no_name_to_record():
    typed = read_typed(PERSONAL_QR)

    assert typed.is_a_card
    assert (typed.full_name, typed.phone) == ("Nguyen Thi Lan", "+84912345678")
    assert people.as_form_values(typed) == {
        "date_of_birth": "27/03/1988",
        "sex": "female",
        "id_number": "001188012345",
        "phone": "+84912345678",
    }


@pytest.mark.parametrize(
    "text", [PERSONAL_QR.replace("001188", "******"), PERSONAL_QR.replace("-03-27", "-**-**")]
)
def test_a_personal_qr_code_that_hides_parts_is_refused_in_words(text: str):
    with override("en"), pytest.raises(NotAChipCard, match="This is the personal QR code"):
        read_typed(text)


def test_another_code_than_that_of_a_chip_card_is_named():
    with pytest.raises(NotAChipCard):
        read_typed("a|b|c")


def test_a_number_on_record_opens_its_person_at_once(
    world: World, minh: Client, session: VaccinationSession
):
    answer = minh.post(desk(session), {"who": "001188012345"})

    assert answer.url == page_of(session, world.citizens["lan"])


def test_a_name_without_a_birth_date_is_asked_for_it(minh: Client, session: VaccinationSession):
    answer = minh.post(desk(session), {"who": "Nguyễn Thị Lan"})

    assert answer.status_code == 422
    assert "ngày sinh" in str(answer.context["form"].errors["who"])


def test_a_name_with_a_birth_date_offers_who_it_may_be_and_never_decides(
    world: World, minh: Client, session: VaccinationSession
):
    answer = minh.post(desk(session), {"who": "Nguyen Thi Lan 27/3/1988"})

    found = answer.context["found"]
    assert [one.citizen for one in found] == [world.citizens["lan"]]
    assert not found[0].is_sure
    assert RecordVisit.objects.filter(citizen=found[0].citizen, user=world.user("minh")).exists()


def test_a_card_whose_birth_date_is_not_the_recorded_one_is_left_to_the_nurse(
    world: World, minh: Client, session: VaccinationSession
):
    answer = minh.post(desk(session), {"who": CARD.replace("27031988", "27031989")})

    assert answer.status_code == 200
    assert world.citizens["lan"] in [one.citizen for one in answer.context["found"]]


def test_the_form_begins_with_the_lot_of_the_session_and_the_next_dose(
    world: World, minh: Client, session: VaccinationSession
):
    worlds.dose(world, vaccine=world.pfizer, given_on=date(2021, 10, 1))

    form = minh.get(page_of(session, world.citizens["lan"])).context["form"]

    assert form["supply"].value() == str(session.lots.get().pk)
    assert form["position"].value() == "primary-2"


def test_a_dose_is_written_with_all_that_the_site_knows(
    world: World, minh: Client, session: VaccinationSession
):
    answer = minh.post(page_of(session, world.citizens["lan"]), sent(session, given_time="09:30"))

    dose = Dose.objects.get()
    assert answer.url == desk(session)
    assert (dose.vaccine, dose.lot, dose.given_on) == (world.pfizer, "FG3526", DAY)
    assert (dose.session, dose.venue) == (session, "Trường Đông Thái")
    assert (dose.given_by, f"{dose.given_time:%H:%M}") == ("Trần Hoa", "09:30")
    assert dose.provenance == "back_entry"
    revision = dose.revisions.get()
    assert (revision.by, revision.by_organization) == (world.user("minh"), world.buoi)
    session.refresh_from_db()
    assert session.status == "open"


def test_a_dose_of_today_is_entered_by_the_site_and_not_later(world: World, minh: Client):
    today = sessions.plan(world.buoi, timezone.localdate(), by=world.user("minh"))

    minh.post(
        page_of(today, world.citizens["lan"]),
        {"vaccine": "PF", "lot": "fg1", "position": "booster-1", "seen": "x"},
    )
    answer = minh.post(
        page_of(today, world.citizens["lan"]),
        {"vaccine": "PF", "lot": "fg1", "position": "primary-1"},
    )

    assert answer.status_code == 302
    assert Dose.objects.get().provenance == "site_entry"


def test_the_next_person_gets_the_same_vaccine_lot_and_vaccinator(
    world: World, minh: Client, session: VaccinationSession
):
    minh.post(page_of(session, world.citizens["lan"]), sent(session))

    form = minh.get(page_of(session, world.citizens["binh"])).context["form"]

    assert form["given_by"].value() == "Trần Hoa"
    assert form["supply"].value() == str(session.lots.get().pk)


def test_a_doubt_is_said_first_and_recorded_all_the_same_when_it_is_left_standing(
    world: World, minh: Client, session: VaccinationSession
):
    worlds.dose(world, vaccine=world.pfizer, given_on=date(2021, 11, 15))
    second = sent(session, position="primary-2")

    first = minh.post(page_of(session, world.citizens["lan"]), second)
    assert "21" in str([one.sentence for one in first.context["found"]])
    assert Dose.objects.count() == 1
    minh.post(page_of(session, world.citizens["lan"]), second | {"seen": first.context["sign"]})

    left = Dose.objects.get(ordinal=2).warnings_left.get()
    assert (left.code, left.values["shortest"], left.by) == ("too_near", 21, world.user("minh"))


def test_other_doubts_than_those_that_were_shown_are_shown_again(
    world: World, minh: Client, session: VaccinationSession
):
    worlds.dose(world, vaccine=world.pfizer, given_on=date(2021, 11, 15))
    where = page_of(session, world.citizens["lan"])
    first = minh.post(where, sent(session, position="primary-2"))

    again = minh.post(where, sent(session, position="primary-1", seen=first.context["sign"]))

    assert again.status_code == 200
    assert Dose.objects.count() == 1


def test_the_page_says_what_is_doubtful_before_anything_is_pressed(
    world: World, minh: Client, session: VaccinationSession
):
    worlds.dose(world, given_on=date(2021, 6, 1))

    found = minh.get(page_of(session, world.citizens["lan"])).context["found"]

    # A dose of AstraZeneca before it, from July 2021 on no doubt; and Pfizer's own is the second.
    assert not found


def test_the_same_dose_twice_is_refused_in_words_and_what_was_typed_stays(
    world: World, minh: Client, session: VaccinationSession
):
    where = page_of(session, world.citizens["lan"])
    minh.post(where, sent(session))
    shown = minh.post(where, sent(session))

    answer = minh.post(where, sent(session, seen=shown.context["sign"]))

    assert answer.status_code == 422
    assert "đã có trong hồ sơ" in answer.content.decode()
    assert Dose.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"supply": "nonsense"}, "supply"),
        ({"supply": "other", "vaccine": ""}, "vaccine"),
        ({"position": "primary-9"}, "position"),
        ({"given_time": "half past"}, "given_time"),
        ({"given_by": "x" * 200}, "given_by"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    world: World, minh: Client, session: VaccinationSession, wrong: dict[str, str], field: str
):
    answer = minh.post(page_of(session, world.citizens["lan"]), sent(session, **wrong))

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Dose.objects.exists()


def test_a_person_without_a_record_gets_one_and_then_the_dose(
    world: World, minh: Client, session: VaccinationSession
):
    shown = minh.post(desk(session), {"who": "Hoàng Văn Mới 2/9/1990"})
    assert shown.context["found"] == []
    answer = minh.post(
        f"{desk(session)}people/new/",
        {
            "full_name": "Hoàng Văn Mới",
            "date_of_birth": "2/9/1990",
            "sex": "male",
            "nationality": "VN",
            "id_number": "001090012345",
        },
    )

    made = Citizen.objects.get(full_name="Hoàng Văn Mới")
    assert answer.url == page_of(session, made)
    assert (made.provenance, made.id_number_proven) == ("site_entry", False)
    assert made.area == world.areas["buoi"]


def test_a_namesake_is_asked_about_before_a_second_record_is_made(
    world: World, minh: Client, session: VaccinationSession
):
    facts = {
        "full_name": "Nguyễn Thị Lan",
        "date_of_birth": "27/3/1988",
        "sex": "female",
        "nationality": "VN",
    }
    before = Citizen.objects.count()

    answer = minh.post(f"{desk(session)}people/new/", facts)
    assert answer.status_code == 422
    assert Citizen.objects.count() == before
    minh.post(f"{desk(session)}people/new/", facts | {"is_somebody_else": "on"})

    assert Citizen.objects.count() == before + 1


def test_what_was_typed_fills_the_form_of_the_new_record(minh: Client, session: VaccinationSession):
    found = minh.post(
        desk(session), {"who": CARD.replace("Lan", "Mới").replace("001188", "001288")}
    )

    shown = minh.post(f"{desk(session)}people/new/", {**found.context["new"], "prefill": "1"})

    form = shown.context["form"]
    assert shown.status_code == 200
    assert form["full_name"].value() == "Nguyễn Thị Mới"
    assert form["date_of_birth"].value() == "27/03/1988"


def test_nobody_records_a_dose_of_their_own(
    world: World, minh: Client, session: VaccinationSession
):
    own = world.citizens["lan"]
    verify_again(world.user("minh"), id_number=own.id_number)

    assert minh.get(page_of(session, own)).status_code == 403
    assert minh.post(page_of(session, own), sent(session)).status_code == 403
    assert not Dose.objects.exists()


def test_opening_a_person_at_the_desk_is_logged_with_site_and_reason(
    world: World, minh: Client, session: VaccinationSession
):
    minh.get(page_of(session, world.citizens["lan"]))

    visit = RecordVisit.objects.get(citizen=world.citizens["lan"], why="recording")
    assert (visit.user, visit.organization) == (world.user("minh"), world.buoi)


@pytest.mark.parametrize(
    ("code", "on_record", "expected"),
    [
        ("AZ", [], "primary-1"),
        ("AZ", ["AZ primary-1"], "primary-2"),
        ("PF", ["AZ primary-1"], "primary-2"),
        ("AB", ["AB primary-1", "AB primary-2"], "primary-3"),
        ("JS", ["JS primary-1"], "booster-1"),
        ("PF", ["AZ primary-1", "AZ primary-2"], "booster-1"),
        ("PF", ["AZ primary-1", "AZ primary-2", "PF booster-1"], "booster-2"),
        ("PF", ["AZ primary-2", "PF booster-3"], "booster-3"),
        # Another disease has a course of its own.
        ("MR", ["AZ primary-1", "AZ primary-2"], "primary-1"),
    ],
)
def test_the_next_dose_follows_those_of_its_own_group(
    world: World, code: str, on_record: list[str], expected: str
):
    lines = [
        DoseLine(position, None, vaccine(name))
        for name, position in (one.split() for one in on_record)
    ]

    assert next_position(vaccine(code), lines) == expected


def test_a_dose_given_abroad_is_recorded_from_the_paper_that_was_seen(
    world: World, minh: Client, session: VaccinationSession
):
    where = page_of(session, world.citizens["lan"])

    answer = minh.post(
        f"{where}abroad/",
        {
            "country": "GB",
            "vaccine": "CS",
            "product": "Covishield",
            "given_on": "20/01/2021",
            "position": "primary-1",
            "issuer": "NHS",
            "why": "Giấy NHS có mã QR",
        },
    )

    dose = Dose.objects.get()
    assert answer.url == where
    assert (dose.organization, dose.country, dose.provenance) == (None, "GB", "abroad")
    assert dose.revisions.get().why == "Giấy NHS có mã QR"
    assert dose.place in minh.get(where).content.decode()


def test_a_dose_abroad_that_is_doubtful_is_shown_once_before_it_is_recorded(
    world: World, minh: Client, session: VaccinationSession
):
    where = f"{page_of(session, world.citizens['lan'])}abroad/"
    second = {
        "country": "GB",
        "vaccine": "CS",
        "given_on": "20/01/2021",
        "position": "primary-2",
        "why": "Giấy NHS",
    }

    shown = minh.post(where, second)
    assert [one.code for one in shown.context["found"]] == ["position_gap"]
    assert not Dose.objects.exists()
    minh.post(where, second | {"seen": shown.context["sign"]})

    assert Dose.objects.get().warnings_left.get().code == "position_gap"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"country": ""}, "country"),
        ({"country": "VN"}, "country"),
        ({"vaccine": ""}, "vaccine"),
        ({"given_on": "01/01/2099"}, "given_on"),
        ({"why": ""}, "why"),
        ({"given_on": "01/01/1980"}, "__all__"),
    ],
)
def test_a_dose_abroad_that_cannot_be_is_refused_beside_its_field(
    world: World, minh: Client, session: VaccinationSession, wrong: dict[str, str], field: str
):
    said = {
        "country": "GB",
        "vaccine": "CS",
        "given_on": "20/01/2021",
        "position": "primary-1",
        "why": "Giấy NHS",
        **wrong,
    }

    answer = minh.post(f"{page_of(session, world.citizens['lan'])}abroad/", said)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Dose.objects.exists()


def test_the_people_recorded_last_are_listed_and_the_list_is_logged(
    world: World, minh: Client, session: VaccinationSession
):
    worlds.dose(world, session=session, given_on=DAY)

    text = minh.get(desk(session)).content.decode()

    assert "Nguyễn Thị Lan" in text
    assert RecordVisit.objects.filter(citizen=world.citizens["lan"], why="list").count() == 1
