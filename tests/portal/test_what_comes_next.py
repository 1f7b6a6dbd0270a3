"""The record page: what comes next, and doses given abroad."""

from datetime import date

import pytest

from doses.actions import Abroad
from tests import world as worlds
from tests.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.django_db


def test_the_record_says_what_comes_next_and_since_when(world: World, as_citizen: SignIn):
    worlds.dose(world)

    page = as_citizen(world.user("lan")).get("/record/")

    (due,) = page.context["due"]
    assert (due.title, due.due_on) == ("Mũi cơ bản 2 · COVID-19", date(2021, 10, 24))
    assert "đến hạn từ 24/10/2021" in " ".join(page.content.decode().split())


def test_a_dose_given_abroad_stands_on_the_record_with_its_country(
    world: World, as_citizen: SignIn
):
    worlds.dose(
        world, organization=None, provenance="abroad", abroad=Abroad("GB", "Covishield", "NHS")
    )

    page = as_citizen(world.user("lan")).get("/record/").content.decode()

    assert "Vương quốc Anh · NHS" in page
    assert "giấy chứng nhận của nước ngoài" in page
