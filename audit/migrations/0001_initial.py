"""The seals over the history."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table", models.CharField(max_length=63, verbose_name="table")),
                (
                    "tx_from",
                    models.BigIntegerField(blank=True, null=True, verbose_name="first transaction"),
                ),
                (
                    "tx_to",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="transaction after the last"
                    ),
                ),
                (
                    "id_after",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="id before the first"
                    ),
                ),
                ("id_to", models.BigIntegerField(blank=True, null=True, verbose_name="last id")),
                ("columns", models.TextField(verbose_name="columns")),
                ("rows", models.BigIntegerField(verbose_name="rows")),
                ("rows_hash", models.CharField(max_length=64, verbose_name="hash of the rows")),
                (
                    "previous",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="hash of the seal before"
                    ),
                ),
                ("hash", models.CharField(max_length=64, unique=True, verbose_name="hash")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "seal",
                "verbose_name_plural": "seals",
                "indexes": [models.Index(fields=["table", "id"], name="seal_of_table")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("id_after", None),
                                ("id_to", None),
                                ("tx_from__isnull", False),
                                ("tx_to__isnull", False),
                            ),
                            models.Q(
                                ("id_after__isnull", False),
                                ("id_to__isnull", False),
                                ("tx_from", None),
                                ("tx_to", None),
                            ),
                            _connector="OR",
                        ),
                        name="seal_covers_one_range",
                    )
                ],
            },
        ),
    ]
