"""A statement that writes many doses notes each person once: the triggers of doses are of the statement."""

from django.db import migrations

NOTED = """
DROP TRIGGER uptake_dose_recorded ON doses_dose;
DROP TRIGGER uptake_dose_revised ON doses_dose;
CREATE OR REPLACE FUNCTION uptake_note_dose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO uptake_change (citizen_id) SELECT DISTINCT citizen_id FROM new_doses;
    RETURN NULL;
END $$;
CREATE TRIGGER uptake_dose_recorded AFTER INSERT ON doses_dose
    REFERENCING NEW TABLE AS new_doses
    FOR EACH STATEMENT EXECUTE FUNCTION uptake_note_dose();
CREATE OR REPLACE FUNCTION uptake_note_revised_dose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO uptake_change (citizen_id)
    SELECT changed.citizen_id FROM (
        -- A dose keeps its id; a revision that changes none of these facts counts for nothing.
        (SELECT id, citizen_id, vaccine_id, given_on, kind, status, provenance FROM new_doses
         EXCEPT
         SELECT id, citizen_id, vaccine_id, given_on, kind, status, provenance FROM old_doses)
        UNION
        (SELECT id, citizen_id, vaccine_id, given_on, kind, status, provenance FROM old_doses
         EXCEPT
         SELECT id, citizen_id, vaccine_id, given_on, kind, status, provenance FROM new_doses)
    ) changed GROUP BY changed.citizen_id;
    RETURN NULL;
END $$;
CREATE TRIGGER uptake_dose_revised AFTER UPDATE ON doses_dose
    REFERENCING OLD TABLE AS old_doses NEW TABLE AS new_doses
    FOR EACH STATEMENT EXECUTE FUNCTION uptake_note_revised_dose();
"""
NOTED_ROW_BY_ROW = """
DROP TRIGGER uptake_dose_revised ON doses_dose;
DROP TRIGGER uptake_dose_recorded ON doses_dose;
CREATE OR REPLACE FUNCTION uptake_note_dose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO uptake_change (citizen_id) VALUES (NEW.citizen_id);
    RETURN NULL;
END $$;
CREATE TRIGGER uptake_dose_recorded AFTER INSERT
    ON doses_dose FOR EACH ROW EXECUTE FUNCTION uptake_note_dose();
CREATE OR REPLACE FUNCTION uptake_note_revised_dose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO uptake_change (citizen_id) VALUES (NEW.citizen_id);
    IF OLD.citizen_id <> NEW.citizen_id THEN
        INSERT INTO uptake_change (citizen_id) VALUES (OLD.citizen_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER uptake_dose_revised AFTER UPDATE ON doses_dose FOR EACH ROW
    WHEN ((OLD.citizen_id, OLD.vaccine_id, OLD.given_on, OLD.kind, OLD.status, OLD.provenance)
        IS DISTINCT FROM
        (NEW.citizen_id, NEW.vaccine_id, NEW.given_on, NEW.kind, NEW.status, NEW.provenance))
    EXECUTE FUNCTION uptake_note_revised_dose();
"""


class Migration(migrations.Migration):
    dependencies = [("uptake", "0005_doses_given")]

    operations = [
        migrations.RunSQL(NOTED, NOTED_ROW_BY_ROW),
    ]
