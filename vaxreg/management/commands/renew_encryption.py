"""Encrypts all encrypted values again under the newest keys of FIELD_KEY and ACCOUNTS_KEY."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from vaxreg.encryption import RENEWALS, BlindIndexField, EncryptedTextField

BATCH = 500


class Command(BaseCommand):
    """Run it after a new key was put first; it may be stopped and run again."""

    help = "Encrypt columns and second factors anew under the newest FIELD_KEY and ACCOUNTS_KEY."

    def handle(self, *args: Any, **options: Any) -> None:
        for model in apps.get_models():
            fields = [f for f in model._meta.concrete_fields if isinstance(f, EncryptedTextField)]
            if fields:
                rows = renew(model, [field.name for field in fields])
                self.stdout.write(f"{model._meta.label}: {rows} rows")
        for title, renew_rows in RENEWALS.items():
            self.stdout.write(f"{title}: {renew_rows()} rows")


def renew(model: type[models.Model], encrypted: list[str]) -> int:
    """Rewrite these fields and their blind indexes, in batches; return the number of rows."""
    indexes = [f for f in model._meta.concrete_fields if isinstance(f, BlindIndexField)]
    last, count = None, 0
    while True:
        with transaction.atomic():
            rows = model._default_manager.select_for_update().order_by("pk")
            if last is not None:
                rows = rows.filter(pk__gt=last)
            batch = list(rows[:BATCH])
            for row in batch:
                for index in indexes:
                    index.pre_save(row, add=False)
            names = [*encrypted, *(index.name for index in indexes)]
            model._default_manager.bulk_update(batch, names)
        if not batch:
            return count
        last, count = batch[-1].pk, count + len(batch)
