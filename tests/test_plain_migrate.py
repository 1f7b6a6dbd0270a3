"""A server without demo mode begins empty, and nothing of the demo can be reached."""

import subprocess
import sys

import pytest
from django.conf import settings

from accounts.models import User
from citizens.models import Citizen
from doses.models import Vaccine
from organizations.models import Organization
from tests.production import environment

PRODUCTION = """
import django; django.setup()
from django.apps import apps
from django.core.management import get_commands
from django.urls import Resolver404, resolve
print(apps.is_installed("demo"), "seed_demo" in get_commands(), "demo_logins" in get_commands())
for address in ("/demo/", "/demo/inbox/", "/demo/second-factors/", "/ui/", "/admin/"):
    try:
        resolve(address)
        print(address, "found")
    except Resolver404:
        print(address, 404)
"""


@pytest.mark.django_db
@pytest.mark.parametrize("model", [User, Citizen, Organization, Vaccine])
def test_after_a_plain_migrate_there_is_nobody(model):
    assert model.objects.count() == 0


def test_without_demo_mode_its_room_is_not_there():
    done = subprocess.run(
        [sys.executable, "-c", PRODUCTION],
        cwd=settings.BASE_DIR,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "False False False",
        "/demo/ 404",
        "/demo/inbox/ 404",
        "/demo/second-factors/ 404",
        "/ui/ 404",
        "/admin/ 404",
    ]
