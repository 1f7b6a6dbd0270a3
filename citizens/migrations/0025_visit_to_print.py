"""Staff see a certificate when they print it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0024_app_of_a_visit"),
    ]

    operations = [
        migrations.AlterField(
            model_name="recordvisit",
            name="seen",
            field=models.CharField(
                blank=True,
                choices=[
                    ("record", "the record"),
                    ("case", "a proposal"),
                    ("photo", "a photo"),
                    ("pair", "two records side by side"),
                    ("request", "a request"),
                    ("phone", "a phone number"),
                    ("print", "a certificate, to print it"),
                    ("list", "a line of a list"),
                ],
                db_default="",
                max_length=8,
                verbose_name="what was seen",
            ),
        ),
    ]
