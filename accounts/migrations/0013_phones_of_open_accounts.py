"""The phone number of a closed account is free for another one.

Indexes are built while people sign in; the check is validated without closing the table.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

UNIQUE = models.UniqueConstraint(
    fields=["phone"],
    condition=Q(closed_at=None),
    name="user_phone_unique",
    violation_error_message="There is already an account with this phone number.",
)
NO_INDEX = "DROP INDEX CONCURRENTLY IF EXISTS user_phone_unique"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0012_closed_accounts")]

    operations = [
        ValidateConstraint("user", "user_closed_is_not_active"),
        AddIndexConcurrently("user", models.Index(fields=["phone"], name="user_phone")),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AddConstraint("user", UNIQUE)],
            database_operations=[
                # What an interrupted run left behind is of no use.
                migrations.RunSQL(NO_INDEX, migrations.RunSQL.noop),
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY user_phone_unique"
                    " ON accounts_user (phone) WHERE closed_at IS NULL",
                    NO_INDEX,
                ),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "user",
                    "phone",
                    models.CharField(
                        blank=True, max_length=16, null=True, verbose_name="phone number"
                    ),
                ),
            ],
            database_operations=[
                # As AlterField would, but without closing the table for an index.
                migrations.RunSQL(
                    "ALTER TABLE accounts_user DROP CONSTRAINT IF EXISTS accounts_user_phone_key",
                    "ALTER TABLE accounts_user ADD CONSTRAINT accounts_user_phone_key"
                    " UNIQUE (phone)",
                ),
                migrations.RunSQL(
                    "DROP INDEX CONCURRENTLY IF EXISTS accounts_user_phone_c603acdd_like",
                    "CREATE INDEX CONCURRENTLY accounts_user_phone_c603acdd_like"
                    " ON accounts_user (phone varchar_pattern_ops)",
                ),
            ],
        ),
    ]
