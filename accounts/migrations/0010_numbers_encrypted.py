"""The ID numbers of staff are encrypted, and found by a keyed hash."""

from typing import Any

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models

import vaxreg.encryption
import vaxreg.fields
from vaxreg.database.renewal import decrypt_to_plain, encrypt_plain

NO_MORE = "DROP INDEX CONCURRENTLY IF EXISTS verified_identity_one_account"
ONCE_BEFORE = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS verified_identity_one_account
    ON accounts_verifiedidentity (id_number) WHERE ended_at IS NULL
"""
# By hand: Django has no operation that adds a unique constraint without locking the table.
ONCE = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS verified_identity_one_account
    ON accounts_verifiedidentity (number_hash) WHERE ended_at IS NULL
"""


def encrypt(apps: Any, schema_editor: object) -> None:
    encrypt_plain(apps.get_model("accounts", "VerifiedIdentity"), "id_number")


def decrypt(apps: Any, schema_editor: object) -> None:
    decrypt_to_plain(apps.get_model("accounts", "VerifiedIdentity"), "id_number")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0009_code_of_a_message")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(NO_MORE, ONCE_BEFORE)],
            state_operations=[
                migrations.RemoveConstraint("verifiedidentity", "verified_identity_one_account")
            ],
        ),
        migrations.RemoveConstraint("verifiedidentity", "verified_identity_number_form"),
        RemoveIndexConcurrently("verifiedidentity", "verified_identity_number"),
        migrations.AddField(
            model_name="verifiedidentity",
            name="number_hash",
            field=vaxreg.encryption.BlindIndexField(
                db_default="", label="id_number", of="id_number"
            ),
        ),
        migrations.AlterField(
            model_name="verifiedidentity",
            name="id_number",
            field=vaxreg.fields.EncryptedIdNumberField(verbose_name="ID number"),
        ),
        migrations.RunPython(encrypt, decrypt),
        AddIndexConcurrently(
            "verifiedidentity",
            models.Index(fields=["number_hash"], name="verified_identity_hash"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    ONCE, "DROP INDEX CONCURRENTLY IF EXISTS verified_identity_one_account"
                )
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="verifiedidentity",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("number_hash",),
                        name="verified_identity_one_account",
                        violation_error_message="Another account has this ID number.",
                    ),
                )
            ],
        ),
        AddConstraintNotValid(
            "verifiedidentity",
            models.CheckConstraint(
                condition=models.Q(
                    models.Func(
                        models.F("id_number"),
                        output_field=models.BooleanField(),
                        template="starts_with(%(expressions)s, 'g1:')",
                    )
                ),
                name="verified_identity_number_encrypted",
            ),
        ),
        ValidateConstraint("verifiedidentity", "verified_identity_number_encrypted"),
    ]
