"""Suspending, inviting and importing staff: what stays on record of each act."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


# Acts about staff are never changed (the function is that of migration 0002).
KEEP = """
CREATE TRIGGER kept_as_it_is BEFORE UPDATE OR DELETE ON organizations_staffevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
LET_GO = "DROP TRIGGER kept_as_it_is ON organizations_staffevent;"


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0003_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("file_name", models.CharField(max_length=120, verbose_name="file name")),
                ("content", models.JSONField(default=dict, verbose_name="content")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done at")),
                ("counts", models.JSONField(default=dict, verbose_name="counts")),
                ("left_out", models.JSONField(default=list, verbose_name="rows left out")),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
                "ordering": ["-made_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="StaffEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("invited", "Invited"),
                            ("invited_again", "Invitation sent again"),
                            ("appointed", "Appointed"),
                            ("role_changed", "Role changed"),
                            ("suspended", "Suspended"),
                            ("reinstated", "Reinstated"),
                            ("ended", "Ended"),
                            ("account_suspended", "Account suspended"),
                            ("account_reinstated", "Account reinstated"),
                        ],
                        max_length=20,
                        verbose_name="act",
                    ),
                ),
                ("role", models.CharField(blank=True, max_length=16, verbose_name="role")),
                (
                    "role_before",
                    models.CharField(blank=True, max_length=16, verbose_name="role before"),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "act about staff",
                "verbose_name_plural": "acts about staff",
                "ordering": ["at", "id"],
            },
        ),
        migrations.AddField(
            model_name="membership",
            name="must_tell",
            field=models.BooleanField(default=False, verbose_name="to be told"),
        ),
        migrations.AddField(
            model_name="membership",
            name="suspended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="suspended at"),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                condition=models.Q(("must_tell", True)), fields=["id"], name="membership_to_be_told"
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="made by",
            ),
        ),
        migrations.AddField(
            model_name="staffevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="staffevent",
            name="import_run",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="organizations.importrun",
                verbose_name="import",
            ),
        ),
        migrations.AddField(
            model_name="staffevent",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="staff_events",
                to="organizations.organization",
                verbose_name="organization",
            ),
        ),
        migrations.AddField(
            model_name="staffevent",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="staff_events",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AddIndex(
            model_name="importrun",
            index=models.Index(fields=["made_by", "-made_at"], name="import_of_user"),
        ),
        migrations.AddIndex(
            model_name="staffevent",
            index=models.Index(fields=["user", "at"], name="staff_event_history"),
        ),
        migrations.AddConstraint(
            model_name="staffevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("act__in", ["account_suspended", "account_reinstated"]),
                        ("organization", None),
                    ),
                    models.Q(
                        models.Q(
                            ("act__in", ["account_suspended", "account_reinstated"]), _negated=True
                        ),
                        ("organization__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="staff_event_of_an_account_or_of_work",
            ),
        ),
        migrations.RunSQL(KEEP, LET_GO),
    ]
