"""A new date is judged by how far it is from what is known, not by how long ago it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("corrections", "0009_cannot_confirm")]

    operations = [
        migrations.RemoveConstraint(
            model_name="policy",
            name="policy_numbers_make_sense",
        ),
        migrations.AddField(
            model_name="policy",
            name="far_date_days",
            field=models.PositiveSmallIntegerField(
                db_default=30,
                default=30,
                verbose_name="days after which a new date is far from the one on record, or from a day of the site",
            ),
        ),
        # Not read any more; the release before this one still writes it.
        migrations.AlterField(
            model_name="policy",
            name="old_date_days",
            field=models.PositiveSmallIntegerField(db_default=90, default=90),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("appeal_hours__range", (1, 720)),
                    ("far_date_days__range", (1, 364)),
                    ("old_date_days__gte", 1),
                    ("pause_cap_days__range", (1, 60)),
                    ("review_hours__range", (1, 720)),
                    ("second_look_percent__lte", 100),
                    ("statutory_working_days__range", (1, 60)),
                    ("triage_hours__range", (1, 720)),
                    ("version__gte", 1),
                ),
                name="policy_numbers_make_sense",
                violation_error_message="A number of this policy makes no sense.",
            ),
        ),
    ]
