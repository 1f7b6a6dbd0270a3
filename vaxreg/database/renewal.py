"""Encrypts the rows of a table again, or for the first time, in batches; it may be interrupted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from vaxreg.encryption import (
    MARK,
    BlindIndexField,
    EncryptedBytesField,
    EncryptedTextField,
    SealedJSONField,
)

BATCH = 500
# Triggers that refuse or change updates; those of constraints are internal.
GUARDED = """
SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal)
"""


def encrypted_columns(model: type[models.Model]) -> list[str]:
    """Return the names of the fields of this model that hold encrypted values."""
    kinds = (EncryptedTextField, EncryptedBytesField, SealedJSONField)
    return [field.name for field in model._meta.concrete_fields if isinstance(field, kinds)]


def renew(model: type[models.Model], *, mentions: str = MARK) -> int:
    """Rewrite all encrypted fields and their blind indexes; return the number of rows.

    mentions: of JSON, only the rows with this text are rewritten. History that triggers keep from
    being changed is rewritten too: only the owner of the tables may do that.
    """
    names = encrypted_columns(model)
    rows = _with_values(model, names, mentions)
    indexes = _indexes(model)
    last, count = None, 0
    while True:
        with transaction.atomic(), unguarded(model):
            later = rows if last is None else rows.filter(pk__gt=last)
            batch = list(later.select_for_update(of=("self",)).order_by("pk")[:BATCH])
            for row in batch:
                for index in indexes:
                    index.pre_save(row, add=False)
            if batch:
                changed = [*names, *(index.name for index in indexes)]
                model._default_manager.bulk_update(batch, changed)
        if not batch:
            return count
        last, count = batch[-1].pk, count + len(batch)


def encrypt_plain(model: type[models.Model], name: str) -> None:
    """Encrypt a column that held plain text, and write its blind indexes; for migrations."""
    field = _field(model, name)
    indexes = [index for index in _indexes(model) if index.of == name]
    targets = ", ".join(f"{one.column} = %s" for one in [field, *indexes])
    last = 0
    while True:
        with transaction.atomic(), unguarded(model), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, {field.column} FROM {model._meta.db_table}"  # noqa: S608
                f" WHERE id > %s AND NOT starts_with({field.column}, '{MARK}')"
                f" ORDER BY id LIMIT {BATCH} FOR UPDATE",
                [last],
            )
            batch = cursor.fetchall()
            cursor.executemany(
                f"UPDATE {model._meta.db_table} SET {targets} WHERE id = %s",  # noqa: S608
                [
                    (field.get_prep_value(text), *(one.digest_of(text) for one in indexes), pk)
                    for pk, text in batch
                ],
            )
        if not batch:
            return
        last = batch[-1][0]


def decrypt_to_plain(model: type[models.Model], name: str) -> None:
    """Write a column as plain text again; for migrations that are taken back."""
    field = _field(model, name)
    with transaction.atomic(), unguarded(model), connection.cursor() as cursor:
        rows = model._default_manager.exclude(**{f"{name}__isnull": True}).order_by()
        cursor.executemany(
            f"UPDATE {model._meta.db_table} SET {field.column} = %s WHERE id = %s",  # noqa: S608
            [(text, pk) for pk, text in rows.values_list("pk", name)],
        )


@contextmanager
def unguarded(model: type[models.Model]) -> Iterator[None]:
    """Switch off the triggers of a table until the end of this transaction, if it has any.

    Others cannot write to the table meanwhile. Raises ProgrammingError for a role that does not own
    the table.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(GUARDED, [model._meta.db_table])
        is_guarded = cursor.fetchone()[0]
        if is_guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        if is_guarded:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    return next(field for field in model._meta.concrete_fields if field.name == name)


def _indexes(model: type[models.Model]) -> list[BlindIndexField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, BlindIndexField)]


def _with_values(
    model: type[models.Model], names: Sequence[str], mentions: str
) -> models.QuerySet[models.Model]:
    rows = model._default_manager.order_by("pk")
    if not all(isinstance(_field(model, name), SealedJSONField) for name in names):
        return rows
    wanted = Q(pk=None)
    for number, name in enumerate(names):
        rows = rows.alias(**{f"text_{number}": Cast(name, TextField())})
        wanted |= Q(**{f"text_{number}__contains": mentions})
    return rows.filter(wanted)
