"""Labels in the words of the glossary; nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("doses", "0002_triggers"),
    ]

    operations = [
        migrations.AlterField(
            model_name="dose",
            name="provenance",
            field=models.CharField(
                choices=[
                    ("site_entry", "Entered by the vaccination site"),
                    ("back_entry", "Entered later by the vaccination site"),
                    ("correction", "Accepted proposal"),
                    ("partner", "Partner system"),
                    ("self_declared", "Self-declared"),
                ],
                max_length=16,
                verbose_name="provenance",
            ),
        ),
        migrations.AlterField(
            model_name="doserevision",
            name="provenance",
            field=models.CharField(
                choices=[
                    ("site_entry", "Entered by the vaccination site"),
                    ("back_entry", "Entered later by the vaccination site"),
                    ("correction", "Accepted proposal"),
                    ("partner", "Partner system"),
                    ("self_declared", "Self-declared"),
                ],
                max_length=16,
                verbose_name="provenance",
            ),
        ),
    ]
