"""The second person: why one is needed, what they read, what they may do, here and from above."""

from typing import Any

import pytest
from django.test import Client

from corrections import actions
from corrections.lifecycle import Status
from corrections.models import Correction, Policy
from doses.models import Dose
from tests import world as worlds
from tests.cases import colleague, file_one
from tests.conftest import SignIn
from tests.world import World
from vaxreg import db_time

FULL = {"position": "primary-2", "given_on": "2021-10-02", "vaccine": "PF"}


def page(case: Correction, step: str = "") -> str:
    return f"/review/{case.reference}/{step}"


def above(case: Correction, step: str = "") -> str:
    return f"/oversight/cases/{case.reference}/{step}"


@pytest.fixture
def missing(world: World) -> Correction:
    """Lan's second dose is missing; two people look at whatever adds one on a photo alone."""
    Policy.objects.create(
        version=2, four_eyes=["dose_on_photo_alone"], second_look_percent=0, made_at=db_time.now()
    )
    site = str(world.buoi.public_id)
    return file_one(world, proposed={**FULL, "organization": site}, named_site=world.buoi)


@pytest.fixture
def waiting(world: World, missing: Correction) -> Correction:
    return actions.accept(missing, by=world.user("minh"), remark="Theo giấy của chị Lan")


@pytest.fixture
def thu(world: World, as_staff: SignIn) -> Client:
    return as_staff(colleague(world))


def sent(case: Correction, **more: Any) -> dict[str, Any]:
    return {"version": case.version, **more}


def test_before_it_is_sent_the_page_says_why_a_second_person_is_needed(
    world: World, missing: Correction, as_staff: SignIn
):
    minh = as_staff(world.user("minh"))

    on_photo = minh.post(page(missing, "decide/"), sent(missing, outcome="accept"))
    in_papers = minh.post(
        page(missing, "decide/"), sent(missing, outcome="accept", own_papers="on")
    )

    assert "Cần người thứ hai xác nhận" in on_photo.content.decode()
    assert "chỉ dựa trên ảnh" in on_photo.content.decode()
    assert "Cần người thứ hai xác nhận" not in in_papers.content.decode()


def test_found_in_the_sites_own_papers_one_person_is_enough(
    world: World, missing: Correction, as_staff: SignIn
):
    minh = as_staff(world.user("minh"))

    minh.post(
        page(missing, "decide/"), sent(missing, outcome="accept", own_papers="on", confirmed="1")
    )

    missing.refresh_from_db()
    assert missing.status == Status.ACCEPTED


def test_the_first_person_is_told_that_it_waits_and_sees_so(
    world: World, missing: Correction, as_staff: SignIn
):
    minh = as_staff(world.user("minh"))

    answer = minh.post(
        page(missing, "decide/"), sent(missing, outcome="accept", confirmed="1"), follow=True
    )

    shown = answer.content.decode()
    assert "chờ người thứ hai" in shown
    assert page(missing, "countersign/") not in shown
    assert not Dose.objects.exists()


def test_the_second_person_reads_what_would_be_recorded_and_confirms(
    waiting: Correction, thu: Client
):
    shown = thu.get(page(waiting)).content.decode()
    assert "Pfizer" in shown
    assert "Theo giấy của chị Lan" in shown
    assert "Phạm Thị Minh" in shown

    answer = thu.post(page(waiting, "countersign/"), sent(waiting))

    waiting.refresh_from_db()
    assert answer.url == page(waiting)
    assert waiting.status == Status.ACCEPTED
    assert Dose.objects.get().ordinal == 2


def test_the_second_person_sends_it_back_with_a_reason(waiting: Correction, thu: Client):
    silent = thu.post(page(waiting, "hand-back/"), sent(waiting))
    assert silent.status_code == 422
    assert list(silent.context["back_form"].errors) == ["reason"]

    thu.post(page(waiting, "hand-back/"), sent(waiting, **{"back-reason": "Lô không khớp"}))

    waiting.refresh_from_db()
    assert waiting.status == Status.QUEUED
    assert waiting.events.get(step="hand_back").remark == "Lô không khớp"


@pytest.mark.parametrize("step", ["countersign/", "hand-back/"])
def test_who_decided_first_cannot_be_the_second_person(
    world: World, waiting: Correction, as_staff: SignIn, step: str
):
    answer = as_staff(world.user("minh")).post(
        page(waiting, step), sent(waiting, **{"back-reason": "x"})
    )

    waiting.refresh_from_db()
    assert answer.status_code == 403
    assert "Chính bạn đã quyết định" in answer.content.decode()
    assert waiting.status == Status.TO_COUNTERSIGN


def test_who_entered_the_dose_in_dispute_cannot_be_the_second_person(
    world: World, as_staff: SignIn
):
    Policy.objects.create(
        version=2, four_eyes=["far_date"], second_look_percent=0, made_at=db_time.now()
    )
    thu = colleague(world)
    dose = worlds.dose(world, by=thu)
    case = file_one(world, dose=dose, proposed={"given_on": "2021-06-30"})
    waiting = actions.accept(case, by=world.user("minh"))
    client = as_staff(thu)

    shown = client.get(page(waiting)).content.decode()
    answer = client.post(page(waiting, "countersign/"), sent(waiting))

    assert "Chính bạn đã nhập mũi tiêm này" in shown
    assert answer.status_code == 403


def test_a_signature_on_a_stale_page_is_not_stored(waiting: Correction, thu: Client):
    answer = thu.post(page(waiting, "countersign/"), {"version": waiting.version - 1})

    waiting.refresh_from_db()
    assert answer.status_code == 409
    assert waiting.status == Status.TO_COUNTERSIGN


def test_a_second_signature_comes_too_late(waiting: Correction, thu: Client):
    thu.post(page(waiting, "countersign/"), sent(waiting))

    again = thu.post(page(waiting, "countersign/"), sent(waiting))

    assert again.status_code == 409


def test_the_district_confirms_from_above(world: World, waiting: Correction, as_staff: SignIn):
    huong = as_staff(world.user("huong"))

    shown = huong.get(above(waiting)).content.decode()
    answer = huong.post(above(waiting, "countersign/"), sent(waiting))

    waiting.refresh_from_db()
    assert above(waiting, "countersign/") in shown
    assert answer.url == above(waiting)
    assert waiting.status == Status.ACCEPTED
    assert huong.get(above(waiting)).status_code == 200


def test_the_district_sends_back_and_notes_from_above(
    world: World, waiting: Correction, as_staff: SignIn
):
    huong = as_staff(world.user("huong"))

    empty = huong.post(above(waiting, "note/"), {"text": ""})
    huong.post(above(waiting, "note/"), {"text": "Đã gọi trạm"})
    huong.post(above(waiting, "hand-back/"), sent(waiting, **{"back-reason": "Thiếu số lô"}))
    late = huong.post(above(waiting, "countersign/"), sent(waiting))

    assert empty.status_code == 422
    assert late.status_code == 409
    assert [event.step for event in waiting.events.order_by("pk")][-2:] == ["note", "hand_back"]


def test_the_queue_has_a_tab_for_what_waits_for_a_second_person(
    world: World, waiting: Correction, thu: Client, as_staff: SignIn
):
    theirs = thu.get("/review/?tab=second").content.decode()
    own = as_staff(world.user("minh")).get("/review/?tab=waiting").content.decode()

    assert "Phạm Thị Minh; chờ người thứ hai" in theirs
    assert "Bạn; chờ người khác xác nhận" in own
