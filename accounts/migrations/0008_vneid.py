"""An account that VNeID has made needs neither phone nor e-mail address.

The constraint is added without a check of the rows that are there, and checked afterwards: the
table stays open meanwhile.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0007_message_of_a_code")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="has_vneid",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="signs in by VNeID"
            ),
        ),
        AddConstraintNotValid(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("email__isnull", False),
                    ("phone__isnull", False),
                    ("has_vneid", True),
                    _connector="OR",
                ),
                name="user_can_sign_in",
                violation_error_message="Give an e-mail address or a phone number.",
            ),
        ),
        ValidateConstraint(model_name="user", name="user_can_sign_in"),
        migrations.RemoveConstraint(model_name="user", name="user_can_be_reached"),
    ]
