"""Who carries a message, by its number. Older messages have none: nobody counts them any more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_calls_by_the_gateway")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="operator",
            field=models.CharField(
                blank=True,
                choices=[
                    ("viettel", "Viettel"),
                    ("vinaphone", "VinaPhone"),
                    ("mobifone", "MobiFone"),
                    ("vietnamobile", "Vietnamobile"),
                    ("other", "other operators"),
                ],
                db_default="",
                max_length=12,
                verbose_name="operator",
            ),
        ),
    ]
