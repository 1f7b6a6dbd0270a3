"""Nothing about a person is deleted; what was said, seen or checked is never rewritten; merges are flat."""

from django.db import migrations

KEPT = """
CREATE TRIGGER citizens_revision_kept BEFORE UPDATE OR DELETE
    ON citizens_citizenrevision FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER citizens_visit_kept BEFORE UPDATE OR DELETE
    ON citizens_recordvisit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER citizens_citizen_kept BEFORE DELETE
    ON citizens_citizen FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER citizens_citizen_kept ON citizens_citizen;
DROP TRIGGER citizens_visit_kept ON citizens_recordvisit;
DROP TRIGGER citizens_revision_kept ON citizens_citizenrevision;
"""

# A record is a part of a whole, never a part of a part.
FLAT = """
CREATE TRIGGER citizens_check_kept BEFORE UPDATE OR DELETE
    ON citizens_identitycheck FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE FUNCTION citizens_merged_flat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM citizens_citizen WHERE id = NEW.merged_into_id
               AND merged_into_id IS NOT NULL)
        OR EXISTS (SELECT FROM citizens_citizen WHERE merged_into_id = NEW.id) THEN
        RAISE EXCEPTION 'citizen %: a part of a record is no part of a part', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER citizens_merged_flat BEFORE INSERT OR UPDATE OF merged_into_id
    ON citizens_citizen FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL)
    EXECUTE FUNCTION citizens_merged_flat();
"""
NOT_FLAT = """
DROP TRIGGER citizens_merged_flat ON citizens_citizen;
DROP FUNCTION citizens_merged_flat();
DROP TRIGGER citizens_check_kept ON citizens_identitycheck;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0001_initial"),
        ("organizations", "0002_triggers"),
    ]

    operations = [
        migrations.RunSQL(KEPT, NOT_KEPT),
        migrations.RunSQL(FLAT, NOT_FLAT),
    ]
