"""Finds the rows of some transactions; built while the registry is used."""

from django.db import migrations

TABLES = {
    "corrections_correctionevent": "correction_event_tx",
    "doses_doserevision": "dose_revision_tx",
    "citizens_citizenrevision": "citizen_revision_tx",
    "citizens_recordvisit": "record_visit_tx",
}


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("audit", "0002_transactions")]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table} (tx)",
            f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        )
        for table, name in TABLES.items()
    ]
