"""A photo says when its files were deleted."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("corrections", "0016_decided_by_population")]

    operations = [
        migrations.AddField("evidence", "deleted_at", models.DateTimeField(blank=True, null=True)),
        AddConstraintNotValid(
            "evidence",
            models.CheckConstraint(
                condition=Q(deleted_at=None) | Q(filing__isnull=False),
                name="evidence_of_a_draft_has_files",
            ),
        ),
    ]
