"""A shared link ends once and says one thing for good; openings are only added."""

from django.db import migrations

KEPT = """
CREATE FUNCTION certificates_share_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - '{ended_at,ended_by_id}'::text[])
       <> (to_jsonb(OLD) - '{ended_at,ended_by_id}'::text[])
       OR (OLD.ended_at IS NOT NULL
           AND (NEW.ended_at, NEW.ended_by_id) IS DISTINCT FROM (OLD.ended_at, OLD.ended_by_id)) THEN
        RAISE EXCEPTION 'shared link %: it only ends', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_share_ends BEFORE UPDATE ON certificates_share
    FOR EACH ROW EXECUTE FUNCTION certificates_share_ends();
CREATE TRIGGER certificates_share_kept BEFORE DELETE ON certificates_share
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certificates_shareopening_kept BEFORE UPDATE OR DELETE ON certificates_shareopening
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER certificates_shareopening_kept ON certificates_shareopening;
DROP TRIGGER certificates_share_kept ON certificates_share;
DROP TRIGGER certificates_share_ends ON certificates_share;
DROP FUNCTION certificates_share_ends();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("certificates", "0003_sharing"),
        ("organizations", "0002_triggers"),
    ]

    operations = [
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
