"""Imports of doses: files, the columns of sites, rows."""

import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
import uuid
import vaxreg.encryption
import vaxreg.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("citizens", "0019_restrictions"),
        ("doses", "0005_doses_abroad"),
        ("organizations", "0005_numbers_sealed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DoseImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("made_at", models.DateTimeField(verbose_name="sent at")),
                ("file_name", models.CharField(max_length=120, verbose_name="file")),
                ("sha256", models.CharField(max_length=64)),
                ("form", models.JSONField()),
                (
                    "header",
                    models.JSONField(
                        default=list, encoder=django.core.serializers.json.DjangoJSONEncoder
                    ),
                ),
                ("header_line", models.PositiveIntegerField(default=0)),
                ("mapping", models.JSONField(default=dict)),
                ("questions", models.JSONField(default=list)),
                ("answers", models.JSONField(default=dict)),
                ("reading", models.JSONField(default=dict)),
                (
                    "number_proof",
                    models.CharField(
                        choices=[
                            ("scanned", "read off the card by a scanner"),
                            ("checked", "checked against the population database"),
                            ("typed", "typed by hand"),
                        ],
                        default="typed",
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "columns to be confirmed"),
                            ("checking", "being checked"),
                            ("checked", "checked, nothing written yet"),
                            ("applying", "being written"),
                            ("applied", "written"),
                            ("undone", "undone"),
                            ("cancelled", "cancelled"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0, verbose_name="rows")),
                ("done", models.PositiveIntegerField(default=0)),
                ("last_line", models.PositiveIntegerField(default=0)),
                ("step_began_at", models.DateTimeField(null=True)),
                ("counts", models.JSONField(default=dict)),
                ("applied_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "applied_by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.organization",
                        verbose_name="site",
                    ),
                ),
            ],
            options={
                "verbose_name": "import of doses",
                "verbose_name_plural": "imports of doses",
                "ordering": ["-made_at"],
            },
        ),
        migrations.CreateModel(
            name="HeaderMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("signature", models.CharField(max_length=32)),
                ("mapping", models.JSONField()),
                ("used_at", models.DateTimeField()),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "columns of a site’s files",
                "verbose_name_plural": "columns of sites’ files",
            },
        ),
        migrations.CreateModel(
            name="ImportedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.PositiveIntegerField(verbose_name="line")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("error", "left out"),
                            ("decide", "to be decided"),
                            ("update", "updates a dose"),
                            ("new", "new dose"),
                            ("on_record", "on record already"),
                            ("skipped", "left out by you"),
                        ],
                        max_length=9,
                        verbose_name="verdict",
                    ),
                ),
                (
                    "findings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120), size=None
                    ),
                ),
                ("has_warning", models.BooleanField()),
                ("full_name", models.CharField(blank=True, max_length=120)),
                ("date_of_birth", models.DateField(null=True)),
                (
                    "birth_precision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("day", "day, month and year"),
                            ("month", "month and year"),
                            ("year", "year alone"),
                        ],
                        max_length=5,
                    ),
                ),
                (
                    "sex",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("male", "Male"),
                            ("female", "Female"),
                            ("unknown", "Not recorded"),
                        ],
                        max_length=8,
                    ),
                ),
                ("number", vaxreg.fields.EncryptedIdNumberField(null=True)),
                (
                    "number_hash",
                    vaxreg.encryption.BlindIndexField(label="id_number", null=True, of="number"),
                ),
                ("phone", models.CharField(blank=True, max_length=16)),
                ("given_on", models.DateField(null=True)),
                ("lot", models.CharField(blank=True, max_length=64)),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("primary", "Primary"),
                            ("additional", "Additional"),
                            ("booster", "Booster"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ordinal", models.PositiveSmallIntegerField(null=True)),
                ("venue", models.CharField(blank=True, max_length=120)),
                ("given_time", models.TimeField(null=True)),
                ("given_by", models.CharField(blank=True, max_length=120)),
                ("person_key", models.BigIntegerField(null=True)),
                (
                    "joined",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "not found"),
                            ("proven", "number from the card, name and date of birth are the same"),
                            ("exact", "typed number, name and date of birth are the same"),
                            ("decided", "chosen by staff"),
                            ("new", "a new record"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "candidates",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("revision", models.PositiveSmallIntegerField(default=0)),
                (
                    "area",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="organizations.area",
                    ),
                ),
                (
                    "citizen",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="citizens.citizen",
                    ),
                ),
                (
                    "dose",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="doses.dose",
                    ),
                ),
                (
                    "dose_import",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="recording.doseimport",
                    ),
                ),
                (
                    "vaccine",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="doses.vaccine",
                    ),
                ),
            ],
            options={
                "verbose_name": "row of a file of doses",
                "verbose_name_plural": "rows of files of doses",
                "ordering": ["dose_import_id", "line"],
            },
        ),
        migrations.CreateModel(
            name="ImportPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("content", vaxreg.encryption.EncryptedBytesField()),
                (
                    "dose_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="recording.doseimport",
                    ),
                ),
            ],
            options={
                "verbose_name": "part of a file of doses",
                "verbose_name_plural": "parts of files of doses",
                "ordering": ["dose_import_id", "number"],
            },
        ),
        migrations.AddIndex(
            model_name="doseimport",
            index=models.Index(
                condition=models.Q(("state__in", ["checking", "applying"])),
                fields=["state"],
                name="dose_import_at_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="headermapping",
            constraint=models.UniqueConstraint(
                fields=("organization", "signature"), name="header_mapping_once"
            ),
        ),
        migrations.AddIndex(
            model_name="importedrow",
            index=models.Index(
                condition=models.Q(("joined", "new")),
                fields=["dose_import", "person_key"],
                name="imported_row_new_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="importedrow",
            constraint=models.UniqueConstraint(
                fields=("dose_import", "line"), name="imported_row_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="importpart",
            constraint=models.UniqueConstraint(
                fields=("dose_import", "number"), name="import_part_once"
            ),
        ),
        # Each row is written twice, by the trial and by the writing: room for the second on its page.
        migrations.RunSQL(
            "ALTER TABLE recording_importedrow SET (fillfactor = 55)",
            "ALTER TABLE recording_importedrow RESET (fillfactor)",
        ),
    ]
