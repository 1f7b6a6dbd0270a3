"""Separates two records that were merged by mistake: the part becomes a record again."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from citizens import merging
from citizens.models import Citizen


class Command(BaseCommand):
    """`separate_records 5faf4d64-… huong@example.vn "Two sisters"`"""

    help = "Gives a merged part back as a record of its own, with all that was always its own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", type=UUID, help="public id of the part")
        parser.add_argument("email", help="who answers for it")
        parser.add_argument("why", help="kept in the history of the record")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].lower()).first()
        part = Citizen.objects.filter(public_id=options["part"]).first()
        if user is None or part is None:
            raise CommandError("There is no such user." if user is None else "No such record.")
        try:
            merging.separate(part, by=user, why=options["why"])
        except ValidationError as refused:
            raise CommandError(refused.messages[0]) from None
        self.stdout.write(f"{part.public_id}: a record of its own")
