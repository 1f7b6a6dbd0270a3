"""A note to a site is never rewritten; it is marked as read once."""

from django.db import migrations

READ_ONCE = """
CREATE FUNCTION review_note_is_read_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.read_at IS NOT NULL
        OR (OLD.public_id, OLD.organization_id, OLD.by_id, OLD.written_for_id, OLD.text, OLD.at)
        IS DISTINCT FROM
        (NEW.public_id, NEW.organization_id, NEW.by_id, NEW.written_for_id, NEW.text, NEW.at)
    THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER read_once BEFORE UPDATE OR DELETE ON review_officernote
    FOR EACH ROW EXECUTE FUNCTION review_note_is_read_once();
"""
READ_ANYHOW = """
DROP TRIGGER read_once ON review_officernote;
DROP FUNCTION review_note_is_read_once();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(READ_ONCE, READ_ANYHOW),
    ]
