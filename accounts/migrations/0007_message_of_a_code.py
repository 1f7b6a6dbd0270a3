"""Which message carries a sign-in code, so that the page of the code can say what became of it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_what_people_type"),
        ("messaging", "0003_calls_by_the_gateway"),
    ]

    operations = [
        migrations.AddField(
            model_name="signincode",
            name="message",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="messaging.message",
                verbose_name="message",
                db_index=False,
            ),
        ),
    ]
