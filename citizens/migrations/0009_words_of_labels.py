"""Labels and a message in the words of the glossary; nothing changes in the database."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0008_what_people_type"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="recordvisit",
            name="why",
            field=models.CharField(
                choices=[
                    ("own", "Own record"),
                    ("guardian", "Guardian"),
                    ("review", "Review of a proposal"),
                    ("oversight", "Oversight"),
                    ("hotline", "Hotline"),
                    ("partner", "Partner system"),
                    ("list", "Seen in a list"),
                ],
                max_length=16,
                verbose_name="why",
            ),
        ),
        migrations.AlterConstraint(
            model_name="recordlink",
            name="record_link_once_per_user_and_citizen",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until", None)),
                fields=("user", "citizen"),
                name="record_link_once_per_user_and_citizen",
                violation_error_message="This record is linked to this account already.",
            ),
        ),
    ]
