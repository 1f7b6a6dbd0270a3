import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("citizens", "0019_restrictions"),
        ("organizations", "0005_numbers_sealed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Download",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("json", "For programs (JSON)"),
                            ("pdf", "For reading and printing (PDF)"),
                        ],
                        max_length=4,
                        verbose_name="form",
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="at"
                    ),
                ),
                (
                    "citizen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="citizens.citizen",
                        verbose_name="citizen",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "download",
                "verbose_name_plural": "downloads",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="DataRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("restriction", "Use it for less"),
                            ("objection", "Object to a use"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("what", models.TextField(verbose_name="what")),
                ("why", models.TextField(verbose_name="why")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                ("answer_due_at", models.DateTimeField(verbose_name="answer due at")),
                ("due_at", models.DateTimeField(verbose_name="due at")),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answered at"),
                ),
                (
                    "is_accepted",
                    models.BooleanField(blank=True, null=True, verbose_name="accepted"),
                ),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                (
                    "extended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="extended at"),
                ),
                (
                    "extension_reason",
                    models.TextField(blank=True, verbose_name="reason of the extension"),
                ),
                (
                    "completed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="carried out at"),
                ),
                ("result", models.TextField(blank=True, verbose_name="what was done")),
                (
                    "answered_by",
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
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="data_requests",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "citizen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="data_requests",
                        to="citizens.citizen",
                        verbose_name="citizen",
                    ),
                ),
                (
                    "completed_by",
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
                    "extended_by",
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
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="data_requests",
                        to="organizations.organization",
                        verbose_name="answered by",
                    ),
                ),
            ],
            options={
                "verbose_name": "request about personal data",
                "verbose_name_plural": "requests about personal data",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("completed_at", None),
                            models.Q(("is_accepted", None), ("is_accepted", True), _connector="OR"),
                        ),
                        fields=("citizen", "kind"),
                        name="data_request_one_open_of_a_kind",
                        violation_error_message="There is an open request of this kind already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""),
                                ("answered_at", None),
                                ("answered_by", None),
                                ("is_accepted", None),
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                ("is_accepted", True),
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                ("is_accepted", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="data_request_answered_who_when_how",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("extended_at", None),
                                ("extended_by", None),
                                ("extension_reason", ""),
                            ),
                            models.Q(
                                ("extended_at__isnull", False),
                                ("extended_by__isnull", False),
                                ("is_accepted", True),
                                models.Q(("extension_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="data_request_extended_who_when_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("completed_at", None), ("completed_by", None), ("result", "")
                            ),
                            models.Q(
                                ("completed_at__isnull", False),
                                ("completed_by__isnull", False),
                                ("is_accepted", True),
                                models.Q(("result", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="data_request_completed_who_when_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer_due_at__gt", models.F("received_at")),
                            ("due_at__gt", models.F("received_at")),
                        ),
                        name="data_request_due_after_receipt",
                    ),
                ],
            },
        ),
    ]
