"""The figures of every organization, day by day, and its state now."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# The figures of a closed day stay as they are; a row that is missing may be written again.
FINAL = """
CREATE FUNCTION corrections_refuse_change_of_closed_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM corrections_reportday WHERE day = OLD.day) THEN
        RAISE EXCEPTION 'the figures of % are final', OLD.day
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER final_once_closed BEFORE UPDATE OR DELETE ON corrections_dayfigures
    FOR EACH ROW EXECUTE FUNCTION corrections_refuse_change_of_closed_day();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON corrections_reportday
    FOR EACH ROW EXECUTE FUNCTION corrections_refuse_change();
"""
NOT_FINAL = """
DROP TRIGGER append_only ON corrections_reportday;
DROP TRIGGER final_once_closed ON corrections_dayfigures;
DROP FUNCTION corrections_refuse_change_of_closed_day();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("corrections", "0007_recompute_runs"),
        ("organizations", "0003_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DayFigures",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_desk", models.BooleanField()),
                ("is_whole", models.BooleanField()),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("wrong_fields", "Wrong details of a dose"),
                            ("missing_dose", "Missing dose"),
                            ("not_mine", "This dose is not mine"),
                            ("never_given", "I never got this dose"),
                            ("duplicate", "The same dose stands twice"),
                            ("identity", "Wrong personal details"),
                            ("split_record", "My records are split in two"),
                        ],
                        max_length=16,
                    ),
                ),
                ("day", models.DateField()),
                ("opened", models.PositiveIntegerField(default=0)),
                ("decided", models.PositiveIntegerField(default=0)),
                ("in_time", models.PositiveIntegerField(default=0)),
                ("missed", models.PositiveIntegerField(default=0)),
                ("missed_given", models.PositiveIntegerField(default=0)),
                ("undone", models.PositiveIntegerField(default=0)),
                ("open", models.PositiveIntegerField(blank=True, null=True)),
                ("overdue", models.PositiveIntegerField(blank=True, null=True)),
                ("soon", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "took",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("median", models.PositiveIntegerField(blank=True, null=True)),
                ("p90", models.PositiveIntegerField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "figures of a day",
                "verbose_name_plural": "figures of days",
            },
        ),
        migrations.CreateModel(
            name="ReportDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="day")),
                ("closed_at", models.DateTimeField(verbose_name="closed at")),
            ],
            options={
                "verbose_name": "closed day",
                "verbose_name_plural": "closed days",
                "ordering": ["day"],
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_desk", models.BooleanField()),
                ("is_whole", models.BooleanField()),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("wrong_fields", "Wrong details of a dose"),
                            ("missing_dose", "Missing dose"),
                            ("not_mine", "This dose is not mine"),
                            ("never_given", "I never got this dose"),
                            ("duplicate", "The same dose stands twice"),
                            ("identity", "Wrong personal details"),
                            ("split_record", "My records are split in two"),
                        ],
                        max_length=16,
                    ),
                ),
                ("open", models.PositiveIntegerField()),
                ("soon", models.PositiveIntegerField()),
                ("overdue", models.PositiveIntegerField()),
                ("late_a_day", models.PositiveIntegerField()),
                ("late_three_days", models.PositiveIntegerField()),
                ("late_longer", models.PositiveIntegerField()),
                ("oldest_due", models.DateTimeField(blank=True, null=True)),
                ("oldest_received", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "state of an organization",
                "verbose_name_plural": "states of organizations",
            },
        ),
        migrations.AddField(
            model_name="breach",
            name="giver",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
            ),
        ),
        migrations.AddIndex(
            model_name="breach",
            index=models.Index(
                condition=models.Q(("rung", "due")),
                fields=["written_at"],
                name="breach_due_written",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("stopped_how", "decided")),
                fields=["stopped_at"],
                name="clock_decided",
            ),
        ),
        migrations.AddIndex(
            model_name="correctionevent",
            index=models.Index(
                condition=models.Q(("step__in", ("overturn", "overturn_in_part", "reopen"))),
                fields=["at"],
                name="event_undoing",
            ),
        ),
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(fields=["since"], name="holding_since"),
        ),
        migrations.AddField(
            model_name="dayfigures",
            name="above",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
            ),
        ),
        migrations.AddField(
            model_name="dayfigures",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
            ),
        ),
        migrations.AddField(
            model_name="standing",
            name="above",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
            ),
        ),
        migrations.AddField(
            model_name="standing",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
            ),
        ),
        migrations.AddIndex(
            model_name="dayfigures",
            index=models.Index(
                condition=models.Q(("is_whole", True)),
                fields=["above", "kind", "day"],
                name="day_figures_of_parts",
            ),
        ),
        migrations.AddIndex(
            model_name="dayfigures",
            index=models.Index(fields=["day"], name="day_figures_day"),
        ),
        migrations.AddConstraint(
            model_name="dayfigures",
            constraint=models.UniqueConstraint(
                fields=("organization", "kind", "day", "is_desk", "is_whole"),
                name="day_figures_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="dayfigures",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_desk", True), ("is_whole", True), _connector="OR"),
                name="day_figures_of_something",
            ),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(
                condition=models.Q(("is_whole", True)),
                fields=["above", "kind"],
                name="standing_of_parts",
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.UniqueConstraint(
                fields=("organization", "kind", "is_desk", "is_whole"), name="standing_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_desk", True), ("is_whole", True), _connector="OR"),
                name="standing_of_something",
            ),
        ),
        migrations.RunSQL(FINAL, NOT_FINAL),
    ]
