"""What the database itself keeps: paths and places of organizations, and rows that nobody changes."""

from django.db import migrations

# Used by the apps above: a trigger that calls it refuses UPDATE or DELETE of its table's rows.
REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: its rows are kept as they are', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""

PATHS = """
CREATE FUNCTION organizations_set_path() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.part_of_id IS NULL THEN
        NEW.path := NEW.id || '/';
    ELSE
        SELECT path || NEW.id || '/' INTO STRICT NEW.path
          FROM organizations_organization WHERE id = NEW.part_of_id;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.path <> NEW.path AND starts_with(NEW.path, OLD.path) THEN
        RAISE EXCEPTION 'an organization cannot be part of itself' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER organizations_path BEFORE INSERT OR UPDATE OF part_of_id, path
    ON organizations_organization FOR EACH ROW EXECUTE FUNCTION organizations_set_path();

CREATE FUNCTION organizations_move_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Writing path lets the trigger above compute it anew, level by level.
    UPDATE organizations_organization SET path = '' WHERE part_of_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER organizations_parts_follow AFTER UPDATE OF part_of_id, path
    ON organizations_organization FOR EACH ROW WHEN (OLD.path IS DISTINCT FROM NEW.path)
    EXECUTE FUNCTION organizations_move_parts();
"""
NO_PATHS = """
DROP TRIGGER organizations_parts_follow ON organizations_organization;
DROP TRIGGER organizations_path ON organizations_organization;
DROP FUNCTION organizations_move_parts();
DROP FUNCTION organizations_set_path();
"""

# Where each organization stood since when.
PLACES = """
CREATE FUNCTION organizations_note_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO organizations_place (organization_id, path, since)
    VALUES (NEW.id, NEW.path, statement_timestamp());
    RETURN NULL;
END $$;

CREATE TRIGGER organizations_place_of_new AFTER INSERT ON organizations_organization
    FOR EACH ROW EXECUTE FUNCTION organizations_note_place();
CREATE TRIGGER organizations_place_of_moved AFTER UPDATE OF part_of_id, path
    ON organizations_organization FOR EACH ROW WHEN (OLD.path IS DISTINCT FROM NEW.path)
    EXECUTE FUNCTION organizations_note_place();
CREATE TRIGGER kept_as_it_is BEFORE UPDATE OR DELETE ON organizations_place
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NO_PLACES = """
DROP TRIGGER organizations_place_of_moved ON organizations_organization;
DROP TRIGGER organizations_place_of_new ON organizations_organization;
DROP TRIGGER kept_as_it_is ON organizations_place;
DROP FUNCTION organizations_note_place();
"""

# Acts on the tree and about staff are never changed.
KEPT = """
CREATE TRIGGER kept_as_it_is BEFORE UPDATE OR DELETE ON organizations_staffevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER kept_as_it_is BEFORE UPDATE OR DELETE ON organizations_act
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER kept_as_it_is ON organizations_act;
DROP TRIGGER kept_as_it_is ON organizations_staffevent;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION refuse_change()"),
        migrations.RunSQL(PATHS, NO_PATHS),
        migrations.RunSQL(PLACES, NO_PLACES),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
