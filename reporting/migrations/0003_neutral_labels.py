"""Labels that fit every reader; nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0002_triggers"),
    ]

    operations = [
        migrations.AlterField(
            model_name="currentfigures",
            name="kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("wrong_fields", "Wrong details of a dose"),
                    ("missing_dose", "Missing dose"),
                    ("not_mine", "This dose is somebody else’s"),
                    ("never_given", "This dose was never given"),
                    ("duplicate", "The same dose stands twice"),
                    ("identity", "Wrong personal details"),
                    ("split_record", "Records split in two"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="dayfigures",
            name="kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("wrong_fields", "Wrong details of a dose"),
                    ("missing_dose", "Missing dose"),
                    ("not_mine", "This dose is somebody else’s"),
                    ("never_given", "This dose was never given"),
                    ("duplicate", "The same dose stands twice"),
                    ("identity", "Wrong personal details"),
                    ("split_record", "Records split in two"),
                ],
                max_length=16,
            ),
        ),
    ]
