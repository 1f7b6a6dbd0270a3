"""Deciding a case: what is asked, what is confirmed, what is stored, and who comes too late."""

import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from corrections import actions
from corrections.lifecycle import Ground, Status
from corrections.models import Correction
from doses.models import Dose
from review.forms.decision import DecisionForm
from tests import world as worlds
from tests.cases import colleague, file_one
from tests.conftest import SignIn, signed_in
from tests.world import World


def page(case: Correction) -> str:
    return f"/review/{case.reference}/"


def sent(case: Correction, outcome: str, **more: Any) -> dict[str, Any]:
    return {"version": case.version, "outcome": outcome, **more}


def decide(client: Client, case: Correction, outcome: str, **more: Any):
    """Press the button of the confirmation page."""
    return client.post(page(case) + "decide/", sent(case, outcome, confirmed="1", **more))


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return as_staff(world.user("minh"))


@pytest.fixture
def missing(world: World) -> Correction:
    """Lan says that her second dose is missing; she names the site only in her own words."""
    return file_one(
        world,
        proposed={"position": "primary-2", "given_on": "2021-10-02"},
        named_site=world.buoi,
        site_text="Trường tiểu học",
    )


def test_a_decision_is_shown_before_it_is_stored(correction: Correction, minh: Client):
    answer = minh.post(page(correction) + "decide/", sent(correction, "accept", note="Theo giấy"))

    shown = answer.content.decode()
    correction.refresh_from_db()
    assert answer.status_code == 200
    assert "AstraZeneca" in shown[shown.index("<del>") : shown.index("</del>")]
    assert "Pfizer" in shown[shown.index("<ins>") : shown.index("</ins>")]
    assert "Theo giấy" in shown
    assert correction.status == Status.QUEUED


def test_the_confirmation_page_sends_the_very_decision_it_shows(
    correction: Correction, minh: Client, world: World
):
    answer = minh.post(
        page(correction) + "decide/",
        sent(
            correction,
            "own",
            take_vaccine="on",
            value_vaccine=world.pfizer.code,
            take_lot="on",
            value_lot="fg3527",
            value_given_on="29/08/2021",
        ),
    )
    form = answer.context["form"]
    resent = {field.html_name: field.value() for field in form if field.value() is not None}

    minh.post(page(correction) + "decide/", {**resent, "confirmed": "1"})

    correction.refresh_from_db()
    assert correction.status == Status.PARTLY_ACCEPTED
    assert correction.decided == {"vaccine": world.pfizer.code, "lot": "FG3527"}


def test_accepting_changes_the_record_and_leads_on(
    correction: Correction, minh: Client, world: World
):
    answer = decide(minh, correction, "accept")

    correction.refresh_from_db()
    assert answer.url == "/review/"
    assert correction.status == Status.ACCEPTED
    assert Dose.objects.get(corrections=correction).vaccine == world.pfizer


def test_every_decision_opens_the_next_case(correction: Correction, minh: Client, world: World):
    other = file_one(world, whose="binh")

    answer = decide(minh, correction, "accept")

    other.refresh_from_db()
    assert answer.url == page(other)
    assert other.reviewer == world.user("minh")


def test_the_button_accept_counts_whatever_else_is_chosen(correction: Correction, minh: Client):
    answer = minh.post(page(correction) + "decide/", sent(correction, "refuse", accept="1"))

    assert answer.status_code == 200
    assert answer.context["outcome"] == "accept"


def test_only_ticked_rows_are_changed(correction: Correction, minh: Client, world: World):
    decide(
        minh,
        correction,
        "own",
        value_vaccine=world.pfizer.code,
        take_lot="on",
        value_lot="FG3527",
    )

    dose = Dose.objects.get(corrections=correction)
    assert dose.vaccine == world.az
    assert dose.lot == "FG3527"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "outcome"),
        ({"take_lot": "on", "value_lot": ""}, "value_lot"),
        ({"take_lot": "on", "value_lot": "ABX4112"}, "outcome"),
        ({"take_given_on": "on", "value_given_on": "31/02/2022"}, "value_given_on"),
        ({"take_given_on": "on", "value_given_on": "01/01/2099"}, "value_given_on"),
        ({"take_given_on": "on", "value_given_on": "01/01/2020"}, "value_given_on"),
        ({"take_vaccine": "on", "value_vaccine": "WATER"}, "value_vaccine"),
        ({"take_organization": "on", "value_organization": "x"}, "value_organization"),
    ],
)
def test_values_that_cannot_be_are_refused_beside_their_field_and_kept(
    correction: Correction, minh: Client, typed: dict[str, str], field: str
):
    answer = decide(minh, correction, "own", note="Ghi chú giữ lại", **typed)

    correction.refresh_from_db()
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "Ghi chú giữ lại" in answer.content.decode()
    assert correction.status == Status.QUEUED


