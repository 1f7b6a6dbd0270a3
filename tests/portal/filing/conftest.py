"""What every test of filing starts from: a dose of Lan's, and Lan signed in."""

import pytest
from django.test import Client
from django.utils.translation import override

from corrections.photos import evidence
from doses.models import Dose
from tests import world as worlds
from tests.conftest import SignIn
from tests.world import World
from vaxreg.photos import cleaning


@pytest.fixture(autouse=True)
def storage(tmp_path, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path)}},
    }


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def quick(monkeypatch) -> None:
    """Photos that need no decoding."""
    monkeypatch.setattr(evidence, "clean", lambda data: [cleaning.Picture(data, data, 400, 300)])


@pytest.fixture
def dose(world: World) -> Dose:
    return worlds.dose(world)


@pytest.fixture
def lan(world: World, as_citizen: SignIn) -> Client:
    client = as_citizen(world.user("lan"))
    client.cookies["language"] = "en"
    return client
