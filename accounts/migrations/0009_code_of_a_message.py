"""The index that finds the code of a message, built while codes are sent."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0008_vneid")]

    operations = [
        AddIndexConcurrently(
            "signincode",
            models.Index(fields=["message"], name="sign_in_code_message"),
        ),
    ]
