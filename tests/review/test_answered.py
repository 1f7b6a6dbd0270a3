"""The page of cases that the record answers: ticked ones are closed, the others say why not."""

import pytest
from django.test import Client

from corrections import actions
from corrections.actions import by_record
from corrections.models import AnsweredCase, Correction
from doses.actions import revise
from tests import cases
from tests.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.django_db
PAGE = "/review/answered/"


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return as_staff(world.user("minh"))


@pytest.fixture
def answered(world: World) -> list[Correction]:
    """Three cases of doses that say now what was proposed; a colleague works on the last one."""
    filed = [cases.file_at(world, number) for number in range(3)]
    for case in filed:
        assert case.dose is not None
        revise(case.dose, changes={"vaccine": world.pfizer}, by=None, why="Sổ buổi tiêm")
    filed[2] = actions.pick_up(filed[2], by=cases.colleague(world))
    return filed


def statuses(answered: list[Correction]) -> list[str]:
    return [Correction.objects.get(pk=case.pk).status for case in answered]


def value(case: Correction, version: int | None = None) -> str:
    return f"{case.reference}.{version or case.version}"


def test_the_queue_says_how_many_and_each_case_stands_beside_its_dose(minh, answered):
    queue = minh.get("/review/").content.decode()
    page = minh.get(PAGE).content.decode()

    assert "3 đề xuất" in queue
    assert page.count("checked") == 2
    assert "Một đồng nghiệp đang xử lý" in page
    assert page.count("Pfizer") >= 6


def test_ticked_cases_are_closed_and_a_stale_one_is_refused_in_words(minh, answered):
    sent = {"case": [value(answered[0]), value(answered[1], 99)]}

    said = minh.post(PAGE, sent, follow=True).content.decode()
    again = minh.post(PAGE, sent, follow=True).content.decode()

    assert statuses(answered) == ["accepted", "queued", "in_review"]
    assert f"{answered[1].reference}: " in said
    assert f"{answered[0].reference}: " in again


def test_all_of_them_are_closed_at_once_and_many_in_the_background(minh, answered, monkeypatch):
    monkeypatch.setattr(by_record, "MOST_AT_ONCE", 2)
    minh.post(PAGE, {"all": "1"})
    assert AnsweredCase.objects.exclude(asked_at=None).count() == 3
    AnsweredCase.objects.update(asked_at=None, asked_by=None)

    monkeypatch.setattr(by_record, "MOST_AT_ONCE", 50)
    minh.post(PAGE, {"all": "1"})

    assert statuses(answered) == ["accepted", "accepted", "in_review"]


def test_nobody_closes_a_case_of_another_desk(world, as_staff, answered):
    tuan = as_staff(world.user("tuan"))

    tuan.post(PAGE, {"case": [value(answered[0])], "all": "1"})

    assert answered[0].reference not in tuan.get(PAGE).content.decode()
    assert statuses(answered)[0] == "queued"
