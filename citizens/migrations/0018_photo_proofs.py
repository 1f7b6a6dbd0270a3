"""Photos of paper and person by which somebody proves from afar that a record is their own."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
import vaxreg.encryption
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0017_ends_of_guardians"),
        ("organizations", "0005_numbers_sealed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="recordlink",
            name="proven_by",
            field=models.CharField(
                choices=[
                    ("phone_and_id", "Phone and ID number"),
                    ("phone_and_birth", "Phone, full name and date of birth"),
                    ("id_and_birth", "ID number, full name and date of birth"),
                    ("declared", "Record started by this person"),
                    ("vneid", "Identity verified by VNeID"),
                    ("photos", "Photos of paper and person, seen by health staff"),
                    ("staff", "Checked by health staff"),
                    ("consent", "The person agreed"),
                ],
                max_length=16,
                verbose_name="proven by",
            ),
        ),
        migrations.CreateModel(
            name="PhotoProof",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "paper_photo",
                    vaxreg.encryption.EncryptedBytesField(
                        null=True, verbose_name="photo of the paper"
                    ),
                ),
                (
                    "person_photo",
                    vaxreg.encryption.EncryptedBytesField(
                        null=True, verbose_name="photo of the person with the paper"
                    ),
                ),
                (
                    "paper_sha256",
                    models.CharField(max_length=64, verbose_name="hash of the photo of the paper"),
                ),
                (
                    "person_sha256",
                    models.CharField(max_length=64, verbose_name="hash of the photo of the person"),
                ),
                (
                    "sent_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="sent at"
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="decided at"),
                ),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("same", "The person and the paper belong together"),
                            ("other_person", "The photos do not show the same person"),
                            ("other_paper", "The paper does not fit the record"),
                            ("unclear", "It cannot be seen clearly"),
                        ],
                        max_length=12,
                        verbose_name="verdict",
                    ),
                ),
                (
                    "photos_deleted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="photos deleted at"),
                ),
                (
                    "by_organization",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.organization",
                        verbose_name="by organization",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photo_proofs",
                        to="citizens.recordlink",
                        verbose_name="link",
                    ),
                ),
            ],
            options={
                "verbose_name": "proof by photos",
                "verbose_name_plural": "proofs by photos",
                "ordering": ["sent_at", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("photos_deleted_at", None)),
                        fields=["sent_at"],
                        name="photo_proof_with_photos",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at", None)),
                        fields=("link",),
                        name="photo_proof_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("verdict", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("verdict", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="photo_proof_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("paper_photo__isnull", False),
                                ("person_photo__isnull", False),
                                ("photos_deleted_at", None),
                            ),
                            models.Q(
                                ("paper_photo", None),
                                ("person_photo", None),
                                ("photos_deleted_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="photo_proof_has_photos_or_not",
                    ),
                ],
            },
        ),
    ]
