import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("corrections", "0004_clocks_of_old")]

    operations = [
        migrations.AlterField(
            model_name="breach",
            name="clock",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="breaches",
                to="corrections.clock",
            ),
        ),
    ]
