"""The index from which messages are counted by hour and operator, built while rows are written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("messaging", "0004_operator")]

    operations = [
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["created_at"],
                condition=models.Q(("operator", ""), _negated=True),
                include=["operator", "state", "is_secret"],
                name="message_by_operator",
            ),
        ),
    ]
