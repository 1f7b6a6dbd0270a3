"""Photos that are kept too long are found by an index; built while the product is used."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("corrections", "0017_photos_deleted")]

    operations = [
        ValidateConstraint("evidence", "evidence_of_a_draft_has_files"),
        AddIndexConcurrently(
            "evidence",
            models.Index(
                condition=models.Q(filing__isnull=False, deleted_at=None),
                fields=["uploaded_at", "id"],
                name="evidence_to_delete",
            ),
        ),
    ]
