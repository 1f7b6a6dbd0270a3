"""The index that counts looks outside of one's cases, built while records are opened."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("citizens", "0021_looking")]

    operations = [
        AddIndexConcurrently(
            "recordvisit",
            models.Index(
                fields=["user", "at"],
                condition=models.Q(("ground__in", ["below", "no_call", "old", "elsewhere"])),
                name="record_visit_outside",
            ),
        ),
    ]
