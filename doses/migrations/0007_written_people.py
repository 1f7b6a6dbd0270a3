"""Of people whose doses a file wrote the apps above are told a moment later."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("doses", "0006_moved_doses")]

    operations = [
        migrations.CreateModel(
            name="WrittenPerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("citizen_id", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "person whose doses were written",
                "verbose_name_plural": "people whose doses were written",
                "ordering": ["id"],
            },
        ),
    ]
