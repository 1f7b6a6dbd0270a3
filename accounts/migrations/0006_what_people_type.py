"""A date of birth may be known in part; passports of 8 digits; new search keys of names."""

from django.db import migrations, models

# Punctuation is left out of search keys since this release, and Ð (U+00D0) is a đ. The old keys have
# neither capitals nor diacritics, so the new ones follow from them.
NEW_KEYS = r"""
UPDATE {table} SET search_name = left(btrim(regexp_replace(regexp_replace(regexp_replace(
        translate(
            normalize(search_name, NFC),
            U&'\00F0\0256\2018\2019\201B\2032\00B4`\02B9\02BB\02BC\02BD\02C8\02CA\02CB\055A\A78C\FF07',
            'dd' || repeat('''', 16)
        ),
        '(?<!\w)(\w)'' +(?=\w)', '\1', 'g'),
        '(?<=\w)''(?=\w)', '', 'g'),
        '[ -/:-@\[-`{{-\u00a9\u00ab-\u00b1\u00b4-\u00b8\u00bb\u00bf\u00d7\u00f7\u2010-\u205f]+',
        ' ', 'g')), {length})
    WHERE search_name IS NOT NFC NORMALIZED OR search_name ~
        '[!-/:-@\[-`{{-\u00bf\u00d7\u00f0\u00f7\u0256\u02b9-\u02cb\u055a\u2010-\u205f\ua78c\uff07]'
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_token_scopes")]

    operations = [
        migrations.RemoveConstraint("verifiedidentity", "verified_identity_number_form"),
        migrations.AddConstraint(
            "verifiedidentity",
            models.CheckConstraint(
                condition=models.Q(
                    ("id_number__regex", r"^(\d{8,9}|\d{12}|(?=.*[A-Z])[A-Z0-9]{6,12})$")
                ),
                name="verified_identity_number_form",
                violation_error_message=(
                    "An ID number has 12 digits, or 9 digits, or is a passport number."
                ),
            ),
        ),
        migrations.AddField(
            "verifiedidentity",
            "birth_precision",
            models.CharField(
                choices=[
                    ("day", "day, month and year"),
                    ("month", "month and year"),
                    ("year", "year alone"),
                ],
                db_default="day",
                default="day",
                max_length=5,
                verbose_name="what is known of the date of birth",
            ),
        ),
        migrations.AddConstraint(
            "verifiedidentity",
            models.CheckConstraint(
                condition=models.Q(
                    ("birth_precision", "day"),
                    models.Q(("birth_precision", "month"), ("date_of_birth__day", 1)),
                    models.Q(
                        ("birth_precision", "year"),
                        ("date_of_birth__day", 1),
                        ("date_of_birth__month", 1),
                    ),
                    _connector="OR",
                ),
                name="verified_identity_birth_precision",
                violation_error_message="A year or month of birth is stored as its first day.",
            ),
        ),
        # A key is no part of what was verified; the rows are kept as they are again afterwards.
        migrations.RunSQL(
            [
                "ALTER TABLE accounts_verifiedidentity DISABLE TRIGGER accounts_identity_kept",
                NEW_KEYS.format(table="accounts_verifiedidentity", length=150),
                "ALTER TABLE accounts_verifiedidentity ENABLE TRIGGER accounts_identity_kept",
            ],
            migrations.RunSQL.noop,
        ),
    ]
