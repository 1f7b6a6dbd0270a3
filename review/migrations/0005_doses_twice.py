"""Pairs of doses of one person that may be one dose; none is deleted, and acts only come."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

KEPT = """
CREATE TRIGGER review_dose_pair_kept BEFORE DELETE
    ON review_dosepair FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE
    ON review_dosepairact FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER append_only ON review_dosepairact;
DROP TRIGGER review_dose_pair_kept ON review_dosepair;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0023_paper_seen"),
        ("doses", "0006_moved_doses"),
        ("organizations", "0005_numbers_sealed"),
        ("review", "0004_many_doses"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="dosechange",
            name="double_of",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="doses.dose",
            ),
        ),
        migrations.CreateModel(
            name="DosePair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("one_revision", models.PositiveSmallIntegerField()),
                ("other_revision", models.PositiveSmallIntegerField()),
                (
                    "near",
                    models.CharField(
                        choices=[
                            ("same_day", "on the same day"),
                            ("close", "closer than doses of this vaccine are given"),
                            ("swapped", "day and month changed about"),
                        ],
                        max_length=8,
                    ),
                ),
                ("days", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "not decided"),
                            ("both_given", "both were given"),
                            ("one_left", "one of them was taken out of the record"),
                            ("gone", "no longer alike"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "found_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "state_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("unsure_at", models.DateTimeField(null=True)),
                (
                    "citizen",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="citizens.citizen",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "one",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="doses.dose",
                    ),
                ),
                (
                    "one_site",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="doses.dose",
                    ),
                ),
                (
                    "other_site",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "pair of doses",
                "verbose_name_plural": "pairs of doses",
                "ordering": ["days", "id"],
                "indexes": [
                    models.Index(fields=["citizen"], name="dose_pair_citizen"),
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["days", "id"],
                        name="dose_pair_open",
                    ),
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["one_site", "days", "id"],
                        name="dose_pair_open_one_site",
                    ),
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["other_site", "days", "id"],
                        name="dose_pair_open_other_site",
                    ),
                    models.Index(
                        condition=models.Q(("state", "open"), _negated=True),
                        fields=["state_at"],
                        name="dose_pair_decided",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("one", "other"), name="dose_pair_once"),
                    models.CheckConstraint(
                        condition=models.Q(("one__lt", models.F("other"))),
                        name="dose_pair_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DosePairAct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("double", "One is the same dose once more"),
                            ("both_given", "Both were given"),
                            ("unsure", "Not sure: for the health district"),
                            ("taken_back", "The dose counts again"),
                        ],
                        max_length=10,
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="review.dosechange",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
                (
                    "pair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts",
                        to="review.dosepair",
                        verbose_name="pair of doses",
                    ),
                ),
            ],
            options={
                "verbose_name": "act about a pair of doses",
                "verbose_name_plural": "acts about pairs of doses",
                "ordering": ["at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("change__isnull", False), ("what", "double")),
                            models.Q(models.Q(("what", "double"), _negated=True), ("change", None)),
                            _connector="OR",
                        ),
                        name="dose_pair_act_double_has_a_change",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("what", "unsure"),
                            models.Q(("why", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="dose_pair_act_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DosePairSweep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("after", models.BigIntegerField(default=0)),
                (
                    "begun_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "sweep for doses on record twice",
                "verbose_name_plural": "sweeps for doses on record twice",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pk", 1)), name="dose_pair_sweep_one_row"
                    )
                ],
            },
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
