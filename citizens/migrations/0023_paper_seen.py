"""Which document a paper proved that staff have seen: its index is built while the product is used."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("citizens", "0022_looked_outside")]

    operations = [
        migrations.AddField(
            model_name="identitycheck",
            name="document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="checks",
                to="citizens.identitydocument",
                verbose_name="document",
                db_index=False,
            ),
        ),
        AddIndexConcurrently(
            "identitycheck",
            models.Index(
                fields=["document"],
                condition=models.Q(document__isnull=False),
                name="identity_check_document",
            ),
        ),
    ]
