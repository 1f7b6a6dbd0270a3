"""Which document a paper proved that staff have seen: added at once, its index and check after."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
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
            ),
        ),
    ]
