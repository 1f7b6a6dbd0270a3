"""Creates an account for a member of staff, or resets one whose owner cannot sign in."""

import secrets
from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import sessions
from accounts.models import User
from vaxreg.typed.names import checked_name


class Command(BaseCommand):
    """`staff_account minh@example.vn --name "Phạm Văn Minh"`"""

    help = (
        "Opens a staff account, or resets its password, and prints a password that must be "
        "changed at the next sign-in. A reset keeps the second factor unless told otherwise."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", help="full name")
        parser.add_argument(
            "--forget-second-factor",
            action="store_true",
            help="the person lost the phone and the recovery codes, and you know it is them",
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        user = User.objects.filter(email=email).first() or User(email=email)
        password = secrets.token_urlsafe(15)
        user.set_password(password)
        user.must_change_password = True
        try:
            user.full_name = checked_name(options["name"] or user.full_name)
        except ValidationError as wrong:
            raise CommandError(" ".join(wrong.messages)) from None
        user.save()
        sessions.end_all(user)
        if options["forget_second_factor"]:
            Authenticator.objects.filter(user=user).delete()
        self.stdout.write(password)
