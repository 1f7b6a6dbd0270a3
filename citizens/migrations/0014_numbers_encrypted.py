"""The ID numbers of citizens and of their revisions are encrypted; documents are searched instead."""

from typing import Any

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models

import vaxreg.fields
from vaxreg.database.renewal import decrypt_to_plain, encrypt_plain

MODELS = ("Citizen", "CitizenRevision")
# By hand: Django drops the index of a unique constraint while the table is closed.
NO_MORE = "DROP INDEX CONCURRENTLY IF EXISTS citizen_id_number_once"
ONCE_BEFORE = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS citizen_id_number_once
    ON citizens_citizen (id_number) WHERE id_number_proven
"""


def encrypt(apps: Any, schema_editor: object) -> None:
    for name in MODELS:
        encrypt_plain(apps.get_model("citizens", name), "id_number")


def decrypt(apps: Any, schema_editor: object) -> None:
    for name in MODELS:
        decrypt_to_plain(apps.get_model("citizens", name), "id_number")


def encrypted(model: str) -> migrations.AlterField:
    return migrations.AlterField(
        model_name=model,
        name="id_number",
        field=vaxreg.fields.EncryptedIdNumberField(blank=True, null=True, verbose_name="ID number"),
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("citizens", "0013_documents_of_records")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(NO_MORE, ONCE_BEFORE)],
            state_operations=[migrations.RemoveConstraint("citizen", "citizen_id_number_once")],
        ),
        migrations.RemoveConstraint("citizen", "citizen_id_number_form"),
        RemoveIndexConcurrently("citizen", "citizen_id_ending"),
        RemoveIndexConcurrently("citizen", "citizen_id_number_any"),
        encrypted("citizen"),
        encrypted("citizenrevision"),
        migrations.RunPython(encrypt, decrypt),
        AddConstraintNotValid(
            "citizen",
            models.CheckConstraint(
                condition=models.Q(
                    ("id_number__isnull", True),
                    models.Func(
                        models.F("id_number"),
                        output_field=models.BooleanField(),
                        template="starts_with(%(expressions)s, 'g1:')",
                    ),
                    _connector="OR",
                ),
                name="citizen_id_number_encrypted",
            ),
        ),
        ValidateConstraint("citizen", "citizen_id_number_encrypted"),
    ]
