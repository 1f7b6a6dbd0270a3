"""A card opens no record at once: links that wait; and numbers that nobody has proven."""

import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


# Links were made when they began. A number that somebody typed who started a record is unproven,
# unless an organization has written it since.
BEFORE = """
UPDATE citizens_recordlink SET asked_at = since;
UPDATE citizens_citizen SET id_number_proven = false
    WHERE provenance = 'self_declared' AND id_number IS NOT NULL AND NOT EXISTS (
        SELECT FROM citizens_citizenrevision written
        WHERE written.citizen_id = citizens_citizen.id AND written.number > 1
            AND written.by_organization_id IS NOT NULL
            AND written.id_number = citizens_citizen.id_number);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0003_same_person"),
        ("organizations", "0003_identity_verified"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="recordlink",
            name="record_link_ends_after_it_begins",
        ),
        migrations.AddField(
            model_name="citizen",
            name="id_number_proven",
            field=models.BooleanField(
                db_default=True, default=True, verbose_name="ID number proven"
            ),
        ),
        migrations.AddField(
            model_name="citizenrevision",
            name="id_number_proven",
            field=models.BooleanField(
                db_default=True, default=True, verbose_name="ID number proven"
            ),
        ),
        migrations.AddField(
            model_name="recordlink",
            name="asked_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="asked for at"
            ),
        ),
        migrations.AddField(
            model_name="recordlink",
            name="confirmed_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="confirmed by",
            ),
        ),
        migrations.AddField(
            model_name="recordlink",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="ended by",
            ),
        ),
        migrations.AddField(
            model_name="recordlink",
            name="needs_confirmation",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="needs confirmation"
            ),
        ),
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="recordlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until", None),
                    (
                        "until__gte",
                        django.db.models.functions.comparison.Least("asked_at", "since"),
                    ),
                    _connector="OR",
                ),
                name="record_link_ends_after_it_was_asked",
                violation_error_message="A link cannot end before it begins.",
            ),
        ),
    ]
