"""Links of guardians get their end; the new constraints hold for all rows; an index for the ends.

It works while the product is used. Who is an adult already stays open for a year: the guardian and
the person are told a month before it ends, and may agree anew.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models

ENDS = """
UPDATE citizens_recordlink link SET ends_at = CASE
        WHEN citizens_person_adult_from(link.citizen_id) > now()
        THEN citizens_person_adult_from(link.citizen_id)
        ELSE now() + interval '1 year' END
    WHERE link.relation = 'guardian' AND link.until IS NULL AND link.ends_at IS NULL;
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("citizens", "0016_families")]

    operations = [
        migrations.RunSQL(ENDS, migrations.RunSQL.noop),
        ValidateConstraint("recordlink", "record_link_consent_ends"),
        ValidateConstraint("recordlink", "record_link_own_has_no_end"),
        ValidateConstraint("recordlink", "record_link_consent_of_an_adult"),
        AddIndexConcurrently(
            "recordlink",
            models.Index(
                condition=models.Q(ends_at__isnull=False, until=None),
                fields=["ends_at"],
                name="record_link_ends_at",
            ),
        ),
    ]
