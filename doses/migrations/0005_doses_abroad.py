"""What must hold of doses given abroad, and the doses of a session; while the product is used."""

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models

ABROAD = models.CheckConstraint(
    condition=models.Q(("country", "VN"), ("organization__isnull", False))
    | (~models.Q(("country", "VN")) & models.Q(("organization", None))),
    name="dose_abroad_has_no_organization",
    violation_error_message=(
        "A dose has a vaccination site in Viet Nam, or another country, not both."
    ),
)
ONCE = models.UniqueConstraint(
    fields=("citizen", "given_on", "vaccine", "country"),
    condition=models.Q(("organization", None), ("status", "completed")),
    name="dose_abroad_once_per_day_and_vaccine",
    violation_error_code="on_record",
    violation_error_message="This dose is on record already.",
)
ONCE_INDEX = """
CREATE UNIQUE INDEX CONCURRENTLY dose_abroad_once_per_day_and_vaccine
    ON doses_dose (citizen_id, given_on, vaccine_id, country)
    WHERE organization_id IS NULL AND status = 'completed'
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("doses", "0004_sessions_and_rules")]

    operations = [
        AddConstraintNotValid("dose", ABROAD),
        ValidateConstraint("dose", "dose_abroad_has_no_organization"),
        migrations.RunSQL(
            ONCE_INDEX,
            "DROP INDEX CONCURRENTLY dose_abroad_once_per_day_and_vaccine",
            state_operations=[migrations.AddConstraint("dose", ONCE)],
        ),
        AddIndexConcurrently(
            "dose",
            models.Index(
                fields=["session"],
                condition=models.Q(session__isnull=False),
                name="dose_session",
            ),
        ),
    ]
