"""Messages that the gateway reads out in a call.

The constraint is added without a check of the rows that are there, and checked afterwards: the
table stays open while millions of rows are read.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("messaging", "0002_inbox_in_both_languages")]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="channel",
            field=models.CharField(
                choices=[
                    ("console", "console"),
                    ("email", "e-mail"),
                    ("sms", "SMS"),
                    ("call", "phone call"),
                ],
                max_length=10,
                verbose_name="channel",
            ),
        ),
        migrations.RemoveConstraint("message", "message_channel_known"),
        AddConstraintNotValid(
            "message",
            models.CheckConstraint(
                condition=models.Q(("channel__in", ["console", "email", "sms", "call"])),
                name="message_channel_known",
            ),
        ),
        ValidateConstraint("message", "message_channel_known"),
    ]
