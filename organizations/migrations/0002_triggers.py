"""What the database itself keeps: the path of each organization, and rows that nobody changes."""

from django.db import migrations

# Shared by later apps: a trigger that calls it refuses UPDATE or DELETE of its table's rows.
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


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION refuse_change()"),
        migrations.RunSQL(
            PATHS,
            """
            DROP TRIGGER organizations_parts_follow ON organizations_organization;
            DROP TRIGGER organizations_path ON organizations_organization;
            DROP FUNCTION organizations_move_parts();
            DROP FUNCTION organizations_set_path();
            """,
        ),
    ]
