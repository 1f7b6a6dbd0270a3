"""Let the next fold count everybody for their commune too: it compares where each one lives."""

from django.db import migrations

MOVED = (
    "INSERT INTO uptake_change (citizen_id) SELECT NULL WHERE EXISTS (SELECT FROM uptake_course)"
)


class Migration(migrations.Migration):
    dependencies = [
        ("uptake", "0003_commune_uptake"),
    ]

    operations = [
        migrations.RunSQL(MOVED, migrations.RunSQL.noop),
    ]
