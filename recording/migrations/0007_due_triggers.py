"""For whom something else may be due is noted in the transaction of the change; what was sent is kept.

Only inserts, no row that others wait for; of many doses in one statement each person once.
"""

from django.db import migrations

NOTED = """
CREATE FUNCTION recording_note_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO recording_duechange (citizen_id) SELECT DISTINCT citizen_id FROM new_doses;
    RETURN NULL;
END $$;
CREATE TRIGGER recording_due_recorded AFTER INSERT ON doses_dose
    REFERENCING NEW TABLE AS new_doses
    FOR EACH STATEMENT EXECUTE FUNCTION recording_note_due();
CREATE FUNCTION recording_note_due_revised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO recording_duechange (citizen_id)
    SELECT citizen_id FROM new_doses UNION SELECT citizen_id FROM old_doses;
    RETURN NULL;
END $$;
CREATE TRIGGER recording_due_revised AFTER UPDATE ON doses_dose
    REFERENCING OLD TABLE AS old_doses NEW TABLE AS new_doses
    FOR EACH STATEMENT EXECUTE FUNCTION recording_note_due_revised();

CREATE FUNCTION recording_note_due_citizen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The fold finds the record that is kept now; the one that was is named here.
    INSERT INTO recording_duechange (citizen_id) VALUES (NEW.id);
    IF OLD.merged_into_id IS NOT NULL THEN
        INSERT INTO recording_duechange (citizen_id) VALUES (OLD.merged_into_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER recording_due_citizen AFTER UPDATE OF date_of_birth, merged_into_id
    ON citizens_citizen FOR EACH ROW
    WHEN ((OLD.date_of_birth, OLD.merged_into_id)
        IS DISTINCT FROM (NEW.date_of_birth, NEW.merged_into_id))
    EXECUTE FUNCTION recording_note_due_citizen();
"""
NOT_NOTED = """
DROP TRIGGER recording_due_citizen ON citizens_citizen;
DROP TRIGGER recording_due_revised ON doses_dose;
DROP TRIGGER recording_due_recorded ON doses_dose;
DROP FUNCTION recording_note_due_citizen();
DROP FUNCTION recording_note_due_revised();
DROP FUNCTION recording_note_due();
"""
KEPT = """
CREATE TRIGGER recording_reminder_setting_kept BEFORE UPDATE OR DELETE
    ON recording_remindersetting FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recording_reminder_kept BEFORE UPDATE OR DELETE
    ON recording_reminder FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER recording_reminder_kept ON recording_reminder;
DROP TRIGGER recording_reminder_setting_kept ON recording_remindersetting;
"""


class Migration(migrations.Migration):
    dependencies = [("recording", "0006_due")]

    operations = [
        migrations.RunSQL(NOTED, NOT_NOTED),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
