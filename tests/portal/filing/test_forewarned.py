"""Warnings on the pages of filing: beside the fields, once before a step is left, never a wall."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from corrections import actions
from corrections.models import Correction, Draft, Evidence, FilingChannel
from corrections.prechecks.rules import Code
from doses.models import Dose
from tests.conftest import SignIn
from tests.pictures import certificate
from tests.portal.filing.walk import choose, send
from tests.world import World

NO_PAPER = {"has_no_paper": "on", "where_when": "Sân trường, buổi sáng"}
# Pfizer was approved on 12/06/2021.
TOO_EARLY = {"vaccine": "PF", "given_on": "01/06/2021"}


def warned(content: str) -> str:
    """Read what the page says it has shown."""
    found = re.search(r'name="warned" id="warned" value="([^"]*)"', content)
    assert found
    return found[1]


def picture(quality: int = 88, size: tuple[int, int] = (880, 650)) -> SimpleUploadedFile:
    out = BytesIO()
    certificate().resize(size).save(out, "JPEG", quality=quality)
    return SimpleUploadedFile("x.jpg", out.getvalue(), content_type="image/jpeg")


def filed(lan: Client, dose: Dose, **typed: str) -> Correction:
    """File about a dose as somebody does who leaves all warnings standing."""
    page = choose(lan, dose.public_id)
    first = lan.post(page, typed)
    if first.status_code == 200:
        lan.post(page, {**typed, "warned": warned(first.content.decode())})
    lan.post("/corrections/new/photos/", NO_PAPER)
    send(lan, Draft.objects.get())
    return Correction.objects.get()


def test_without_scripts_a_warning_stops_once_and_then_lets_go_on(lan: Client, dose: Dose):
    page = choose(lan, dose.public_id)

    first = lan.post(page, TOO_EARLY)
    content = first.content.decode()
    second = lan.post(page, {**TOO_EARLY, "warned": warned(content)})

    assert first.status_code == 200
    assert content.count("was approved in Viet Nam on 12/06/2021") == 2
    assert "data-focus" in content
    assert "Continue all the same" in content
    assert second.url == "/corrections/new/photos/"


def test_a_new_warning_stops_again(lan: Client, dose: Dose):
    page = choose(lan, dose.public_id)
    shown = warned(lan.post(page, TOO_EARLY).content.decode())

    answer = lan.post(page, {**TOO_EARLY, "position": "primary-2", "warned": shown})

    assert answer.status_code == 200
    assert "which is not on record" in answer.content.decode()


def test_what_is_in_order_is_not_stopped(lan: Client, dose: Dose):
    page = choose(lan, dose.public_id)

    answer = lan.post(page, {"vaccine": "PF", "given_on": "30/08/2021"})

    assert answer.url == "/corrections/new/photos/"


def test_going_to_add_the_dose_that_lacks_is_not_stopped(lan: Client):
    page = choose(lan, "missing")

    answer = lan.post(page, {"position": "primary-2", "site": "unlisted", "another": "1"})

    assert answer.url == "/corrections/new/dose/missing-2/"


def test_while_one_types_only_the_warnings_come_back_and_only_when_they_change(
    lan: Client, dose: Dose
):
    page = choose(lan, dose.public_id)

    answer = lan.post(page, {**TOO_EARLY, "advise": "1"})
    content = answer.content.decode()
    again = lan.post(page, {**TOO_EARLY, "advise": "1", "warned": warned(content)})
    better = lan.post(page, {"vaccine": "PF", "advise": "1", "warned": warned(content)})

    assert "<html" not in content
    assert 'hx-swap-oob="innerHTML:#advice-vaccine"' in content
    assert "Compare with the vaccine and the date on the paper." in content
    assert again.status_code == 204
    assert "approved" not in better.content.decode()
    assert lan.post(page, {**TOO_EARLY, "warned": warned(content)}).status_code == 302


def test_a_field_half_typed_is_no_trouble_for_the_others(lan: Client, dose: Dose):
    page = choose(lan, dose.public_id)

    answer = lan.post(page, {"given_on": "30/8/2", "position": "primary-2", "advise": "1"})

    assert "which is not on record" in answer.content.decode()


def test_the_last_page_says_it_again_and_lets_it_be_sent(lan: Client, dose: Dose):
    page = choose(lan, dose.public_id)
    lan.post(page, {**TOO_EARLY, "warned": warned(lan.post(page, TOO_EARLY).content.decode())})
    lan.post("/corrections/new/photos/", NO_PAPER)

    content = lan.get("/corrections/new/check/").content.decode()
    answer = send(lan, Draft.objects.get())

    assert "was approved in Viet Nam on 12/06/2021" in content
    assert "You may send it as it is." in content
    assert answer.url.startswith("/corrections/filed/")


def test_what_was_left_standing_is_kept_and_the_reviewer_sees_it(
    world: World, lan: Client, dose: Dose, as_staff: SignIn
):
    case = actions.route(filed(lan, dose, **TOO_EARLY))
    minh = as_staff(world.user("minh"))
    minh.cookies["language"] = "en"

    content = minh.get(f"/review/{case.reference}/").content.decode()

    assert [entry["code"] for entry in case.warnings] == [Code.BEFORE_APPROVAL]
    assert "The citizen was told before sending" in content
    assert "Vaccine: Comirnaty (Pfizer-BioNTech) was approved in Viet Nam on" in content


def test_of_what_came_by_program_nobody_claims_that_the_citizen_was_told(
    world: World, lan: Client, dose: Dose, as_staff: SignIn
):
    case = actions.route(filed(lan, dose, **TOO_EARLY))
    case.filing.channel = FilingChannel.API
    case.filing.save()
    minh = as_staff(world.user("minh"))
    minh.cookies["language"] = "en"

    content = minh.get(f"/review/{case.reference}/").content.decode()

    assert "Noticed when this was filed" in content
    assert "The citizen was told" not in content


def test_without_warnings_the_reviewer_sees_no_such_card(
    world: World, lan: Client, dose: Dose, as_staff: SignIn
):
    case = actions.route(filed(lan, dose, vaccine="PF"))
    minh = as_staff(world.user("minh"))
    minh.cookies["language"] = "en"

    content = minh.get(f"/review/{case.reference}/").content.decode()

    assert case.warnings == []
    assert "The citizen was told" not in content


@pytest.mark.parametrize("extra", [{}, {"add": "1"}])
def test_a_poor_photo_is_kept_and_said_beside_it_at_once(
    lan: Client, dose: Dose, extra: dict[str, Any]
):
    lan.post(choose(lan, dose.public_id), {"vaccine": "PF"})

    page = lan.post("/corrections/new/photos/", {"photos": [picture(size=(440, 325))], **extra})
    content = lan.get(page.url).content.decode()
    onwards = lan.post("/corrections/new/photos/", {})

    assert page.url == "/corrections/new/photos/"
    assert "The photo is small (440 × 325 pixels)" in content
    assert Evidence.objects.count() == 1
    assert onwards.url == "/corrections/new/check/"
    assert "The photo is small" in lan.get(onwards.url).content.decode()


def test_a_good_photo_leads_on_at_once(lan: Client, dose: Dose):
    lan.post(choose(lan, dose.public_id), {"vaccine": "PF"})

    answer = lan.post("/corrections/new/photos/", {"photos": [picture()]})

    assert answer.url == "/corrections/new/check/"


def test_the_reviewer_is_told_about_poor_photos_by_their_number(
    world: World, lan: Client, dose: Dose, as_staff: SignIn
):
    lan.post(choose(lan, dose.public_id), {"vaccine": "PF"})
    photos = [picture(), picture(quality=30)]
    lan.post("/corrections/new/photos/", {"photos": photos})
    send(lan, Draft.objects.get())
    case = actions.route(Correction.objects.get())
    minh = as_staff(world.user("minh"))
    minh.cookies["language"] = "en"

    content = minh.get(f"/review/{case.reference}/").content.decode()

    assert "Photo 2: This is nearly the same photo as another one here." in content
