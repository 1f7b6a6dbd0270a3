"""An unproven ID number blocks nobody; a list leaves a row of its own kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0005_numbers_proven_once"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="citizen", name="citizen_id_number"),
        migrations.AlterField(
            model_name="recordvisit",
            name="why",
            field=models.CharField(
                choices=[
                    ("own", "Own record"),
                    ("guardian", "Guardian"),
                    ("review", "Review of a correction"),
                    ("oversight", "Oversight"),
                    ("hotline", "Hotline"),
                    ("partner", "Partner system"),
                    ("list", "Seen in a list"),
                ],
                max_length=16,
                verbose_name="why",
            ),
        ),
    ]
