"""The database refuses to rewrite history: events, breaches, rules, and the time of receipt (rule 1)."""

from django.db import migrations

HISTORY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON corrections_correctionevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON corrections_breach
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON corrections_clockchange
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON corrections_policy
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE ON corrections_correction
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE ON corrections_filing
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE ON corrections_recomputerun
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NO_HISTORY = """
DROP TRIGGER never_deleted ON corrections_recomputerun;
DROP TRIGGER never_deleted ON corrections_filing;
DROP TRIGGER never_deleted ON corrections_correction;
DROP TRIGGER append_only ON corrections_policy;
DROP TRIGGER append_only ON corrections_clockchange;
DROP TRIGGER append_only ON corrections_breach;
DROP TRIGGER append_only ON corrections_correctionevent;
"""

RECEIVED_ONCE = """
CREATE FUNCTION corrections_refuse_new_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'received_at never changes' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER received_once BEFORE UPDATE OF received_at ON corrections_correction
    FOR EACH ROW WHEN (OLD.received_at IS DISTINCT FROM NEW.received_at)
    EXECUTE FUNCTION corrections_refuse_new_receipt();
"""
RECEIVED_ANYHOW = """
DROP TRIGGER received_once ON corrections_correction;
DROP FUNCTION corrections_refuse_new_receipt();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("corrections", "0001_initial"),
        ("organizations", "0002_triggers"),
    ]

    operations = [
        migrations.RunSQL(HISTORY, NO_HISTORY),
        migrations.RunSQL(RECEIVED_ONCE, RECEIVED_ANYHOW),
    ]
