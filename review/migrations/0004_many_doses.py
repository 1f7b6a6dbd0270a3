"""Changes of many doses by their sites, and their doses; none is deleted."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


KEPT = """
CREATE TRIGGER review_many_change_kept BEFORE DELETE
    ON review_manychange FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER review_many_change_dose_kept BEFORE DELETE
    ON review_manychangedose FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER review_many_change_dose_kept ON review_manychangedose;
DROP TRIGGER review_many_change_kept ON review_manychange;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("doses", "0005_doses_abroad"),
        ("organizations", "0005_numbers_sealed"),
        ("review", "0003_dose_changes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ManyChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("chosen", models.JSONField()),
                ("changes", models.JSONField()),
                ("why", models.CharField(max_length=500)),
                ("reasons", models.JSONField(default=list)),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checking", "being checked"),
                            ("checked", "checked, nothing changed yet"),
                            ("waiting", "waits for a second person"),
                            ("applying", "being changed"),
                            ("stopped", "stopped before the end"),
                            ("done", "put right"),
                            ("undoing", "undone, the people are being told"),
                            ("undone", "undone"),
                            ("cancelled", "cancelled"),
                        ],
                        default="checking",
                        max_length=9,
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                (
                    "step_began_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("applied_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of many doses by their site",
                "verbose_name_plural": "changes of many doses by their sites",
                "ordering": ["-made_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ManyChangeDose",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.PositiveIntegerField()),
                ("listed", models.CharField(blank=True, max_length=40)),
                ("left_out", models.BooleanField(default=False)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("unchecked", "not checked yet"),
                            ("change", "to be changed"),
                            ("same", "stands there so already"),
                            ("refused", "not possible"),
                            ("changed", "put right"),
                            ("undone", "as it was before"),
                        ],
                        default="unchecked",
                        max_length=9,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", ""),
                            ("not_found", "no dose of your site fits this number"),
                            ("no_number", "no number can be read here"),
                            ("in_error", "taken out of the record"),
                            (
                                "family",
                                "your own record or your family’s: a colleague must do this one",
                            ),
                            ("second_family", "the record or family of the second person"),
                            ("case", "a case about it is open; decide it there"),
                            ("waits", "another change of it waits for a second person"),
                            ("impossible", "impossible"),
                            ("on_record", "this very dose is on the record already"),
                            ("several", "several doses of this person fit"),
                            ("overtaken", "changed by somebody since it was checked"),
                            ("new_doubts", "other doubts than those that were shown"),
                            ("elsewhere", "not a dose of your site any more"),
                            ("by_database", "the register does not take it"),
                        ],
                        default="",
                        max_length=13,
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=16)),
                ("doubts", models.JSONField(default=list)),
                ("revision", models.PositiveSmallIntegerField(default=0)),
                ("written", models.PositiveSmallIntegerField(default=0)),
                ("had_case", models.BooleanField(default=False)),
                ("undone", models.PositiveSmallIntegerField(default=0)),
                ("undone_told", models.BooleanField(default=False)),
                (
                    "change",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="review.manychange",
                    ),
                ),
                (
                    "dose",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="doses.dose",
                    ),
                ),
            ],
            options={
                "verbose_name": "dose of a change of many",
                "verbose_name_plural": "doses of changes of many",
                "ordering": ["change_id", "line"],
            },
        ),
        migrations.AddIndex(
            model_name="manychange",
            index=models.Index(fields=["organization", "made_at"], name="many_change_of_site"),
        ),
        migrations.AddIndex(
            model_name="manychange",
            index=models.Index(
                condition=models.Q(("receiver__isnull", False)),
                fields=["receiver", "made_at"],
                name="many_change_to_site",
            ),
        ),
        migrations.AddIndex(
            model_name="manychange",
            index=models.Index(
                condition=models.Q(("state__in", ["checking", "applying", "undoing"])),
                fields=["state"],
                name="many_change_at_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="manychange",
            constraint=models.CheckConstraint(
                condition=models.Q(("why", ""), _negated=True), name="many_change_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="manychangedose",
            constraint=models.UniqueConstraint(
                fields=("change", "line"), name="many_change_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="manychangedose",
            constraint=models.UniqueConstraint(
                condition=models.Q(("dose__isnull", False)),
                fields=("change", "dose"),
                name="many_change_dose_once",
            ),
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
