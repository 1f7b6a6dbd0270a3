"""Who an account is, as VNeID has said."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0008_vneid"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="VneidIdentity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer", models.CharField(max_length=200, verbose_name="issuer")),
                ("subject", models.CharField(max_length=255, verbose_name="subject at the issuer")),
                ("full_name", models.CharField(max_length=120, verbose_name="full name")),
                ("date_of_birth", models.DateField(verbose_name="date of birth")),
                (
                    "birth_precision",
                    models.CharField(
                        choices=[
                            ("day", "day, month and year"),
                            ("month", "month and year"),
                            ("year", "year alone"),
                        ],
                        db_default="day",
                        default="day",
                        max_length=5,
                        verbose_name="what is known of the date of birth",
                    ),
                ),
                ("id_number", models.CharField(max_length=12, verbose_name="ID number")),
                (
                    "verified_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="verified at",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vneid_identities",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "identity by VNeID",
                "verbose_name_plural": "identities by VNeID",
                "indexes": [models.Index(fields=["id_number"], name="vneid_identity_number")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("issuer", "subject"),
                        name="vneid_identity_one_account",
                        violation_error_message="This VNeID belongs to another account.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("user", "issuer"),
                        name="vneid_identity_one_person",
                        violation_error_message="This account has another VNeID.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("id_number__regex", "^\\d{12}$")),
                        name="vneid_identity_number_form",
                        violation_error_message="A personal number has 12 digits.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("birth_precision", "day"),
                            models.Q(("birth_precision", "month"), ("date_of_birth__day", 1)),
                            models.Q(
                                ("birth_precision", "year"),
                                ("date_of_birth__day", 1),
                                ("date_of_birth__month", 1),
                            ),
                            _connector="OR",
                        ),
                        name="vneid_identity_birth_precision",
                        violation_error_message="A year or month of birth is stored as its first day.",
                    ),
                ],
            },
        ),
    ]
