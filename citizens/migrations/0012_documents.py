"""Several identity documents of one citizen; rows are kept, and their numbers never change."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import vaxreg.encryption
import vaxreg.fields

# What may change: whether it is proven, current or withdrawn, and until when it is valid.
KEPT = """
CREATE TRIGGER citizens_document_never_deleted BEFORE DELETE
    ON citizens_identitydocument FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER citizens_document_number_kept BEFORE UPDATE OF citizen_id, number, number_hash,
    ending_hash, added_at, added_by_id
    ON citizens_identitydocument FOR EACH ROW
    WHEN (OLD.citizen_id <> NEW.citizen_id OR OLD.number_hash <> NEW.number_hash
        OR OLD.number <> NEW.number OR OLD.ending_hash <> NEW.ending_hash
        OR OLD.added_at <> NEW.added_at OR OLD.added_by_id IS DISTINCT FROM NEW.added_by_id)
    EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER citizens_document_number_kept ON citizens_identitydocument;
DROP TRIGGER citizens_document_never_deleted ON citizens_identitydocument;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0011_vneid"),
        ("organizations", "0004_search_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IdentityDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("personal_number", "Personal number (12 digits)"),
                            ("cmnd", "Old identity card (9 digits)"),
                            ("passport", "Passport"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "country",
                    models.CharField(blank=True, max_length=2, verbose_name="country of issue"),
                ),
                (
                    "number",
                    vaxreg.fields.EncryptedIdNumberField(verbose_name="number"),
                ),
                ("number_hash", vaxreg.encryption.BlindIndexField(label="id_number", of="number")),
                (
                    "ending_hash",
                    vaxreg.encryption.BlindIndexField(
                        ending=4, label="id_number ending", of="number"
                    ),
                ),
                ("is_proven", models.BooleanField(default=False, verbose_name="proven")),
                ("is_current", models.BooleanField(default=False, verbose_name="current")),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="valid from")),
                (
                    "valid_until",
                    models.DateField(blank=True, null=True, verbose_name="valid until"),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("record", "Stood on the record"),
                            ("declared", "Told by the citizen"),
                            ("chip_card", "Read from the QR code of the card"),
                            ("staff", "Paper seen by health staff"),
                        ],
                        default="record",
                        max_length=12,
                        verbose_name="source",
                    ),
                ),
                (
                    "added_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="added at",
                    ),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="withdrawn at"),
                ),
            ],
            options={
                "verbose_name": "identity document",
                "verbose_name_plural": "identity documents",
                "ordering": ["citizen_id", "id"],
            },
        ),
        migrations.AddField(
            model_name="identitydocument",
            name="added_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="added by",
            ),
        ),
        migrations.AddField(
            model_name="identitydocument",
            name="citizen",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="citizens.citizen",
                verbose_name="citizen",
            ),
        ),
        migrations.AddIndex(
            model_name="identitydocument",
            index=models.Index(
                condition=models.Q(("withdrawn_at", None)),
                fields=["number_hash"],
                name="document_number",
            ),
        ),
        migrations.AddIndex(
            model_name="identitydocument",
            index=models.Index(
                condition=models.Q(("withdrawn_at", None)),
                fields=["ending_hash"],
                name="document_ending",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitydocument",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_proven", True), ("withdrawn_at", None)),
                fields=("number_hash",),
                name="document_proven_once",
                violation_error_message="A citizen with this ID number exists already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitydocument",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_current", True)),
                fields=("citizen",),
                name="document_one_current",
                violation_error_message="A citizen has one current document.",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitydocument",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("citizen", "number_hash"),
                name="document_once_per_citizen",
                violation_error_message="This document is on the record already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitydocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Func(
                        models.F("number"),
                        output_field=models.BooleanField(),
                        template="starts_with(%(expressions)s, 'g1:')",
                    )
                ),
                name="document_number_encrypted",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitydocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_current", True), ("withdrawn_at__isnull", False), _negated=True
                ),
                name="document_current_is_not_withdrawn",
                violation_error_message="A withdrawn document is not the current one.",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitydocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("country__regex", "^[A-Z]{2}$"),
                    models.Q(("country", ""), ("kind", "passport")),
                    _connector="OR",
                ),
                name="document_country",
                violation_error_message="A country has two letters, as in VN.",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitydocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from", None),
                    ("valid_until", None),
                    ("valid_until__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="document_valid_in_order",
                violation_error_message="A document is valid from before it ends.",
            ),
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
