"""The nationality of a person; everybody on record before is taken for Vietnamese."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


def nationality(model: str) -> migrations.AddField:
    return migrations.AddField(
        model_name=model,
        name="nationality",
        field=models.CharField(
            db_default="VN", default="VN", max_length=2, verbose_name="nationality"
        ),
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("citizens", "0014_numbers_encrypted")]

    operations = [
        nationality("citizen"),
        nationality("citizenrevision"),
        AddConstraintNotValid(
            "citizen",
            models.CheckConstraint(
                condition=models.Q(("nationality__regex", "^[A-Z]{2}$")),
                name="citizen_nationality_form",
                violation_error_message="A country has two letters, as in VN.",
            ),
        ),
        ValidateConstraint("citizen", "citizen_nationality_form"),
    ]
