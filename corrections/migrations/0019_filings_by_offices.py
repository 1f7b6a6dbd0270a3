"""What an office writes down for somebody: at the counter, from a letter, a call or a message."""

import django.db.models.deletion
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models
from django.db.models import Q

OWN = ("web", "api")
OFFICES = ("counter", "letter", "call", "message")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("corrections", "0018_photos_to_delete"),
        ("organizations", "0005_numbers_sealed"),
    ]

    operations = [
        migrations.AlterField(
            model_name="filing",
            name="channel",
            field=models.CharField(
                choices=[
                    ("web", "Web page"),
                    ("api", "Partner app"),
                    ("hotline", "Hotline"),
                    ("counter", "At the counter"),
                    ("letter", "By letter"),
                    ("call", "Call to an office"),
                    ("message", "Message to an office"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="filing",
            name="office",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
            ),
        ),
        AddIndexConcurrently(
            "filing",
            models.Index(
                condition=Q(office__isnull=False, contact_phone=""),
                fields=["office", "received_at"],
                name="filing_to_answer_by_letter",
            ),
        ),
        migrations.RemoveConstraint("filing", "filing_on_behalf_says_when_and_for_whom"),
        AddConstraintNotValid(
            "filing",
            models.CheckConstraint(
                condition=Q(channel__in=OWN, told_at=None, contact_phone="", office=None)
                | (Q(channel="hotline", told_at__isnull=False, office=None) & ~Q(contact_phone=""))
                | Q(channel__in=OFFICES, told_at__isnull=False, office__isnull=False),
                name="filing_on_behalf_says_when_and_by_whom",
            ),
        ),
        ValidateConstraint("filing", "filing_on_behalf_says_when_and_by_whom"),
    ]
