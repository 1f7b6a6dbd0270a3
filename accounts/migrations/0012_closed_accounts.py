"""An account can be closed."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_other_ways_of_codes")]

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
    ]
