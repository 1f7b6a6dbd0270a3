"""Appoints staff to an organization, or ends that; for the first accounts of a new server."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from organizations import actions
from organizations.models import Membership, Organization


class Command(BaseCommand):
    """`appoint huong@example.vn TTYT-003 officer`"""

    help = "Lets a user work at an organization in a role; --end ends it. `staff_account` first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("code", help="code of the organization, such as TTYT-003")
        parser.add_argument("role", choices=Membership.Role.values)
        parser.add_argument("--end", action="store_true", help="end the membership now")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].lower()).first()
        organization = Organization.objects.filter(code=options["code"]).first()
        if user is None or organization is None:
            raise CommandError(
                "There is no such user." if user is None else "No such organization."
            )
        role = options["role"]
        if not options["end"]:
            try:
                actions.appoint(user, organization, role, by=None)
            except actions.CannotAppoint:
                raise CommandError(f"{organization.name} is closed.") from None
            self.stdout.write(f"{user.email}: {role} at {organization.name}")
            return
        held = Membership.objects.live().filter(user=user, organization=organization, role=role)
        for membership in held:
            actions.end_membership(membership, by=None)
        self.stdout.write(f"{user.email}: no longer {role} at {organization.name}")
