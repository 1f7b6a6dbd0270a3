"""Officers of each level, signed in; and figures that are counted."""

from datetime import timedelta

from django.test import Client

from accounts.models import User
from corrections.sweep import sweep
from organizations.models import Membership, Organization
from reporting import daily_job
from tests.conftest import SignIn
from tests.world import LONG_AGO, World
from vaxreg import db_time


def clients(world: World, as_staff: SignIn) -> dict[str, Client]:
    """Officers of a district, of a province, and of the ministry, in English."""
    an = world.users.get("an") or appointed(world)
    people = {"huong": world.user("huong"), "phuc": world.user("phuc"), "an": an}
    signed = {name: as_staff(user) for name, user in people.items()}
    for client in signed.values():
        client.cookies["language"] = "en"
    return signed


def appointed(world: World):
    user = type(world.user("phuc")).objects.create_user(
        email="an@example.vn", full_name="Nguyễn Hoài An", password="x"
    )
    Membership.objects.create(
        user=user, organization=world.ministry, role="officer", since=db_time.now() - LONG_AGO
    )
    world.users["an"] = user
    return user


def count_all() -> None:
    sweep()
    daily_job.close_days(seconds=120)
    daily_job.refresh()


def leave(organization: Organization) -> None:
    """Let somebody have worked at an organization, who left it two days ago."""
    user = User.objects.create_user(email=f"{organization.code.lower()}-left@example.vn")
    Membership.objects.create(
        user=user,
        organization=organization,
        role="reviewer",
        since=db_time.now() - LONG_AGO,
        until=db_time.now() - timedelta(days=2),
    )
