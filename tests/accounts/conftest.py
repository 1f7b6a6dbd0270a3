"""The rooms above are not needed to test the doors: a small site of pages stands in for them."""

import pytest


@pytest.fixture(autouse=True)
def _small_site(settings):
    settings.ROOT_URLCONF = "tests.accounts.doors"
