"""The ID numbers that VNeID gave are encrypted; accounts of one person are found by their hash."""

from typing import Any

import django.core.validators
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

# As in migration 0002, by the hashes of the numbers.
NEAR_ACCOUNTS = """
CREATE OR REPLACE FUNCTION citizens_near_accounts(asked bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 3 AS $$
    WITH phones AS (
        SELECT phone FROM accounts_user WHERE id = asked AND phone IS NOT NULL
        UNION
        SELECT phone FROM accounts_verifiedidentity WHERE user_id = asked AND phone <> ''
    ), numbers AS (
        SELECT number_hash FROM accounts_verifiedidentity WHERE user_id = asked
        UNION
        SELECT number_hash FROM identity_vneididentity WHERE user_id = asked
    )
    SELECT asked
    UNION SELECT id FROM accounts_user WHERE phone IN (SELECT phone FROM phones)
    UNION SELECT other.user_id FROM accounts_verifiedidentity other
        WHERE other.number_hash IN (SELECT number_hash FROM numbers)
    UNION SELECT other.user_id FROM identity_vneididentity other
        WHERE other.number_hash IN (SELECT number_hash FROM numbers)
$$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION citizens_near_accounts(asked bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 3 AS $$
    WITH phones AS (
        SELECT phone FROM accounts_user WHERE id = asked AND phone IS NOT NULL
        UNION
        SELECT phone FROM accounts_verifiedidentity WHERE user_id = asked AND phone <> ''
    ), numbers AS (
        SELECT id_number FROM accounts_verifiedidentity WHERE user_id = asked
        UNION
        SELECT id_number FROM identity_vneididentity WHERE user_id = asked
    )
    SELECT asked
    UNION SELECT id FROM accounts_user WHERE phone IN (SELECT phone FROM phones)
    UNION SELECT other.user_id FROM accounts_verifiedidentity other
        WHERE other.id_number IN (SELECT id_number FROM numbers)
    UNION SELECT other.user_id FROM identity_vneididentity other
        WHERE other.id_number IN (SELECT id_number FROM numbers)
$$;
"""


def encrypt(apps: Any, schema_editor: object) -> None:
    encrypt_plain(apps.get_model("identity", "VneidIdentity"), "id_number")


def decrypt(apps: Any, schema_editor: object) -> None:
    decrypt_to_plain(apps.get_model("identity", "VneidIdentity"), "id_number")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("identity", "0002_same_person"), ("accounts", "0010_numbers_encrypted")]

    operations = [
        migrations.RemoveConstraint("vneididentity", "vneid_identity_number_form"),
        RemoveIndexConcurrently("vneididentity", "vneid_identity_number"),
        migrations.AddField(
            model_name="vneididentity",
            name="number_hash",
            field=vaxreg.encryption.BlindIndexField(
                db_default="", label="id_number", of="id_number"
            ),
        ),
        migrations.AlterField(
            model_name="vneididentity",
            name="id_number",
            field=vaxreg.fields.EncryptedIdNumberField(
                validators=[
                    django.core.validators.RegexValidator(
                        "^\\d{12}$", "A personal number has 12 digits."
                    )
                ],
                verbose_name="ID number",
            ),
        ),
        migrations.RunPython(encrypt, decrypt),
        AddIndexConcurrently(
            "vneididentity",
            models.Index(fields=["number_hash"], name="vneid_identity_number_hash"),
        ),
        AddConstraintNotValid(
            "vneididentity",
            models.CheckConstraint(
                condition=models.Q(
                    models.Func(
                        models.F("id_number"),
                        output_field=models.BooleanField(),
                        template="starts_with(%(expressions)s, 'g1:')",
                    )
                ),
                name="vneid_identity_number_encrypted",
            ),
        ),
        ValidateConstraint("vneididentity", "vneid_identity_number_encrypted"),
        migrations.RunSQL(NEAR_ACCOUNTS, BEFORE),
    ]
