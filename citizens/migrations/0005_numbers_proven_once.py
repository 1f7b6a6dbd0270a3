"""A proven ID number is that of one record; the indexes are built while the registry is used."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# By hand: Django has no operation that adds a unique constraint without locking the table.
ONCE = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS citizen_id_number_once
    ON citizens_citizen (id_number) WHERE id_number_proven
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("citizens", "0004_who_may_open")]

    operations = [
        AddIndexConcurrently(
            "citizen",
            models.Index(
                condition=models.Q(id_number__isnull=False),
                fields=["id_number"],
                name="citizen_id_number_any",
            ),
        ),
        AddIndexConcurrently(
            "recordlink",
            models.Index(
                condition=models.Q(until=None), fields=["since"], name="record_link_since"
            ),
        ),
        AddIndexConcurrently(
            "recordlink",
            models.Index(
                condition=models.Q(needs_confirmation=True, until=None),
                fields=["id"],
                name="record_link_unconfirmed",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(ONCE, "DROP INDEX CONCURRENTLY IF EXISTS citizen_id_number_once")
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="citizen",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(id_number_proven=True),
                        fields=("id_number",),
                        name="citizen_id_number_once",
                        violation_error_message="A citizen with this ID number exists already.",
                    ),
                )
            ],
        ),
    ]
