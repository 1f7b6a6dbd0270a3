"""Lists of the police, and what became of each row."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0014_numbers_encrypted"),
        ("identity", "0004_population"),
    ]

    operations = [
        migrations.CreateModel(
            name="CleansingList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256 of the file")),
                ("key_sha256", models.CharField(max_length=64, verbose_name="SHA-256 of the key")),
                ("total", models.PositiveIntegerField(verbose_name="rows")),
                ("next_row", models.PositiveIntegerField(default=0, verbose_name="rows imported")),
                ("begun_at", models.DateTimeField(verbose_name="begun at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "undone_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="taken back at"),
                ),
            ],
            options={
                "verbose_name": "list of the police",
                "verbose_name_plural": "lists of the police",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)),
                        fields=("sha256",),
                        name="cleansing_list_once",
                        violation_error_message="This list was imported already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CleansingRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.PositiveIntegerField(verbose_name="line")),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("changed", "Changed"),
                            ("same", "Right already"),
                            ("not_found", "No such record here"),
                            ("differs", "Not what stands on the record now"),
                            ("refused", "Refused"),
                        ],
                        max_length=12,
                        verbose_name="result",
                    ),
                ),
                ("fields", models.JSONField(blank=True, default=list, verbose_name="facts")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("revision", models.PositiveSmallIntegerField(null=True, verbose_name="revision")),
                (
                    "undone",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("undone", "Taken back"),
                            ("changed_since", "Changed since, left as it is"),
                            ("refused", "Could not be taken back"),
                        ],
                        max_length=14,
                        verbose_name="taken back",
                    ),
                ),
                (
                    "citizen",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="citizens.citizen",
                        verbose_name="citizen",
                    ),
                ),
                (
                    "cleansing_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="identity.cleansinglist",
                        verbose_name="list",
                    ),
                ),
            ],
            options={
                "verbose_name": "row of a list of the police",
                "verbose_name_plural": "rows of lists of the police",
                "ordering": ["cleansing_list_id", "line"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cleansing_list", "line"), name="cleansing_row_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("citizen__isnull", False),
                                ("result", "changed"),
                                ("revision__isnull", False),
                            ),
                            models.Q(
                                models.Q(("result", "changed"), _negated=True), ("revision", None)
                            ),
                            _connector="OR",
                        ),
                        name="cleansing_row_changed_names_its_revision",
                    ),
                ],
            },
        ),
    ]
