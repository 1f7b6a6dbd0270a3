"""The rows that a file is to write are found person by person, while the product is used."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("recording", "0004_doubts_of_rows")]

    operations = [
        AddIndexConcurrently(
            "importedrow",
            models.Index(
                F("dose_import"),
                Coalesce("citizen", "person_key"),
                condition=Q(verdict__in=["new", "update"]),
                name="imported_row_person",
            ),
        ),
        RemoveIndexConcurrently("importedrow", "imported_row_new_person"),
    ]
