"""The hotline: checks of callers, which are never rewritten, and links for photos."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON corrections_callercheck
    FOR EACH ROW EXECUTE FUNCTION corrections_refuse_change();
"""
BACKWARD = "DROP TRIGGER append_only ON corrections_callercheck;"


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0002_triggers"),
        ("corrections", "0005_breach_of_a_clock"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="UploadLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "correction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="upload_links",
                        to="corrections.correction",
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
            ],
            options={
                "verbose_name": "upload link",
                "verbose_name_plural": "upload links",
                "ordering": ["made_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))),
                        name="upload_link_ends_after_it_begins",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="evidence",
            name="upload_link",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="photos",
                to="corrections.uploadlink",
            ),
        ),
        migrations.CreateModel(
            name="CallerCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("facts", models.JSONField(default=list)),
                ("passed", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "agent",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "citizen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="citizens.citizen",
                    ),
                ),
            ],
            options={
                "verbose_name": "caller check",
                "verbose_name_plural": "caller checks",
                "ordering": ["at", "id"],
                "indexes": [models.Index(fields=["agent", "at"], name="caller_check_of_agent")],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
