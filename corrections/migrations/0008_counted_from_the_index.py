"""The indexes of queue and pool include what is counted; built while the product is used."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

OPEN = ["in_review", "kept", "queued", "received", "to_countersign", "waiting"]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("corrections", "0007_delayed_decisions")]

    # The new index is there before the old one goes, and takes its name afterwards.
    operations = [
        AddIndexConcurrently(
            "correction",
            models.Index(
                condition=models.Q(status__in=OPEN),
                fields=["holder", "due_at", "id"],
                include=["status", "paused_at", "reviewer", "first_by"],
                name="correction_queue_wide",
            ),
        ),
        RemoveIndexConcurrently("correction", "correction_queue"),
        migrations.RenameIndex(
            "correction", old_name="correction_queue_wide", new_name="correction_queue"
        ),
        AddIndexConcurrently(
            "correction",
            models.Index(
                condition=models.Q(triage_due_at__isnull=False),
                fields=["holder", "triage_due_at"],
                include=["status"],
                name="correction_pool_wide",
            ),
        ),
        RemoveIndexConcurrently("correction", "correction_pool"),
        migrations.RenameIndex(
            "correction", old_name="correction_pool_wide", new_name="correction_pool"
        ),
    ]
