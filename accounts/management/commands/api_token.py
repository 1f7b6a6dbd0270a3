"""Creates a key for a program, or ends the keys of one."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from accounts.api_auth import make_token
from accounts.models import ApiToken, SessionKind, User
from vaxreg import db_time


class Command(BaseCommand):
    """`api_token minh@example.vn --name "Ward register" --kind staff --days 90`"""

    help = "Makes an API token for a user and prints its key once; --revoke ends the named token."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="e-mail address or phone number (+84…) of the user")
        parser.add_argument("--name", required=True, help="which program uses it")
        parser.add_argument("--kind", choices=SessionKind.values, default=SessionKind.CITIZEN)
        parser.add_argument("--days", type=int, default=90, help="days until it expires")
        parser.add_argument("--revoke", action="store_true", help="end the tokens of this name")

    def handle(self, *args: Any, **options: Any) -> None:
        known_as = options["user"]
        user = User.objects.filter(Q(email=known_as.lower()) | Q(phone=known_as)).first()
        if user is None:
            raise CommandError("There is no such user.")
        if options["revoke"]:
            tokens = ApiToken.objects.filter(user=user, name=options["name"], revoked_at=None)
            self.stdout.write(f"{tokens.update(revoked_at=db_time.now())} token(s) revoked.")
            return
        key = make_token(
            user,
            name=options["name"],
            kind=SessionKind(options["kind"]),
            lifetime=timedelta(days=options["days"]),
        )
        self.stdout.write(key)
