"""The public statistics: what a month said once, it says for good."""

import django.db.models.functions.datetime
from django.db import migrations, models


FORWARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON corrections_publishedfigures
    FOR EACH ROW EXECUTE FUNCTION corrections_refuse_change();
"""

BACKWARD = "DROP TRIGGER append_only ON corrections_publishedfigures;"


class Migration(migrations.Migration):
    dependencies = [
        ("corrections", "0009_notes_and_silence"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublishedFigures",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="month")),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("country", "Whole country"),
                            ("province", "Province"),
                            ("national_desks", "National level"),
                        ],
                        max_length=16,
                        verbose_name="part",
                    ),
                ),
                ("area_code", models.CharField(blank=True, max_length=8, verbose_name="area code")),
                (
                    "area_name",
                    models.CharField(blank=True, max_length=80, verbose_name="area name"),
                ),
                (
                    "received",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="received"),
                ),
                (
                    "decided",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="decided"),
                ),
                (
                    "in_time",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="answered in time"
                    ),
                ),
                (
                    "missed",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="deadline missed"
                    ),
                ),
                (
                    "median_hours",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        max_digits=7,
                        null=True,
                        verbose_name="median hours",
                    ),
                ),
                (
                    "p90_hours",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        max_digits=7,
                        null=True,
                        verbose_name="90th percentile of hours",
                    ),
                ),
                (
                    "published_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="published at",
                    ),
                ),
            ],
            options={
                "verbose_name": "published figures",
                "verbose_name_plural": "published figures",
                "ordering": ["-month", "part", "area_code"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("month", "part", "area_code"), name="published_figures_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)),
                        name="published_figures_of_a_whole_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("area_code__gt", ""), ("part", "province")),
                            models.Q(
                                models.Q(("part", "province"), _negated=True), ("area_code", "")
                            ),
                            _connector="OR",
                        ),
                        name="published_figures_province_has_a_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided__isnull", True),
                                ("in_time__isnull", True),
                                ("received__isnull", True),
                            ),
                            models.Q(("decided__isnull", False), ("received__isnull", False)),
                            _connector="OR",
                        ),
                        name="published_figures_flow_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("in_time__isnull", True), ("missed__isnull", True)),
                            models.Q(("in_time__isnull", False), ("missed__isnull", False)),
                            _connector="OR",
                        ),
                        name="published_figures_deadlines_together",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
