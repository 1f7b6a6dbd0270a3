"""A record may be opened because VNeID has verified who asks."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0010_seen_to_call"),
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
                    ("staff", "Checked by health staff"),
                ],
                max_length=16,
                verbose_name="proven by",
            ),
        ),
    ]
