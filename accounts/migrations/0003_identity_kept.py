"""A verified identity is never deleted, and changes only by ending."""

from django.db import migrations

KEPT = """
CREATE FUNCTION accounts_identity_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL THEN
        OLD.ended_at = NEW.ended_at;
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a verified identity is kept: it only ends'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER accounts_identity_kept BEFORE UPDATE OR DELETE ON accounts_verifiedidentity
    FOR EACH ROW EXECUTE FUNCTION accounts_identity_kept();
"""
NOT_KEPT = """
DROP TRIGGER accounts_identity_kept ON accounts_verifiedidentity;
DROP FUNCTION accounts_identity_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_verified_identity")]

    operations = [migrations.RunSQL(KEPT, NOT_KEPT)]
