"""The ID numbers in files that were imported are encrypted."""

from typing import Any

from django.db import migrations

import vaxreg.encryption
from vaxreg.database.renewal import renew


def seal(apps: Any, schema_editor: object) -> None:
    renew(apps.get_model("organizations", "ImportRun"), mentions="id_number")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("organizations", "0004_search_keys")]

    operations = [
        migrations.AlterField(
            model_name="importrun",
            name="content",
            field=vaxreg.encryption.SealedJSONField(
                default=dict, sealed=["id_number"], verbose_name="content"
            ),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
