"""New search keys of areas and organizations, without punctuation."""

from django.db import migrations

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
    dependencies = [("organizations", "0003_identity_verified")]

    operations = [
        migrations.RunSQL(
            [
                NEW_KEYS.format(table="organizations_area", length=100),
                NEW_KEYS.format(table="organizations_organization", length=160),
            ],
            migrations.RunSQL.noop,
        )
    ]
