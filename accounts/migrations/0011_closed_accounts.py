"""An account can be closed, and its phone number is free for another one then.

Indexes are built while people sign in; checks are validated without closing the table.
"""

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models
from django.db.models import Q

UNIQUE = models.UniqueConstraint(
    fields=["phone"],
    condition=Q(closed_at=None),
    name="user_phone_unique",
    violation_error_message="There is already a user with this phone number.",
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0010_numbers_encrypted")]

    operations = [
        migrations.AddField(
            "user",
            "closed_at",
            models.DateTimeField(blank=True, null=True, verbose_name="closed at"),
        ),
        AddConstraintNotValid(
            "user",
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(is_active=False), name="user_closed_is_not_active"
            ),
        ),
        ValidateConstraint("user", "user_closed_is_not_active"),
        AddIndexConcurrently("user", models.Index(fields=["phone"], name="user_phone")),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AddConstraint("user", UNIQUE)],
            database_operations=[
                # What an interrupted run left behind is of no use.
                migrations.RunSQL(
                    "DROP INDEX CONCURRENTLY IF EXISTS user_phone_unique", migrations.RunSQL.noop
                ),
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY user_phone_unique"
                    " ON accounts_user (phone) WHERE closed_at IS NULL",
                    "DROP INDEX CONCURRENTLY IF EXISTS user_phone_unique",
                ),
            ],
        ),
        migrations.AlterField(
            "user",
            "phone",
            models.CharField(blank=True, max_length=16, null=True, verbose_name="phone number"),
        ),
    ]
