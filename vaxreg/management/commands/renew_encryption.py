"""Encrypts all encrypted values again under the newest keys of FIELD_KEY and ACCOUNTS_KEY."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from vaxreg.database.renewal import encrypted_columns, renew
from vaxreg.encryption import RENEWALS


class Command(BaseCommand):
    """Run it after a new key was put first; it may be stopped and run again."""

    help = "Encrypt columns and second factors anew under the newest FIELD_KEY and ACCOUNTS_KEY."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError for a role that may only add to history."""
        for model in apps.get_models():
            if encrypted_columns(model):
                try:
                    rows = renew(model)
                except ProgrammingError as refused:
                    raise CommandError(
                        f"{model._meta.label}: {refused}. Run it as the role that migrates."
                    ) from None
                self.stdout.write(f"{model._meta.label}: {rows} rows")
        for title, renew_rows in RENEWALS.items():
            self.stdout.write(f"{title}: {renew_rows()} rows")
