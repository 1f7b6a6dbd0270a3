"""Every row of history says which transaction wrote it; seals are only added to.

Rows from before keep NULL: the column is added without rewriting the tables.
"""

from django.db import migrations

TABLES = (
    "corrections_correctionevent",
    "doses_doserevision",
    "citizens_citizenrevision",
    "citizens_recordvisit",
)
ADD = "".join(
    f"ALTER TABLE {table} ADD COLUMN tx xid8;"
    f"ALTER TABLE {table} ALTER COLUMN tx SET DEFAULT pg_current_xact_id();"
    for table in TABLES
)
DROP = "".join(f"ALTER TABLE {table} DROP tx;" for table in TABLES)
KEEP = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_seal
    FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("citizens", "0006_seen_in_a_list"),
        ("corrections", "0004_nobody_decides_for_themselves"),
        ("doses", "0002_triggers"),
        ("organizations", "0003_identity_verified"),
    ]

    operations = [
        migrations.RunSQL(ADD, DROP),
        migrations.RunSQL(KEEP, "DROP TRIGGER append_only ON audit_seal"),
    ]
