"""The photos that were not read yet are found by an index; built while the product is used."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("corrections", "0013_doses_read")]

    operations = [
        AddIndexConcurrently(
            "evidence",
            models.Index(
                condition=models.Q(draft__isnull=False, doses_read__isnull=True),
                fields=["uploaded_at"],
                name="evidence_to_read",
            ),
        ),
    ]
