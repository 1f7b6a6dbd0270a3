"""Gives the application's role its rights on the tables, after a migration."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from vaxreg.database import roles


class Command(BaseCommand):
    """`grant_access vaxreg_app`, with DATABASE_URL of the owner of the tables"""

    help = "Grants the application's role what it needs and no more; run it after `migrate`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "role",
            nargs="?",
            default=os.environ.get("DATABASE_APP_ROLE"),
            help="the role with which web, worker and beat connect; default: DATABASE_APP_ROLE",
        )
        parser.add_argument(
            "--make",
            action="store_true",
            help="make the role, or give it its password, from DATABASE_APP_PASSWORD",
        )
        parser.add_argument(
            "--statement-timeout",
            type=int,
            help="milliseconds a statement of the role may take, where DB_POOLED is 1; 0: any",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["role"]:
            raise CommandError("Name the role, or set DATABASE_APP_ROLE.")
        if options["make"]:
            roles.make(options["role"], os.environ.get("DATABASE_APP_PASSWORD", ""))
        try:
            given = roles.grant(options["role"])
        except ProgrammingError as error:
            raise CommandError(f"{error}".partition("\n")[0]) from None
        if options["statement_timeout"] is not None:
            roles.limit_statements(options["role"], options["statement_timeout"])
        fixed = [table for table, rights in given.items() if "UPDATE" not in rights]
        self.stdout.write(
            f"{options['role']}: {len(given)} tables, {len(fixed)} of them can only be added to."
        )
