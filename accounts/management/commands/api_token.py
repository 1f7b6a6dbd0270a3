"""Creates a key for a program, or ends the keys of one."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from accounts.api_auth import make_token
from accounts.models import PER_MINUTE, SCOPES_OF, ApiToken, Scope, SessionKind, User
from vaxreg import db_time


class Command(BaseCommand):
    """`api_token minh@example.vn --name "Ward register" --kind staff --scope read --scope review`"""

    help = "Makes an API token for a user and prints its key once; --revoke ends the named token."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="e-mail address or phone number (+84…) of the user")
        parser.add_argument("--name", required=True, help="which program uses it")
        parser.add_argument("--kind", choices=SessionKind.values, default=SessionKind.CITIZEN)
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help="what it may do, several times if need be; reading alone by default",
        )
        parser.add_argument(
            "--smart",
            action="append",
            default=[],
            metavar="SCOPE",
            help='what it may do below /fhir/, as "patient/Immunization.rs"; several times if need be',
        )
        parser.add_argument(
            "--per-minute", type=int, default=PER_MINUTE, help="requests it may send in a minute"
        )
        parser.add_argument("--days", type=int, default=90, help="days until it expires")
        parser.add_argument("--revoke", action="store_true", help="end the tokens of this name")

    def handle(self, *args: Any, **options: Any) -> None:
        known_as = options["user"]
        user = User.objects.filter(
            Q(email=known_as.lower()) | Q(phone=known_as), closed_at=None
        ).first()
        if user is None:
            raise CommandError("There is no such user.")
        if options["revoke"]:
            tokens = ApiToken.objects.filter(user=user, name=options["name"], revoked_at=None)
            self.stdout.write(f"{tokens.update(revoked_at=db_time.now())} token(s) revoked.")
            return
        kind = SessionKind(options["kind"])
        smart_scopes = set(options["smart"])
        # One that was made for /fhir/ alone reads nothing below /api/v1/.
        default = [] if smart_scopes else [Scope.READ]
        scopes = {Scope(name) for name in options["scope"] or default}
        if not scopes <= set(SCOPES_OF[kind]):
            raise CommandError(f"A {kind} token can have: {', '.join(SCOPES_OF[kind])}.")
        if options["per_minute"] < 1:
            raise CommandError("Let it send one request in a minute at least.")
        try:
            key = make_token(
                user,
                name=options["name"],
                kind=kind,
                lifetime=timedelta(days=options["days"]),
                scopes=scopes,
                per_minute=options["per_minute"],
                smart_scopes=smart_scopes,
            )
        except ValueError as wrong:
            raise CommandError(str(wrong)) from None
        self.stdout.write(key)
