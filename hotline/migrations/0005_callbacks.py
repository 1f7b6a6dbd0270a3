"""People who asked to be called back, and what came of each call; a try is never rewritten."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


KEPT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON hotline_callbacktry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER append_only ON hotline_callbacktry;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0010_seen_to_call"),
        ("hotline", "0004_message_resend"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CallbackRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("phone", models.CharField(blank=True, max_length=16)),
                (
                    "best_time",
                    models.CharField(
                        choices=[
                            ("any", "At any time"),
                            ("morning", "In the morning"),
                            ("afternoon", "In the afternoon"),
                            ("evening", "In the evening"),
                        ],
                        default="any",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("not_before", models.DateTimeField()),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "citizen",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="citizens.citizen",
                    ),
                ),
                (
                    "claimed_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "noted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "request to be called back",
                "verbose_name_plural": "requests to be called back",
                "ordering": ["not_before", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at", None)),
                        fields=["not_before", "id"],
                        name="callback_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("phone",),
                        name="callback_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("claimed_at", None), ("claimed_by", None)),
                            models.Q(("claimed_at__isnull", False), ("claimed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="callback_claimed_who_and_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("phone__gt", "")),
                            ("closed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="callback_open_has_a_number",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CallbackTry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("reached", "Reached"),
                            ("again", "Not reached, will be tried again"),
                            ("not_reached", "Not reached, not tried again"),
                        ],
                        max_length=12,
                    ),
                ),
                ("again_at", models.DateTimeField(blank=True, null=True)),
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
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tries",
                        to="hotline.callbackrequest",
                    ),
                ),
            ],
            options={
                "verbose_name": "try to call back",
                "verbose_name_plural": "tries to call back",
                "ordering": ["at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("again_at__isnull", False), ("result", "again")),
                            models.Q(
                                models.Q(("result", "again"), _negated=True), ("again_at", None)
                            ),
                            _connector="OR",
                        ),
                        name="callback_try_again_says_when",
                    )
                ],
            },
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
