"""On the pages: where was searched, what the citizen reads of it, and what they can do next."""

from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from corrections import actions
from corrections.lifecycle import Status
from corrections.models import Correction
from corrections.searched import CANNOT_CONFIRM_SENTENCES, SEARCHED_LABELS, About, Searched
from tests.cases import colleague, file_one
from tests.conftest import SignIn
from tests.pages import text_of
from tests.world import World

MISSING = {"position": "primary-2", "given_on": "2021-11-21", "vaccine": "PF"}
READY = CANNOT_CONFIRM_SENTENCES[About.RECORDED_DOSE]


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return as_staff(world.user("minh"))


def send(client: Client, case: Correction, **more: Any):
    data = {"version": case.version, "outcome": "cannot_confirm", **more}
    return client.post(f"/review/{case.reference}/decide/", data)


def test_it_is_shown_as_the_citizen_will_read_it_and_then_stored(correction: Correction, minh):
    shown = send(minh, correction, searched=["paper_register", "lot_list"], searched_words="kho")

    assert shown.status_code == 200
    preview = shown.context["citizen_preview"]
    with override("vi"):
        places = [str(SEARCHED_LABELS[one]) for one in (Searched.PAPER_REGISTER, Searched.LOT_LIST)]
        assert preview.searched == [*places, "kho"]
        assert preview.remark == str(READY)
    assert len(preview.next) == 4
    form = shown.context["form"]
    resent = {field.html_name: field.value() for field in form if field.value() is not None}

    minh.post(f"/review/{correction.reference}/decide/", {**resent, "confirmed": "1"})

    correction.refresh_from_db()
    assert correction.status == Status.CANNOT_CONFIRM
    assert (correction.searched, correction.searched_words) == (
        ["paper_register", "lot_list"],
        "kho",
    )


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "searched"),
        ({"searched_words": "  "}, "searched"),
        ({"searched": ["attic"]}, "searched"),
        ({"searched": ["lot_list"], "searched_words": "x" * 201}, "searched_words"),
        ({"searched": ["lot_list"], "not_found": "x" * 501}, "not_found"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(
    correction: Correction, minh: Client, typed, field
):
    answer = send(minh, correction, **{"not_found": "Câu tôi đã gõ", **typed})

    form = answer.context["form"]
    correction.refresh_from_db()
    assert answer.status_code == 422
    assert list(form.errors) == [field]
    assert form["not_found"].value() == typed.get("not_found", "Câu tôi đã gõ")
    assert correction.status == Status.QUEUED


@pytest.mark.parametrize("way", ["edit", "stale"])
def test_ticks_and_words_are_kept_on_the_way_back(
    world: World, correction: Correction, minh: Client, way: str
):
    typed = {
        "searched": ["screening_forms", "session_list"],
        "searched_words": "kho trạm",
        "not_found": "Câu của tôi",
    }
    if way == "stale":
        actions.keep(correction, by=colleague(world), remark="Chờ")
    else:
        typed["edit"] = "1"

    form = send(minh, correction, **typed).context["form"]

    assert form["searched"].value() == ["screening_forms", "session_list"]
    assert form["searched_words"].value() == "kho trạm"
    assert form["not_found"].value() == "Câu của tôi"


def test_a_ready_sentence_that_nobody_typed_is_not_shown_as_typed(
    world: World, correction: Correction, minh: Client
):
    actions.keep(correction, by=colleague(world), remark="Chờ")

    answer = send(minh, correction, outcome="accept", note="Ghi chú", not_found=str(READY))

    assert [words for _label, words in answer.context["kept"]] == ["Ghi chú"]


def test_after_it_the_desk_and_the_officer_read_where_was_searched(
    world: World, correction: Correction, minh: Client, as_staff: SignIn
):
    actions.cannot_confirm(
        correction, by=world.user("minh"), searched=["lot_list"], searched_words="kho trạm"
    )
    with override("vi"):
        label = str(SEARCHED_LABELS[Searched.LOT_LIST])
    pages = {
        f"/review/{correction.reference}/": minh,
        f"/oversight/cases/{correction.reference}/": as_staff(world.user("huong")),
    }

    for address, client in pages.items():
        page = text_of(client.get(address))
        assert label in page, address
        assert "kho trạm" in page, address


def test_the_level_above_reads_it_as_the_first_decision_of_the_appeal(
    world: World, correction: Correction, as_staff: SignIn
):
    case = actions.cannot_confirm(correction, by=world.user("minh"), searched_words="kho trạm")
    case = actions.appeal(case, by=world.user("lan"), words="Xin tìm lại.")

    page = as_staff(world.user("huong")).get(f"/review/{case.reference}/")

    assert page.context["file"].first_decision().step == "cannot_confirm"
    assert 'value="cannot_confirm"' in page.content.decode()


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("about", ["missing", "recorded", "person"])
def test_the_citizen_reads_why_and_every_way_on(
    world: World, correction: Correction, as_citizen: SignIn, about: str, language: str
):
    if about == "missing":
        correction = file_one(world, key="m", proposed=MISSING, named_site=world.buoi)
    by = world.user("minh")
    if about == "person":
        correction = file_one(
            world, key="p", kind="identity", proposed={"full_name": "Nguyễn Thị Lan Anh"}
        )
        member = correction.holder.memberships.filter(role__in=["reviewer", "lead", "officer"])
        by = member.first().user
    case = actions.cannot_confirm(correction, by=by, searched=["paper_register"])
    lan = as_citizen(world.user("lan"))
    lan.cookies["language"] = language

    answer = lan.get(f"/corrections/{case.reference}/")

    page = text_of(answer)
    with override(language):
        assert str(SEARCHED_LABELS[Searched.PAPER_REGISTER]) in page
        assert str(CANNOT_CONFIRM_SENTENCES[case.about]) in page
    links = answer.content.decode()
    for way in (f"dose={case.reported_as}", "/appeal/", "/disagree/", 'href="tel:'):
        assert way in links, way
    assert case.holder.name in page
    assert answer.context["results"] == []


@pytest.mark.parametrize("then", ["", "disagreed"])
def test_no_page_of_it_speaks_of_a_refusal(
    world: World, correction: Correction, as_citizen: SignIn, then: str
):
    case = actions.cannot_confirm(correction, by=world.user("minh"), searched=["lot_list"])
    if then:
        case = actions.log_disagreement(case, by=world.user("lan"), words="Tôi có tiêm.")
    lan = as_citizen(world.user("lan"))
    lan.cookies["language"] = "en"

    for address in (
        "/corrections/",
        f"/corrections/{case.reference}/",
        f"/corrections/{case.reference}/appeal/",
        f"/record/?person={case.citizen.public_id}",
    ):
        page = text_of(lan.get(address)).lower()
        assert "refus" not in page, address
