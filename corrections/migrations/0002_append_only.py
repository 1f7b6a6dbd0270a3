"""The database refuses what would rewrite history: events and breaches are append-only, and the
time of receipt of a correction never changes (product rule 1)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION corrections_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON corrections_correctionevent
    FOR EACH ROW EXECUTE FUNCTION corrections_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON corrections_breach
    FOR EACH ROW EXECUTE FUNCTION corrections_refuse_change();

CREATE FUNCTION corrections_refuse_new_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'received_at never changes' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER received_once BEFORE UPDATE OF received_at ON corrections_correction
    FOR EACH ROW WHEN (OLD.received_at IS DISTINCT FROM NEW.received_at)
    EXECUTE FUNCTION corrections_refuse_new_receipt();
CREATE TRIGGER never_deleted BEFORE DELETE ON corrections_correction
    FOR EACH ROW EXECUTE FUNCTION corrections_refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE ON corrections_filing
    FOR EACH ROW EXECUTE FUNCTION corrections_refuse_change();
"""

BACKWARD = """
DROP TRIGGER never_deleted ON corrections_filing;
DROP TRIGGER never_deleted ON corrections_correction;
DROP TRIGGER received_once ON corrections_correction;
DROP FUNCTION corrections_refuse_new_receipt();
DROP TRIGGER append_only ON corrections_breach;
DROP TRIGGER append_only ON corrections_correctionevent;
DROP FUNCTION corrections_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("corrections", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
