"""Who changed is noted in the transaction of the change: only inserts, no row that others wait for."""

from django.db import migrations

NOTED = """
CREATE FUNCTION uptake_note_dose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO uptake_change (citizen_id) VALUES (NEW.citizen_id);
    RETURN NULL;
END $$;
CREATE TRIGGER uptake_dose_recorded AFTER INSERT
    ON doses_dose FOR EACH ROW EXECUTE FUNCTION uptake_note_dose();
CREATE FUNCTION uptake_note_revised_dose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO uptake_change (citizen_id) VALUES (NEW.citizen_id);
    IF OLD.citizen_id <> NEW.citizen_id THEN
        INSERT INTO uptake_change (citizen_id) VALUES (OLD.citizen_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER uptake_dose_revised AFTER UPDATE ON doses_dose FOR EACH ROW
    WHEN ((OLD.citizen_id, OLD.vaccine_id, OLD.given_on, OLD.kind, OLD.status,
           OLD.provenance)
        IS DISTINCT FROM
        (NEW.citizen_id, NEW.vaccine_id, NEW.given_on, NEW.kind, NEW.status,
         NEW.provenance))
    EXECUTE FUNCTION uptake_note_revised_dose();

CREATE FUNCTION uptake_note_citizen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The fold finds the record that is kept now; the one that was is named here.
    INSERT INTO uptake_change (citizen_id) VALUES (NEW.id);
    IF OLD.merged_into_id IS NOT NULL THEN
        INSERT INTO uptake_change (citizen_id) VALUES (OLD.merged_into_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER uptake_citizen_changed
    AFTER UPDATE OF date_of_birth, area_id, merged_into_id
    ON citizens_citizen FOR EACH ROW
    WHEN ((OLD.date_of_birth, OLD.area_id, OLD.merged_into_id)
        IS DISTINCT FROM (NEW.date_of_birth, NEW.area_id, NEW.merged_into_id))
    EXECUTE FUNCTION uptake_note_citizen();

CREATE FUNCTION uptake_note_areas() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO uptake_change (citizen_id) VALUES (NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER uptake_areas_moved AFTER UPDATE OF path, replaced_by_id
    ON organizations_area FOR EACH STATEMENT EXECUTE FUNCTION uptake_note_areas();
"""
NOT_NOTED = """
DROP TRIGGER uptake_areas_moved ON organizations_area;
DROP FUNCTION uptake_note_areas();
DROP TRIGGER uptake_citizen_changed ON citizens_citizen;
DROP FUNCTION uptake_note_citizen();
DROP TRIGGER uptake_dose_revised ON doses_dose;
DROP TRIGGER uptake_dose_recorded ON doses_dose;
DROP FUNCTION uptake_note_revised_dose();
DROP FUNCTION uptake_note_dose();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("uptake", "0001_initial"),
        ("citizens", "0002_triggers"),
        ("doses", "0002_triggers"),
    ]

    operations = [
        migrations.RunSQL(NOTED, NOT_NOTED),
    ]
