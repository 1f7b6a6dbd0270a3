"""What of a letter is still to be written or reminded of is found by two small indexes."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("oversight", "0005_letters_kept")]

    operations = [
        AddIndexConcurrently(
            "broadcastsite",
            models.Index(
                condition=Q(("is_left_out", False), ("note", None)),
                fields=["id"],
                name="broadcast_site_to_write",
            ),
        ),
        AddIndexConcurrently(
            "broadcastsite",
            models.Index(
                condition=Q(("remind_asked_at__isnull", False)),
                fields=["id"],
                name="broadcast_site_to_remind",
            ),
        ),
    ]
