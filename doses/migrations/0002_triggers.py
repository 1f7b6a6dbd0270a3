"""A dose changes by revision only, a revision never, and neither is deleted."""

from django.db import migrations

KEPT = """
CREATE FUNCTION doses_revision_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'dose %: a change goes from revision % to the next, not to %',
        OLD.id, OLD.revision, NEW.revision USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER doses_dose_revised BEFORE UPDATE ON doses_dose FOR EACH ROW
    WHEN (NEW.revision <> OLD.revision + 1) EXECUTE FUNCTION doses_revision_moves();
CREATE TRIGGER doses_dose_kept BEFORE DELETE
    ON doses_dose FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER doses_revision_kept BEFORE UPDATE OR DELETE
    ON doses_doserevision FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER doses_revision_kept ON doses_doserevision;
DROP TRIGGER doses_dose_kept ON doses_dose;
DROP TRIGGER doses_dose_revised ON doses_dose;
DROP FUNCTION doses_revision_moves();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("doses", "0001_initial"),
        ("organizations", "0002_triggers"),
    ]

    operations = [
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
