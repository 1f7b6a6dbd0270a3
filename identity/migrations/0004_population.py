"""Questions to the population database, its answers (never rewritten), and sweeps."""

import datetime
import django.db.models.deletion
import django.db.models.functions.datetime
import vaxreg.encryption
from django.db import migrations, models


KEPT = """
CREATE TRIGGER identity_answer_kept BEFORE UPDATE OR DELETE
    ON identity_populationanswer FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = "DROP TRIGGER identity_answer_kept ON identity_populationanswer;"


class Migration(migrations.Migration):
    dependencies = [
        # The function refuse_change.
        ("organizations", "0002_triggers"),
        ("citizens", "0014_numbers_encrypted"),
        ("identity", "0003_numbers_encrypted"),
    ]

    operations = [
        migrations.CreateModel(
            name="PopulationRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("last_id", models.BigIntegerField(default=0, verbose_name="last citizen taken")),
                ("until_id", models.BigIntegerField(verbose_name="last citizen of all")),
                ("total", models.PositiveIntegerField(verbose_name="people with a number")),
                ("matched", models.PositiveIntegerField(default=0, verbose_name="all match")),
                ("mismatched", models.PositiveIntegerField(default=0, verbose_name="some differ")),
                ("not_found", models.PositiveIntegerField(default=0, verbose_name="not found")),
                (
                    "bad_format",
                    models.PositiveIntegerField(default=0, verbose_name="cannot be asked"),
                ),
                ("left_out", models.PositiveIntegerField(default=0, verbose_name="left out")),
                (
                    "begun_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="begun at",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "worked",
                    models.DurationField(default=datetime.timedelta, verbose_name="time of asking"),
                ),
            ],
            options={
                "verbose_name": "sweep of the population database",
                "verbose_name_plural": "sweeps of the population database",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("ended_at",),
                        name="population_one_run",
                        nulls_distinct=False,
                        violation_error_message="A sweep is running already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PopulationQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "correction_reference",
                    models.CharField(blank=True, max_length=16, verbose_name="correction"),
                ),
                (
                    "proposed",
                    vaxreg.encryption.SealedJSONField(
                        default=dict, sealed=["id_number"], verbose_name="proposed facts"
                    ),
                ),
                ("put_at", models.DateTimeField(verbose_name="put at")),
                ("due_at", models.DateTimeField(verbose_name="to be asked at")),
                (
                    "tries",
                    models.PositiveIntegerField(default=0, verbose_name="tries without an answer"),
                ),
                (
                    "failing_since",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="without an answer since"
                    ),
                ),
                (
                    "trouble",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("down", "It gives no answer"),
                            ("too_many", "It asks for a pause"),
                            ("token", "It does not take the token of this site"),
                            ("unreadable", "It answers what cannot be read"),
                        ],
                        max_length=12,
                        verbose_name="why there was no answer",
                    ),
                ),
                (
                    "citizen",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="citizens.citizen",
                        verbose_name="citizen",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="identity.populationrun",
                        verbose_name="sweep",
                    ),
                ),
            ],
            options={
                "verbose_name": "question to the population database",
                "verbose_name_plural": "questions to the population database",
                "indexes": [
                    models.Index(
                        condition=models.Q(("run", None)),
                        fields=["due_at", "id"],
                        name="population_of_people",
                    ),
                    models.Index(
                        condition=models.Q(("run__isnull", False)),
                        fields=["due_at", "id"],
                        name="population_of_sweeps",
                    ),
                    models.Index(
                        condition=models.Q(("correction_reference", ""), _negated=True),
                        fields=["correction_reference"],
                        name="population_question_of_case",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("citizen", "correction_reference"), name="population_question_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("run", None), ("correction_reference", ""), _connector="OR"
                        ),
                        name="population_question_of_one_kind",
                        violation_error_message="A question is about a proposal, or part of a sweep.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PopulationAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "correction_reference",
                    models.CharField(blank=True, max_length=16, verbose_name="correction"),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("match", "All four facts match"),
                            ("mismatch", "Some facts differ"),
                            ("not_found", "No such number"),
                            ("bad_format", "It cannot be asked with these facts"),
                        ],
                        max_length=12,
                        verbose_name="outcome",
                    ),
                ),
                ("fields", models.JSONField(blank=True, default=list, verbose_name="facts")),
                ("revision", models.PositiveSmallIntegerField(default=0, verbose_name="revision")),
                (
                    "fingerprint",
                    models.CharField(max_length=64, verbose_name="keyed hash of the facts"),
                ),
                ("source", models.CharField(max_length=200, verbose_name="source")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "citizen",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="population_answers",
                        to="citizens.citizen",
                        verbose_name="citizen",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.populationrun",
                        verbose_name="sweep",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer of the population database",
                "verbose_name_plural": "answers of the population database",
                "indexes": [
                    models.Index(fields=["citizen", "-at"], name="population_answer_newest"),
                    models.Index(
                        condition=models.Q(("correction_reference", ""), _negated=True),
                        fields=["correction_reference"],
                        name="population_answer_of_case",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
