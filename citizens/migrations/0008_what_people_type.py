"""Names without invisible characters, passports of 8 digits, new search keys of names.

The constraints are added without a check of the rows that are there, and checked afterwards: the
table stays open while a registry of millions of rows is read.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
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

# Marks of direction, zero widths and soft hyphens go; odd and double spaces are single ones.
VISIBLE_NAMES = r"""
UPDATE citizens_citizen SET full_name = btrim(regexp_replace(regexp_replace(full_name,
        '[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]', '', 'g'),
        '[\u0001- \u007f-\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g'))
    WHERE full_name ~ '[^\u0001-@\[-`{-\u00bf]' AND full_name ~ '(^ |  | $|[\u0001-\u001f'
        '\u007f-\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff])'
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("citizens", "0007_birth_precision")]

    operations = [
        migrations.RunSQL(
            [NEW_KEYS.format(table="citizens_citizen", length=120), VISIBLE_NAMES],
            migrations.RunSQL.noop,
        ),
        AddConstraintNotValid(
            "citizen",
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
                name="citizen_birth_precision",
                violation_error_message="A year or month of birth is stored as its first day.",
            ),
        ),
        migrations.RemoveConstraint("citizen", "citizen_id_number_form"),
        AddConstraintNotValid(
            "citizen",
            models.CheckConstraint(
                condition=models.Q(
                    ("id_number", None),
                    ("id_number__regex", r"^(\d{8,9}|\d{12}|(?=.*[A-Z])[A-Z0-9]{6,12})$"),
                    _connector="OR",
                ),
                name="citizen_id_number_form",
                violation_error_message=(
                    "An ID number has 12 digits, or 9 digits, or is a passport number."
                ),
            ),
        ),
        # Not checked for the rows that are there: a name without letters waits for its correction.
        AddConstraintNotValid(
            "citizen",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "full_name__regex",
                            r"(^ |  | $|[\u0001-\u001f\u007f-\u00a0\u00ad\u2000-\u200f"
                            r"\u2028-\u202f\u205f-\u206f\u3000\ufeff])",
                        ),
                        _negated=True,
                    ),
                    ("full_name__regex", r"[^\u0001-@\[-`{-\u00bf]"),
                ),
                name="citizen_full_name_visible",
                violation_error_message=(
                    "A name has letters, single spaces and no invisible characters."
                ),
            ),
        ),
        ValidateConstraint("citizen", "citizen_birth_precision"),
        ValidateConstraint("citizen", "citizen_id_number_form"),
    ]
