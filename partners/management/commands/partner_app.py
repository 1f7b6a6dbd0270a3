"""Registers a partner app, gives it a new secret, ends it, or lists all."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from accounts.models import PER_MINUTE, User
from partners import registering
from partners.models import PartnerApp
from partners.scopes import EVERY

SECRET_BYTES = 48


class Command(BaseCommand):
    """`partner_app make "Sổ Sức khỏe" --run-by "…" --email … --redirect-uri https://… --scope read`"""

    help = "Registers an app of somebody else's and prints its id and secret once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["make", "secret", "end", "list"])
        parser.add_argument("name", nargs="?", default="", help="the app, or its client id")
        parser.add_argument("--run-by", default="", help="who answers for it, shown to citizens")
        parser.add_argument("--email", default="", help="of its operators")
        parser.add_argument("--website", default="")
        parser.add_argument(
            "--redirect-uri", action="append", default=[], help="where consent leads back to"
        )
        parser.add_argument(
            "--public", action="store_true", help="an app on a phone, which can keep no secret"
        )
        parser.add_argument(
            "--system", default="", help="e-mail of the account that a system acts as"
        )
        parser.add_argument("--scope", action="append", choices=list(EVERY), default=[])
        parser.add_argument("--per-minute", type=int, default=PER_MINUTE)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] == "list":
            for each in PartnerApp.objects.all():
                state = f"ended {each.ended_at:%Y-%m-%d}" if each.ended_at else "live"
                known = f"{each.client_id}  {each.name} ({each.run_by})"
                self.stdout.write(f"{known}  {state}  {' '.join(each.scopes)}")
            return
        if options["act"] == "make":
            self._make(options)
            return
        known_as = Q(client_id=options["name"]) | Q(name=options["name"])
        app = PartnerApp.objects.live().filter(known_as).first()
        if app is None:
            raise CommandError("There is no such app.")
        if options["act"] == "end":
            registering.end(app)
            self.stdout.write("Ended: nothing is open to it any more.")
            return
        secret = secrets.token_urlsafe(SECRET_BYTES)
        registering.renew_secret(app, secret)
        self.stdout.write(f"client_secret {secret}")

    def _make(self, options: dict[str, Any]) -> None:
        system = options["system"]
        account = User.objects.filter(email=system.lower(), closed_at=None).first()
        if system and account is None:
            raise CommandError("There is no such account.")
        secret = "" if options["public"] else secrets.token_urlsafe(SECRET_BYTES)
        try:
            app = registering.register(
                name=options["name"],
                run_by=options["run_by"],
                contact_email=options["email"],
                website=options["website"],
                redirect_uris=options["redirect_uri"],
                scopes=options["scope"],
                secret=secret,
                system=account,
                per_minute=options["per_minute"],
            )
        except ValidationError as refused:
            raise CommandError("; ".join(refused.messages)) from refused
        self.stdout.write(f"client_id {app.client_id}")
        if secret:
            self.stdout.write(f"client_secret {secret}")
