"""What a program read on a photo of a draft."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("corrections", "0012_help_answers")]

    operations = [
        migrations.AddField(
            model_name="evidence",
            name="doses_read",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
