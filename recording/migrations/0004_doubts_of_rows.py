"""A row of a file keeps what is doubtful about its dose; a trial knows how far it has compared."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0023_paper_seen"),
        ("doses", "0006_moved_doses"),
        ("organizations", "0005_numbers_sealed"),
        ("recording", "0003_triggers"),
    ]

    operations = [
        migrations.AddField(
            model_name="doseimport",
            name="judged_to",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="importedrow",
            name="doubts",
            field=models.JSONField(db_default=[], default=list),
        ),
    ]
