"""The citizen's record and corrections, as they read them."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from citizens.models import RecordLink, RecordVisit
from corrections import actions, sweep
from corrections.lifecycle import Ground
from corrections.models import Correction, Evidence, Filing
from doses.actions import mark_entered_in_error
from doses.models import Dose
from tests import world as worlds
from tests.cases import file_one, make_overdue
from tests.conftest import SignIn
from tests.world import World
from vaxreg import db_time, ui

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan(world: World, as_citizen: SignIn) -> Client:
    return _english(as_citizen(world.user("lan")))


@pytest.fixture
def binh(world: World, as_citizen: SignIn) -> Client:
    return _english(as_citizen(world.user("binh")))


def _english(client: Client) -> Client:
    client.cookies["language"] = "en"
    return client


def _text(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def test_the_first_page_is_open_to_everybody(world: World):
    text = _text(_english(Client()), "/")

    assert "/sign-in/" in text
    assert "/staff/sign-in/" in text
    assert "48 hours" in text


def test_the_first_page_speaks_vietnamese_by_default(db):
    assert "Xem và sửa thông tin tiêm chủng" in _text(Client(), "/")


@pytest.mark.parametrize(("who", "path"), [("minh", "/review/"), ("huong", "/oversight/")])
def test_staff_go_on_from_the_first_page_to_their_work(world, as_staff, who, path):
    response = as_staff(world.user(who)).get("/")

    assert response.status_code == 302
    assert response.url == path


def test_a_citizen_goes_on_from_the_first_page_to_the_record(lan):
    assert lan.get("/").headers["Location"] == "/record/"


def test_a_stranger_is_led_to_sign_in_and_back(db):
    response = Client().get("/record/")

    assert response.status_code == 302
    assert response.headers["Location"] == "/sign-in/?next=%2Frecord%2F"


def test_every_dose_shows_where_it_comes_from(world, lan):
    worlds.dose(world)
    worlds.dose(
        world,
        vaccine=world.pfizer,
        given_on=date(2021, 11, 21),
        lot="",
        ordinal=2,
        provenance=Dose.Provenance.BACK_ENTRY,
    )

    text = _text(lan, "/record/")

    for words in ("Primary dose 1 · AstraZeneca", "29/08/2021", "Trạm Y tế Phường Bưởi", "ABX4112"):
        assert words in text
    assert "Source: entered by the vaccination site" in text
    assert "Source: entered later from the site’s papers" in text
    assert text.index("21/11/2021") < text.index("29/08/2021")


def test_a_dose_entered_in_error_is_not_shown(world, lan):
    dose = worlds.dose(world)
    mark_entered_in_error(dose, by=None, why="Somebody else’s dose")

    text = _text(lan, "/record/")

    assert "ABX4112" not in text
    assert "No dose is recorded here yet" in text


def test_a_record_without_doses_leads_on_to_filing(world, lan):
    text = _text(lan, "/record/")

    assert f"/corrections/new/?person={world.citizens['lan'].public_id}" in text


def test_a_user_without_a_record_is_led_on(world, as_citizen):
    RecordLink.objects.filter(user=world.user("binh")).update(until=db_time.now())
    client = _english(as_citizen(world.user("binh")))

    text = _text(client, "/record/")

    assert "/record/open/" in text
    assert "/record/start/" in text


def test_a_proposed_dose_is_shown_at_once_as_self_declared(world, lan):
    file_one(
        world,
        routed=False,
        proposed={"vaccine": "PF", "given_on": "2021-11-21", "position": "primary-2"},
        site_text="Nhà văn hoá phường",
    )

    text = _text(lan, "/record/")

    assert "Primary dose 2 · Comirnaty" in text
    assert "Self-declared, not yet verified" in text
    assert "Nhà văn hoá phường" in text


def refused_dose(world) -> Correction:
    facts = {"given_on": "2021-11-21", "position": "primary-2"}
    case = file_one(world, proposed=facts, named_site=world.buoi, key=uuid.uuid4().hex)
    minh = world.user("minh")
    return actions.refuse(case, by=minh, ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ.")


def test_a_refused_proposed_dose_does_not_vanish_without_a_word(world, lan):
    case = refused_dose(world)

    text = _text(lan, "/record/")

    assert "Primary dose 2" in text
    assert "Source: self-declared, not confirmed" in text
    assert "Refused · why, and what you can do" in text
    assert f"/corrections/{case.reference}/" in text
    assert "Self-declared, not yet verified" not in text


def test_a_proposed_dose_whose_question_was_not_answered_stays_too(world, lan):
    case = file_one(world, proposed={"given_on": "2021-11-21"}, named_site=world.buoi)
    actions.ask(case, by=world.user("minh"), question="Chị tiêm lô nào?")
    with db_time.at(db_time.now() + timedelta(days=8)):
        sweep.sweep()
        text = _text(lan, "/record/")

    assert "why, and what you can do" in text
    assert f"/corrections/{case.reference}/" in text


def test_a_dose_that_was_proposed_again_is_shown_once(world, lan):
    refused_dose(world)
    refused_dose(world)
    facts = {"given_on": "2021-11-21", "position": "primary-2"}

    assert _text(lan, "/record/").count("not confirmed") == 1
    file_one(world, proposed=facts, named_site=world.buoi, key="again")

    text = _text(lan, "/record/")
    assert "not confirmed" not in text
    assert "Self-declared, not yet verified" in text


def test_a_proposed_dose_that_its_owner_withdrew_is_shown_no_more(world, lan):
    case = file_one(world, proposed={"given_on": "2021-11-21"}, named_site=world.buoi)
    actions.withdraw(case, by=world.user("lan"))

    text = _text(lan, "/record/")
    assert "Self-declared" not in text
    assert "not confirmed" not in text


def test_a_dose_being_corrected_links_to_its_correction_and_says_when(world, lan, correction):
    text = _text(lan, "/record/")

    assert f"/corrections/{correction.reference}/" in text
    assert "Being checked · answer by" in text


def test_a_dose_whose_answer_is_late_says_so(world, lan):
    with db_time.at(db_time.now() - timedelta(hours=50)):
        file_one(world)

    text = _text(lan, "/record/")

    assert "Answer was due by" in text
    assert "Being checked" not in text


def test_a_corrected_dose_is_pointed_out_for_a_month(world, lan, correction):
    actions.accept(correction, by=world.user("minh"))

    fresh = _text(lan, "/record/")
    with db_time.at(db_time.now() + timedelta(days=31)):
        later = _text(lan, "/record/")

    assert "Corrected on" in fresh
    assert "Source: a proposal that was accepted" in fresh
    assert "Corrected on" not in later


def test_an_accepted_missing_dose_is_said_to_be_added(world, lan):
    facts = {
        "vaccine": "PF",
        "given_on": "2021-11-21",
        "position": "primary-2",
        "organization": str(world.buoi.public_id),
    }
    actions.accept(file_one(world, proposed=facts), by=world.user("minh"))

    text = _text(lan, "/record/")

    assert "Added on" in text
    assert "Self-declared" not in text


def test_a_guardian_sees_her_childs_record(world, lan):
    worlds.dose(world, "child", lot="CHILD1")
    child = world.citizens["child"]

    text = _text(lan, f"/record/?person={child.public_id}")

    assert "CHILD1" in text
    assert "Lê Nguyễn Minh Anh" in text


def test_a_guardians_visit_is_logged_once_per_sign_in(world, lan):
    child = world.citizens["child"]

    lan.get(f"/record/?person={child.public_id}")
    lan.get(f"/record/?person={child.public_id}")

    visit = RecordVisit.objects.get(citizen=child)
    assert (visit.user, visit.why) == (world.user("lan"), RecordVisit.Why.GUARDIAN)


@pytest.mark.parametrize("person", ["binh", "nobody", "not-a-uuid"])
def test_another_persons_record_is_not_found(world, lan, person):
    public_id = world.citizens[person].public_id if person in world.citizens else person
    if person == "nobody":
        public_id = uuid.uuid4()

    _text(lan, f"/record/?person={public_id}", status=404)


def test_another_persons_correction_is_not_found(world, binh, correction):
    _text(binh, f"/corrections/{correction.reference}/", status=404)


def test_a_reference_that_cannot_be_one_is_not_found(lan):
    _text(lan, "/corrections/VR-AAAA-AAAA/", status=404)


def test_a_reference_may_be_typed_in_any_way(lan, correction):
    typed = correction.reference.lower().replace("-", " ")

    response = lan.get(f"/corrections/{typed}/")

    assert response.status_code == 302
    assert response.url == f"/corrections/{correction.reference}/"


def test_tracking_says_who_has_it_why_and_until_when(world, lan, correction):
    text = _text(lan, f"/corrections/{correction.reference}/")

    assert "Your proposal is at Trạm Y tế Phường Bưởi, waiting for review." in text
    assert "Trạm Y tế Phường Bưởi gave this dose." in text
    assert "024 3823 0000" in text
    with translation.override("en"):
        assert ui.when(correction.due_at) in text
    assert "AstraZeneca" in text
    assert "Comirnaty" in text


def test_tracking_says_that_the_desk_is_being_found_before_it_is(world, lan):
    case = file_one(world, routed=False)

    text = _text(lan, f"/corrections/{case.reference}/")

    assert "We are finding out who must answer it." in text
    assert "Nobody yet" in text


def test_tracking_never_names_a_person(world, lan, correction):
    minh = world.user("minh")
    actions.pick_up(correction, by=minh)
    actions.keep(correction, by=minh, remark="Chờ sổ giấy của tháng 8.")

    text = _text(lan, f"/corrections/{correction.reference}/")

    assert "needs more time" in text
    assert "Chờ sổ giấy của tháng 8." in text
    assert "Minh</" not in text
    assert minh.full_name not in text


def test_tracking_of_a_late_case_names_who_was_told_only_once_they_were(world, lan):
    with db_time.at(db_time.now() - timedelta(hours=50)):
        case = file_one(world)
    path = f"/corrections/{case.reference}/"

    before = _text(lan, path)
    sweep.sweep()
    after = _text(lan, path)

    assert "is overdue. Call" in before
    assert "has been told" not in before
    assert "Trung tâm Y tế Quận Tây Hồ has been told" in after


def test_an_accepted_correction_shows_before_and_after(world, lan, correction):
    actions.accept(correction, by=world.user("minh"), remark="Đúng như sổ của trạm.")

    text = _text(lan, f"/corrections/{correction.reference}/")

    assert "Accepted. The record has been corrected." in text
    assert "What was decided" in text
    assert "Đúng như sổ của trạm." in text
    assert "Answered at" in text
    assert "You proposed" not in text


def test_a_partial_acceptance_says_what_was_not_taken(world, lan):
    case = file_one(
        world, dose=worlds.dose(world), proposed={"vaccine": "PF", "given_on": "2021-08-30"}
    )
    actions.accept(case, by=world.user("minh"), values={"vaccine": "PF"})

    text = _text(lan, f"/corrections/{case.reference}/")

    assert "Accepted in part" in text
    assert "You proposed: 30/08/2021" in text
    assert "You proposed: Comirnaty" not in text


def test_a_refusal_gives_the_official_ground_the_sentence_and_what_next(world, lan, correction):
    actions.refuse(
        correction, by=world.user("minh"), ground=Ground.PHOTO_BLURRED, remark="Hãy chụp lại."
    )

    text = _text(lan, f"/corrections/{correction.reference}/")

    assert "The photo is blurred" in text
    assert "Hãy chụp lại." in text
    again = f"?person={correction.citizen.public_id}&amp;dose={correction.dose.public_id}"
    assert f"/corrections/new/{again}" in text
    assert "Phường Bưởi, Quận Tây Hồ, Thành phố Hà Nội" in text
    assert "1900 9095" in text


def test_photos_of_the_paper_stand_beside_what_was_proposed(world, lan, correction):
    photo = Evidence.objects.create(
        filing=correction.filing,
        uploaded_by=world.user("lan"),
        file_key="a",
        preview_key="b",
        size_bytes=1,
        width=1,
        height=1,
        sha256="c",
    )

    text = _text(lan, f"/corrections/{correction.reference}/")

    assert f'src="/corrections/evidence/{photo.public_id}/?size=preview"' in text
    assert "Photo 1 of the paper" in text


def test_a_filing_without_paper_says_what_happens_instead(world, lan, correction):
    Filing.objects.filter(pk=correction.filing_id).update(has_no_paper=True)

    assert "Filed without the paper" in _text(lan, f"/corrections/{correction.reference}/")


def test_tracking_costs_the_same_after_a_long_history(
    world, lan, correction, django_assert_num_queries
):
    path = f"/corrections/{correction.reference}/"
    with CaptureQueriesContext(connection) as few:
        lan.get(path)
    for _again in range(3):
        actions.pick_up(correction, by=world.user("minh"))
        actions.keep(correction, by=world.user("minh"), remark="Chờ sổ giấy.")

    with django_assert_num_queries(len(few)):
        lan.get(path)


def test_the_list_of_corrections_holds_ones_own_and_ones_childs_only(world, lan, correction):
    childs = file_one(world, whose="child", key="key-2")
    foreign = file_one(world, whose="binh", key="key-3")

    text = _text(lan, "/corrections/")

    assert correction.reference in text
    assert childs.reference in text
    assert foreign.reference not in text


def test_an_empty_list_leads_on(lan):
    text = _text(lan, "/corrections/")

    assert "You have not reported anything yet" in text
    assert "/record/" in text


def test_a_long_list_goes_on_on_the_next_page(world, lan, monkeypatch):
    monkeypatch.setattr("portal.views.record.PAGE_SIZE", 2)
    cases = [
        file_one(world, key=f"key-{day}", proposed={"given_on": f"2021-09-{day:02}"})
        for day in range(1, 4)
    ]

    first = _text(lan, "/corrections/")
    second = _text(lan, f"/corrections/?after={cases[1].reference}")

    assert f"?after={cases[1].reference}" in first
    assert cases[0].reference not in first
    assert cases[0].reference in second
    assert cases[2].reference not in second


@pytest.mark.parametrize("path", ["/record/", "/corrections/"])
def test_a_fuller_record_costs_no_more_queries(
    world, lan, correction, path, django_assert_num_queries
):
    file_one(world, key="first", proposed={"given_on": "2022-01-31", "vaccine": "PF"})
    lan.get(path)
    with CaptureQueriesContext(connection) as few:
        lan.get(path)
    for month in range(1, 6):
        dose = worlds.dose(world, given_on=date(2022, month, 1), lot=f"LOT{month}")
        case = file_one(world, key=f"dose-{month}", dose=dose, proposed={"lot": "X1"})
        file_one(
            world,
            key=f"missing-{month}",
            proposed={"given_on": f"2022-{month:02}-15", "vaccine": "PF"},
        )
    actions.accept(case, by=world.user("minh"))

    with django_assert_num_queries(len(few)):
        lan.get(path)


def test_staff_are_sent_to_sign_in_by_phone(world, as_staff, correction: Correction):
    response = as_staff(world.user("minh")).get(f"/corrections/{correction.reference}/")

    assert response.status_code == 302
    assert response.url.startswith("/sign-in/")


def test_pages_speak_vietnamese_to_whoever_did_not_choose(world, as_citizen, correction):
    client = as_citizen(world.user("lan"))

    assert "Báo thiếu mũi tiêm" in _text(client, "/record/")
    assert "Đề xuất của tôi" in _text(client, "/corrections/")
    assert "chờ xem xét" in _text(client, f"/corrections/{correction.reference}/")


def test_an_answer_that_came_late_says_so_and_until_when_it_was_promised(
    world: World, correction: Correction, as_citizen: SignIn
):
    case = make_overdue(correction)
    actions.accept(case, by=world.user("minh"))

    page = as_citizen(world.user("lan")).get(f"/corrections/{case.reference}/")

    assert "trễ hơn đã hẹn" in page.content.decode()