def test_what_stands_half_typed_under_another_outcome_is_no_error(
    correction: Correction, minh: Client
):
    decide(
        minh,
        correction,
        "keep",
        remark="Chờ sổ giấy",
        take_given_on="on",
        value_given_on="soon",
        ground="nonsense",
    )

    correction.refresh_from_db()
    assert correction.status == Status.KEPT


@pytest.mark.parametrize(
    ("outcome", "field"),
    [("", "outcome"), ("x", "outcome"), ("refuse", "ground"), ("keep", "remark")],
)
def test_a_decision_without_what_it_needs_is_asked_for(
    correction: Correction, minh: Client, outcome: str, field: str
):
    answer = decide(minh, correction, outcome)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_a_ground_alone_sends_its_ready_sentence_in_the_citizens_language(
    correction: Correction, minh: Client, world: World
):
    lan = world.user("lan")
    lan.language = "en"
    lan.save()

    shown = minh.post(
        page(correction) + "decide/", sent(correction, "refuse", ground="photo_blurred")
    ).content.decode()
    decide(minh, correction, "refuse", ground="photo_blurred")

    correction.refresh_from_db()
    assert "The photo is blurred" in shown
    assert correction.ground == Ground.PHOTO_BLURRED
    assert correction.remark.startswith("The photo is too blurred to read.")


def test_a_sentence_of_ones_own_is_sent_as_written(correction: Correction, minh: Client):
    decide(minh, correction, "refuse", ground="date_differs", sentence="Giấy ghi ngày 30/08.")

    correction.refresh_from_db()
    assert correction.remark == "Giấy ghi ngày 30/08."


def test_a_missing_dose_needs_all_its_facts(missing: Correction, minh: Client, world: World):
    shown = minh.get(page(missing)).content.decode()
    answer = decide(
        minh,
        missing,
        "own",
        value_given_on="02/10/2021",
        value_organization=str(world.buoi.public_id),
        value_position="primary-2",
    )

    assert 'value="accept"' not in shown
    assert "Trường tiểu học" in shown
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["value_vaccine"]


def test_a_missing_dose_is_added_at_ones_own_site_by_default(
    missing: Correction, minh: Client, world: World
):
    form = minh.get(page(missing)).context["form"]
    assert form.fields["value_organization"].initial == str(world.buoi.public_id)

    decide(
        minh,
        missing,
        "own",
        value_vaccine=world.pfizer.code,
        value_given_on="02/10/2021",
        value_organization=str(world.buoi.public_id),
        value_position="primary-2",
    )

    dose = Dose.objects.get(citizen=world.citizens["lan"])
    assert (dose.vaccine, dose.organization, dose.ordinal) == (world.pfizer, world.buoi, 2)
    assert dose.provenance == "correction"


def test_a_dose_that_is_on_record_already_is_not_added_twice(
    missing: Correction, minh: Client, world: World
):
    worlds.dose(world, given_on="2021-10-02", vaccine=world.pfizer)

    answer = decide(
        minh,
        missing,
        "own",
        value_vaccine=world.pfizer.code,
        value_given_on="02/10/2021",
        value_organization=str(world.buoi.public_id),
        value_position="primary-2",
    )

    missing.refresh_from_db()
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert missing.status == Status.QUEUED


def test_another_site_is_found_by_name_and_nothing_typed_is_lost(
    missing: Correction, minh: Client, world: World
):
    answer = minh.post(
        page(missing) + "decide/",
        sent(
            missing,
            "own",
            find_site="1",
            site_words="bach mai",
            value_lot="FG3527",
            note="Ghi chú giữ lại",
        ),
    )

    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "Bệnh viện Bạch Mai" in shown
    assert "Tìm thấy 1 điểm tiêm" in shown
    assert "FG3527" in shown
    assert "Ghi chú giữ lại" in shown
    decide(
        minh,
        missing,
        "own",
        site_words="bach mai",
        value_vaccine=world.az.code,
        value_given_on="02/10/2021",
        value_organization=str(world.hospital.public_id),
        value_position="primary-2",
    )
    assert Dose.objects.get(citizen=world.citizens["lan"]).organization == world.hospital


def test_a_site_that_nobody_knows_is_said_to_be_unknown(missing: Correction, minh: Client):
    answer = minh.post(
        page(missing) + "decide/", sent(missing, "own", find_site="1", site_words="zzz")
    )

    assert "Không tìm thấy điểm tiêm nào" in answer.content.decode()


def test_going_back_from_the_confirmation_keeps_ticks_and_words(
    correction: Correction, minh: Client, world: World
):
    answer = minh.post(
        page(correction) + "decide/",
        sent(
            correction,
            "own",
            edit="1",
            take_vaccine="False",
            take_lot="True",
            value_lot="FG3527",
            note="Ghi chú giữ lại",
        ),
    )

    form = answer.context["form"]
    assert answer.status_code == 200
    assert form["take_vaccine"].value() is False
    assert form["take_lot"].value() is True
    assert form["value_lot"].value() == "FG3527"
    assert form["note"].value() == "Ghi chú giữ lại"
    assert not form.errors


