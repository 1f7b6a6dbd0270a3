"""Every step of both parties through the API, its refusals, and what is read of a case."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import SessionKind, VerifiedIdentity
from api.serializers import ADDRESSES, ON_PAGES_ONLY
from api.urls import STEPS
from corrections import actions, lifecycle
from corrections.lifecycle import Party, Status
from corrections.models import Correction
from corrections.photos import evidence
from organizations.models import Membership
from tests.api.programs import program
from tests.corrections.statuses import QUESTION, bring
from tests.world import World
from vaxreg import db_time
from vaxreg.photos.cleaning import Picture

WORDS = {"words": "Trên giấy ghi Pfizer."}


@pytest.fixture
def lan(world: World) -> APIClient:
    return program(world.user("lan"), SessionKind.CITIZEN)


@pytest.fixture
def minh(world: World) -> APIClient:
    return program(world.user("minh"), SessionKind.STAFF)


def take(who: APIClient, case: Correction, step: str, body: dict[str, object] | None = None):
    return who.post(f"/api/v1/corrections/{case.reference}/{step}/", body or {}, format="json")


def read(who: APIClient, case: Correction) -> dict[str, Any]:
    return who.get(f"/api/v1/corrections/{case.reference}/").json()


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


def test_every_step_of_a_citizen_the_desk_and_an_officer_has_an_address():
    people = {Party.CITIZEN, Party.REVIEWER, Party.APPEAL_REVIEWER, Party.OVERSEER}
    steps = {name for name, step in lifecycle.STEPS.items() if step.taken_by & people}

    addresses = {
        ADDRESSES.get(name, name).replace("_", "-") for name in steps - {"file", *ON_PAGES_ONLY}
    }

    assert addresses == set(STEPS)


@pytest.mark.parametrize("status", Status)
def test_a_citizen_reads_exactly_the_steps_of_the_table(
    world: World, lan: APIClient, status: Status
):
    case = bring(world, status)

    steps = read(lan, case)["steps"]

    possible = lifecycle.possible(status, {Party.CITIZEN})
    assert steps == [name.replace("_", "-") for name in possible]


def test_a_nurse_reads_the_steps_of_her_desk(world: World, minh: APIClient, correction: Correction):
    assert read(minh, correction)["steps"] == [
        "pick-up", "ask", "pass-on", "keep", "accept", "refuse", "cannot-confirm",
        "note",
    ]  # fmt: skip


def test_a_question_is_asked_and_answered(
    world: World, lan: APIClient, minh: APIClient, correction: Correction
):
    asked = take(minh, correction, "ask", {"question": QUESTION})
    reading = read(lan, correction)
    answered = take(lan, correction, "answer", WORDS)

    assert asked.json()["status"] == "waiting"
    assert reading["question"]["text"] == QUESTION
    assert reading["answer_by"] is not None
    assert reading["paused_at"] is not None
    assert answered.json()["status"] == "queued"
    assert read(lan, correction)["question"] is None


def test_the_lines_of_a_due_time_are_read(world: World, lan: APIClient):
    case = bring(world, Status.WAITING)

    clocks = read(lan, case)["clocks"]

    kinds = [one["kind"] for one in clocks]
    assert kinds == ["review", "statutory"]
    assert all(line["text"] for line in clocks[0]["lines"])
    assert [line["adds"] for line in clocks[0]["lines"]][1] == 48 * 3600


def test_the_same_question_again_is_400_at_its_field(
    world: World, minh: APIClient, correction: Correction
):
    take(minh, correction, "ask", {"question": QUESTION})
    actions.answer(correction, by=world.user("lan"), words="FG3527")

    answer = take(minh, correction, "ask", {"question": QUESTION})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "question"


def test_a_nurse_passes_on_what_is_not_hers(world: World, minh: APIClient, correction: Correction):
    reason = "Không tiêm ở đây"
    nobody_there, right = str(world.quang_an.public_id), str(world.lang_thuong.public_id)

    refused = take(minh, correction, "pass-on", {"reason": reason, "to": nobody_there})
    answer = take(minh, correction, "pass-on", {"reason": reason, "to": right})

    assert code(refused) == (422, "cannot_receive")
    assert answer.json()["holder"]["name"] == world.lang_thuong.name


def test_passed_on_without_a_target_the_level_above_looks_for_it(
    world: World, minh: APIClient, correction: Correction
):
    answer = take(minh, correction, "pass-on", {"reason": "Không tiêm ở đây"})

    assert answer.json()["holder"]["name"] == world.tay_ho.name


def test_the_first_person_cannot_be_the_second(world: World, minh: APIClient):
    case = bring(world, Status.TO_COUNTERSIGN)

    assert code(take(minh, case, "countersign")) == (403, "same_person")
    assert code(take(minh, case, "hand-back", {"reason": "Sai lô"})) == (403, "same_person")


def test_a_colleague_sends_a_decision_back_and_an_officer_confirms_another(world: World):
    case = bring(world, Status.TO_COUNTERSIGN)
    huong = program(world.user("huong"), SessionKind.STAFF)

    back = take(huong, case, "hand-back", {"reason": "Sai lô"})
    case.refresh_from_db()
    actions.accept(case, by=world.user("minh"))
    confirmed = take(huong, case, "countersign")

    assert back.json()["status"] == "queued"
    assert confirmed.json()["status"] == "accepted"


def test_an_appeal_goes_one_level_up_and_is_decided_there(world: World, lan: APIClient):
    case = bring(world, Status.REFUSED)
    huong = program(world.user("huong"), SessionKind.STAFF)

    appealed = take(lan, case, "appeal", WORDS)
    granted = take(huong, case, "accept")

    assert appealed.json()["on_appeal"] is True
    assert appealed.json()["holder"]["name"] == world.tay_ho.name
    assert granted.json()["status"] == "accepted"


@pytest.mark.parametrize(
    ("status", "step"),
    [(Status.REFUSED, "appeal"), (Status.ACCEPTED, "reopen"), (Status.EXPIRED, "answer")],
)
def test_after_30_days_it_is_409_too_late(world: World, status: Status, step: str):
    case = bring(world, status)

    with db_time.at(db_time.now() + timedelta(days=31)):
        lan = program(world.user("lan"), SessionKind.CITIZEN)
        answer = take(lan, case, step, WORDS)

    assert code(answer) == (409, "too_late")


def test_where_nobody_stands_above_an_appeal_is_422(world: World, lan: APIClient):
    case = bring(world, Status.REFUSED)
    Membership.objects.exclude(organization=world.buoi).update(until=db_time.now())

    assert code(take(lan, case, "appeal", WORDS)) == (422, "nobody_above")


def test_a_yes_a_no_and_a_withdrawal_are_taken(world: World, lan: APIClient):
    case = bring(world, Status.ACCEPTED)

    confirmed = take(lan, case, "confirm")
    reopened = take(lan, case, "reopen", WORDS)
    withdrawn = take(lan, case, "withdraw")

    assert confirmed.json()["confirmed_at"] is not None
    assert reopened.json()["status"] == "queued"
    assert withdrawn.json()["status"] == "withdrawn"


@pytest.mark.parametrize(
    ("sent", "remark"),
    [
        ({"searched": ["lot_list", "paper_register"]}, None),
        ({"searched_words": "kho trạm"}, None),
        ({"searched": ["session_list"], "searched_words": "kho", "remark": "Mất sổ."}, "Mất sổ."),
    ],
)
def test_it_cannot_be_confirmed_and_says_where_was_searched(
    minh: APIClient, correction: Correction, sent, remark
):
    said = take(minh, correction, "cannot-confirm", sent).json()

    assert said["status"] == "cannot_confirm"
    assert set(said["searched"]) == set(sent.get("searched", []))
    assert said["searched_words"] == sent.get("searched_words", "")
    assert said["remark"] == remark or (remark is None and said["remark"])


@pytest.mark.parametrize("sent", [{}, {"searched": []}, {"searched_words": " "}])
def test_without_a_place_it_is_400_and_names_the_field(
    minh: APIClient, correction: Correction, sent
):
    answer = take(minh, correction, "cannot-confirm", sent)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "searched"
    correction.refresh_from_db()
    assert correction.status == Status.QUEUED


def test_a_disagreement_is_kept(world: World, lan: APIClient):
    case = bring(world, Status.REFUSED)

    answer = take(lan, case, "log-disagreement", WORDS)

    assert answer.json()["status"] == "disagreed"


def test_photos_are_added_all_or_none(
    world: World, lan: APIClient, correction: Correction, monkeypatch, settings, tmp_path
):
    monkeypatch.setattr(evidence, "clean", lambda data: [Picture(data, data, 10, 10)])
    settings.MEDIA_ROOT = tmp_path
    address = f"/api/v1/corrections/{correction.reference}/add-photo/"

    def files(*contents: bytes) -> dict[str, object]:
        return {"photos": [SimpleUploadedFile("a.jpg", one, "image/jpeg") for one in contents]}

    good = lan.post(address, files(b"front", b"back"), format="multipart")
    bad = lan.post(address, files(b"third", b""), format="multipart")
    none = lan.post(address, {}, format="multipart")

    assert (good.status_code, bad.status_code, none.status_code) == (200, 400, 400)
    assert correction.filing.evidence.count() == 2


def test_too_many_bytes_are_413_before_any_is_read(lan: APIClient, correction: Correction):
    address = f"/api/v1/corrections/{correction.reference}/add-photo/"

    answer = lan.post(address, {}, format="multipart", CONTENT_LENGTH=str(10**9))

    assert answer.status_code == 413


def test_a_note_is_read_by_colleagues_and_never_by_the_citizen(
    world: World, lan: APIClient, minh: APIClient, correction: Correction
):
    take(minh, correction, "note", {"text": "Gọi hỏi trạm cũ."})

    steps_of_minh = [event["step"] for event in read(minh, correction)["events"]]
    steps_of_lan = [event["step"] for event in read(lan, correction)["events"]]

    assert "note" in steps_of_minh
    assert "note" not in steps_of_lan


def test_what_officers_write_to_a_site_is_not_for_the_citizen(
    world: World, lan: APIClient, correction: Correction
):
    actions.remind(correction, by=world.user("huong"), remark="Trạm trả lời ngay hôm nay.")

    events = read(lan, correction)["events"]

    assert [event["remark"] for event in events if event["step"] == "remind"] == [""]


@pytest.mark.parametrize("step", ["answer", "withdraw", "appeal", "confirm", "reopen"])
def test_staff_take_no_step_of_a_citizen_and_strangers_find_nothing(
    world: World, minh: APIClient, correction: Correction, step: str
):
    binh = program(world.user("binh"), SessionKind.CITIZEN)

    assert take(minh, correction, step, WORDS).status_code == 403
    assert take(binh, correction, step, WORDS).status_code == 404


def test_a_step_pressed_twice_is_409_with_the_status(
    world: World, lan: APIClient, correction: Correction
):
    take(lan, correction, "withdraw")

    assert code(take(lan, correction, "withdraw")) == (409, "step_not_possible")


def test_who_is_not_verified_reads_no_deciding_step_and_is_refused_with_a_code(
    world: World, minh: APIClient, correction: Correction
):
    identities = VerifiedIdentity.objects.filter(user=world.user("minh"))
    identities.update(ended_at=db_time.now())

    assert read(minh, correction)["steps"] == ["pick-up", "ask", "pass-on", "note"]
    assert code(take(minh, correction, "accept", {"version": correction.version})) == (
        403,
        "identity_not_verified",
    )
