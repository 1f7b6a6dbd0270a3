"""Who opened a phone number to call leaves a row of its own kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0009_words_of_labels"),
    ]

    operations = [
        migrations.AlterField(
            model_name="recordvisit",
            name="why",
            field=models.CharField(
                choices=[
                    ("own", "Own record"),
                    ("guardian", "Guardian"),
                    ("review", "Review of a proposal"),
                    ("oversight", "Oversight"),
                    ("hotline", "Hotline"),
                    ("partner", "Partner system"),
                    ("list", "Seen in a list"),
                    ("call", "Phone number seen, to call"),
                ],
                max_length=16,
                verbose_name="why",
            ),
        ),
    ]
