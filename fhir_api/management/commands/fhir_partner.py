"""Lets the account of a system record the doses of an organization through /fhir/, or ends that."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from doses.sites import KINDS_GIVING_DOSES
from fhir_api.models import Partner
from organizations.models import Membership, Organization
from vaxreg import db_time


class Command(BaseCommand):
    """`fhir_partner his@bachmai.example.vn --organization BV-01-01`, then `api_token … --smart`"""

    help = "Makes an account a partner of an organization; --end ends it. Its keys: api_token."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="e-mail address of the system's account")
        parser.add_argument("--organization", help="code of the organization that gives the doses")
        parser.add_argument("--end", action="store_true", help="end it; nothing is deleted")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["user"].lower(), closed_at=None).first()
        if user is None:
            raise CommandError("There is no such user.")
        standing = Partner.objects.filter(user=user, until=None)
        if options["end"]:
            self.stdout.write(f"{standing.update(until=db_time.now())} ended.")
            return
        site = Organization.objects.open().filter(code=options["organization"]).first()
        if site is None or site.kind not in KINDS_GIVING_DOSES:
            raise CommandError("There is no open organization with this code that gives doses.")
        if Membership.objects.standing().filter(user=user).exists():
            raise CommandError("This is the account of a person: give the system one of its own.")
        if standing.exists():
            raise CommandError("It is a partner already: end that first.")
        Partner.objects.create(user=user, organization=site)
        self.stdout.write(f"{user.email} records the doses of {site.name}.")
