"""Messages for accounts without a phone number: the inbox on the site alone.

The constraint is added without a check of the rows that are there, and checked afterwards: the
table stays open while millions of rows are read.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0005_counted_by_operator")]

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
                    ("inbox", "inbox on the site"),
                ],
                max_length=10,
                verbose_name="channel",
            ),
        ),
        migrations.RemoveConstraint(model_name="message", name="message_channel_known"),
        AddConstraintNotValid(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["console", "email", "sms", "call", "inbox"])),
                name="message_channel_known",
            ),
        ),
        ValidateConstraint(model_name="message", name="message_channel_known"),
    ]
