"""Codes have a length of their own: longer ones while strangers guess at codes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_identity_kept"),
    ]

    operations = [
        migrations.AddField(
            model_name="signincode",
            name="digits",
            field=models.PositiveSmallIntegerField(
                db_default=6, default=6, verbose_name="number of digits"
            ),
        ),
    ]
