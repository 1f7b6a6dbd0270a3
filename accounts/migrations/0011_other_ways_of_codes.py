"""Codes by e-mail, to addresses that citizens have confirmed, and codes that the hotline reads out."""

import django.db.models.deletion
import vaxreg.encryption
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_numbers_encrypted"),
    ]

    operations = [
        migrations.AddField(
            model_name="signincode",
            name="way",
            field=models.CharField(
                choices=[
                    ("phone", "SMS or call"),
                    ("email", "e-mail on file"),
                    ("hotline", "read out by the hotline"),
                ],
                db_default="phone",
                default="phone",
                max_length=8,
                verbose_name="way",
            ),
        ),
        migrations.CreateModel(
            name="ContactEmail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", vaxreg.encryption.EncryptedTextField(verbose_name="e-mail address")),
                ("code_hash", models.CharField(max_length=64, verbose_name="hash of the code")),
                ("code_expires_at", models.DateTimeField(verbose_name="code expires at")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                ("given_at", models.DateTimeField(verbose_name="given at")),
                (
                    "confirmed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="confirmed at"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_emails",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "e-mail address of a citizen",
                "verbose_name_plural": "e-mail addresses of citizens",
                "indexes": [
                    models.Index(
                        models.F("code_expires_at"),
                        condition=models.Q(("confirmed_at", None)),
                        name="contact_email_age",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False)),
                        fields=("user",),
                        name="contact_email_one_confirmed",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at", None)),
                        fields=("user",),
                        name="contact_email_one_waiting",
                    ),
                ],
            },
        ),
    ]
