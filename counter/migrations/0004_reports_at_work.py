"""The files at which a worker is to go on are found by a small index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("counter", "0003_reports")]

    operations = [
        AddIndexConcurrently(
            "reportfile",
            models.Index(
                fields=["state"],
                condition=Q(state__in=["checking", "applying", "undoing"]),
                name="report_file_at_work",
            ),
        ),
    ]
