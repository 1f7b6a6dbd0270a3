"""The text of a message in the other languages, for the inbox; empty for older messages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="other_languages",
            field=models.JSONField(
                db_default={}, default=dict, verbose_name="text in other languages"
            ),
        ),
    ]
