"""The ID numbers among the facts of corrections, their events and drafts are encrypted."""

from typing import Any

from django.db import migrations

import vaxreg.encryption
from vaxreg.database.renewal import renew

MODELS = ("Correction", "CorrectionEvent", "DelayedDecision", "Draft")


def seal(apps: Any, schema_editor: object) -> None:
    for name in MODELS:
        renew(apps.get_model("corrections", name), mentions="id_number")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("corrections", "0014_photos_to_read"),
    ]

    operations = [
        migrations.AlterField(
            model_name="correction",
            name="decided",
            field=vaxreg.encryption.SealedJSONField(blank=True, null=True, sealed=["id_number"]),
        ),
        migrations.AlterField(
            model_name="correction",
            name="pending",
            field=vaxreg.encryption.SealedJSONField(blank=True, null=True, sealed=["id_number"]),
        ),
        migrations.AlterField(
            model_name="correction",
            name="proposed",
            field=vaxreg.encryption.SealedJSONField(default=dict, sealed=["id_number"]),
        ),
        migrations.AlterField(
            model_name="correction",
            name="recorded",
            field=vaxreg.encryption.SealedJSONField(default=dict, sealed=["id_number"]),
        ),
        migrations.AlterField(
            model_name="correctionevent",
            name="data",
            field=vaxreg.encryption.SealedJSONField(default=dict, sealed=["id_number"]),
        ),
        migrations.AlterField(
            model_name="delayeddecision",
            name="arguments",
            field=vaxreg.encryption.SealedJSONField(default=dict, sealed=["id_number"]),
        ),
        migrations.AlterField(
            model_name="delayeddecision",
            name="typed",
            field=vaxreg.encryption.SealedJSONField(default=dict, sealed=["id_number"]),
        ),
        migrations.AlterField(
            model_name="draft",
            name="data",
            field=vaxreg.encryption.SealedJSONField(default=dict, sealed=["id_number"]),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
