"""Appoints staff to an organization, or ends that; for the first accounts of a new server.

As on the pages: it is in the history of the person, who is written to.
"""

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import identity
from accounts.models import User
from corrections.actions import give_up_claims
from organizations import actions, by_command, staffing
from organizations.models import Membership, Organization
from vaxreg.forms import IdNumberField, PhoneField
from vaxreg.typed.birth_dates import BirthDate


class Command(BaseCommand):
    """`appoint huong@example.vn TTYT-003 officer`"""

    help = "Lets a user work at an organization in a role; --end ends it. `staff_account` first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("code", help="code of the organization, such as TTYT-003")
        parser.add_argument("role", choices=Membership.Role.values)
        parser.add_argument(
            "--id-number", help="of the identity card that you have seen; with --born"
        )
        parser.add_argument("--born", type=BirthDate.fromisoformat, help="such as 1985-03-27")
        parser.add_argument("--phone", default="", help="private number, such as +84912345678")
        parser.add_argument("--end", action="store_true", help="end the membership now")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].lower()).first()
        organization = Organization.objects.filter(code=options["code"]).first()
        if user is None or organization is None:
            raise CommandError(
                "There is no such user." if user is None else "No such organization."
            )
        role = options["role"]
        if options["id_number"] and options["born"]:
            self._verify(user, options)
        if not options["end"]:
            try:
                by_command.appoint(user, organization, role, operator=_operator())
            except actions.CannotAppoint:
                raise CommandError(f"{organization.name} is closed.") from None
            except staffing.AccountShut:
                raise CommandError(f"{user.email} is suspended or closed.") from None
            except staffing.WorksThere:
                self.stdout.write(f"{user.email}: {role} at {organization.name} already")
                return
            self.stdout.write(f"{user.email}: {role} at {organization.name}")
            if not identity.is_verified(user):
                self.stdout.write("The identity is not verified: no decision (--id-number, --born)")
            return
        held = Membership.objects.standing().filter(user=user, organization=organization, role=role)
        for membership in held:
            by_command.end(membership, operator=_operator())
        give_up_claims(user)
        self.stdout.write(f"{user.email}: no longer {role} at {organization.name}")

    def _verify(self, user: User, options: dict[str, Any]) -> None:
        try:
            by_command.verify(
                user,
                id_number=IdNumberField().clean(options["id_number"]),
                date_of_birth=options["born"],
                phone=PhoneField(required=False).clean(options["phone"]),
                operator=_operator(),
            )
        except ValidationError as wrong:
            raise CommandError(" ".join(wrong.messages)) from None
        except identity.NumberTaken:
            raise CommandError("Another account has this ID number.") from None


def _operator() -> str:
    """Return the user of this machine who typed the command; the number where it has no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())
