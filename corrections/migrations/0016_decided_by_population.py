"""A decision that no person made: its source.

The constraint is added without a check of the rows that are there, and checked afterwards: the table
stays open while millions of rows are read.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

DECIDED = ["accepted", "cannot_confirm", "disagreed", "partly_accepted", "refused", "upheld"]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("corrections", "0015_numbers_sealed"), ("identity", "0004_population")]

    operations = [
        migrations.AddField(
            model_name="correction",
            name="decided_source",
            field=models.CharField(
                blank=True,
                choices=[("population", "National Population Database")],
                db_default="",
                default="",
                max_length=12,
            ),
        ),
        migrations.RemoveConstraint("correction", "correction_decided_who_and_when"),
        AddConstraintNotValid(
            "correction",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", False),
                        ("status__in", DECIDED),
                        models.Q(
                            models.Q(("decided_by__isnull", False), ("decided_source", "")),
                            models.Q(
                                ("decided_by", None),
                                models.Q(("decided_source", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                    ),
                    models.Q(
                        models.Q(("status__in", DECIDED), _negated=True),
                        ("decided_at", None),
                        ("decided_by", None),
                        ("decided_source", ""),
                    ),
                    _connector="OR",
                ),
                name="correction_decided_who_and_when",
            ),
        ),
        ValidateConstraint("correction", "correction_decided_who_and_when"),
    ]