def test_a_stale_page_overwrites_nothing_and_says_what_changed(
    correction: Correction, minh: Client, world: World
):
    actions.keep(correction, by=colleague(world), remark="Chờ sổ giấy của trạm")

    answer = decide(minh, correction, "refuse", ground="photo_blurred", sentence="Câu tôi đã gõ")

    shown = answer.content.decode()
    correction.refresh_from_db()
    assert answer.status_code == 409
    assert correction.status == Status.KEPT
    assert "Hồ sơ đã thay đổi trong lúc bạn đang mở trang này" in shown
    assert "Chờ sổ giấy của trạm" in shown
    assert "Ngô Thị Thu" in shown
    assert "Câu tôi đã gõ" in shown
    assert [line.step for line in answer.context["conflict"].meanwhile] == ["keep"]
    assert answer.context["form"]["version"].value() == correction.version


def test_after_reading_what_changed_the_same_words_can_be_sent_again(
    correction: Correction, minh: Client, world: World
):
    actions.keep(correction, by=colleague(world), remark="Chờ")
    form = decide(
        minh, correction, "refuse", ground="photo_blurred", sentence="Câu của tôi"
    ).context["form"]
    resent = {field.html_name: field.value() for field in form if field.value() is not None}

    minh.post(page(correction) + "decide/", {**resent, "confirmed": "1"})

    correction.refresh_from_db()
    assert correction.status == Status.REFUSED
    assert correction.remark == "Câu của tôi"


def test_a_page_without_a_version_counts_as_stale(correction: Correction, minh: Client):
    answer = minh.post(page(correction) + "decide/", {"outcome": "accept", "confirmed": "1"})

    correction.refresh_from_db()
    assert answer.status_code == 409
    assert correction.status == Status.QUEUED


def test_a_case_that_a_colleague_works_on_cannot_be_decided(
    correction: Correction, minh: Client, world: World
):
    held = actions.pick_up(correction, by=colleague(world))

    answer = decide(minh, held, "refuse", ground="photo_blurred", sentence="Câu tôi đã gõ")

    shown = answer.content.decode()
    correction.refresh_from_db()
    assert answer.status_code == 409
    assert "Ngô Thị Thu đang mở hồ sơ này" in shown
    assert "Câu tôi đã gõ" in shown
    assert correction.status == Status.IN_REVIEW


def test_what_is_decided_already_is_shown_as_handled_with_its_result(
    correction: Correction, minh: Client, world: World
):
    actions.accept(correction, by=colleague(world), remark="Đúng theo giấy")

    answer = decide(minh, correction, "refuse", ground="photo_blurred", sentence="Câu tôi đã gõ")

    shown = answer.content.decode()
    correction.refresh_from_db()
    assert answer.status_code == 409
    assert "Hồ sơ này đã được quyết định" in shown
    assert "Đúng theo giấy" in shown
    assert "Câu tôi đã gõ" in shown
    assert correction.status == Status.ACCEPTED


def test_a_second_press_of_the_button_says_that_it_is_done(correction: Correction, minh: Client):
    decide(minh, correction, "accept")

    assert decide(minh, correction, "accept").status_code == 409
    assert Dose.objects.get(corrections=correction).revision == 2


def test_what_the_verb_itself_refuses_is_shown_beside_the_decision(
    correction: Correction, minh: Client, monkeypatch: pytest.MonkeyPatch
):
    def refuse(self: DecisionForm, **_by: object) -> Correction:
        raise ValidationError({"ordinal": "Không có mũi này."})

    monkeypatch.setattr(DecisionForm, "decide", refuse)

    answer = decide(minh, correction, "accept")

    assert answer.status_code == 422
    assert "Không có mũi này." in answer.content.decode()


def test_no_reviewer_can_be_made_to_decide_from_another_page(correction: Correction, world: World):
    strict = signed_in(world.user("minh"), "staff")
    strict.handler.enforce_csrf_checks = True

    assert decide(strict, correction, "accept").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_of_two_nurses_who_accept_at_once_one_wins_and_the_other_is_told():
    world = worlds.build()
    correction = file_one(world)
    clients = [signed_in(world.user("minh"), "staff"), signed_in(colleague(world), "staff")]
    barrier = threading.Barrier(2)
    statuses: list[int] = []

    def press(client: Client) -> None:
        barrier.wait()
        statuses.append(decide(client, correction, "accept").status_code)
        connection.close()

    threads = [threading.Thread(target=press, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [302, 409]
    assert Dose.objects.get(corrections=correction).revision == 2
