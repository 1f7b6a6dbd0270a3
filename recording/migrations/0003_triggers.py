"""What changes at a site is noted in the transaction of the change; counts of sites are kept.

Only inserts, no row that others wait for. A file of a million doses is one statement for a batch:
its days are noted once each, so the triggers of doses are of the statement.
"""

from django.db import migrations

NOTED = """
CREATE FUNCTION recording_note_doses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO recording_sitechange (organization_id, day)
    SELECT DISTINCT organization_id, given_on FROM new_doses WHERE organization_id IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER recording_doses_recorded AFTER INSERT ON doses_dose
    REFERENCING NEW TABLE AS new_doses
    FOR EACH STATEMENT EXECUTE FUNCTION recording_note_doses();
CREATE FUNCTION recording_note_revised_doses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO recording_sitechange (organization_id, day)
    SELECT organization_id, given_on FROM new_doses WHERE organization_id IS NOT NULL
    UNION
    SELECT organization_id, given_on FROM old_doses WHERE organization_id IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER recording_doses_revised AFTER UPDATE ON doses_dose
    REFERENCING OLD TABLE AS old_doses NEW TABLE AS new_doses
    FOR EACH STATEMENT EXECUTE FUNCTION recording_note_revised_doses();

CREATE FUNCTION recording_note_citizen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO recording_sitechange (citizen_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER recording_citizen_changed AFTER UPDATE OF
    id_number, full_name, date_of_birth, birth_precision, sex, nationality, merged_into_id
    ON citizens_citizen FOR EACH ROW
    WHEN ((OLD.id_number IS NULL, OLD.full_name, OLD.date_of_birth, OLD.birth_precision, OLD.sex,
           OLD.nationality, OLD.merged_into_id)
        IS DISTINCT FROM
        (NEW.id_number IS NULL, NEW.full_name, NEW.date_of_birth, NEW.birth_precision, NEW.sex,
         NEW.nationality, NEW.merged_into_id))
    EXECUTE FUNCTION recording_note_citizen();
CREATE FUNCTION recording_note_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO recording_sitechange (citizen_id) VALUES (NEW.citizen_id);
    RETURN NULL;
END $$;
-- The document of a new record comes before its first dose, which is noted by itself.
CREATE TRIGGER recording_document_changed AFTER UPDATE OF is_current
    ON citizens_identitydocument FOR EACH ROW
    WHEN (OLD.is_current IS DISTINCT FROM NEW.is_current)
    EXECUTE FUNCTION recording_note_person();
CREATE TRIGGER recording_answer_stored AFTER INSERT
    ON identity_populationanswer FOR EACH ROW WHEN (NEW.correction_reference = '')
    EXECUTE FUNCTION recording_note_person();

CREATE FUNCTION recording_note_lots() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO recording_sitechange (organization_id) VALUES (NEW.organization_id);
    RETURN NULL;
END $$;
CREATE TRIGGER recording_lots_changed AFTER INSERT OR UPDATE OF withdrawn_at
    ON doses_receivedlot FOR EACH ROW EXECUTE FUNCTION recording_note_lots();

CREATE FUNCTION recording_note_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO recording_sitechange (organization_id, day) VALUES (NEW.organization_id, NEW."on");
    RETURN NULL;
END $$;
CREATE TRIGGER recording_session_counted AFTER UPDATE OF given_doses, status
    ON doses_vaccinationsession FOR EACH ROW
    WHEN ((OLD.given_doses, OLD.status) IS DISTINCT FROM (NEW.given_doses, NEW.status))
    EXECUTE FUNCTION recording_note_session();

CREATE FUNCTION recording_note_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO recording_sitechange (organization_id, day) VALUES (NEW.organization_id, NEW.day);
    RETURN NULL;
END $$;
CREATE TRIGGER recording_count_stated AFTER INSERT
    ON recording_givencount FOR EACH ROW EXECUTE FUNCTION recording_note_count();
"""
NOT_NOTED = """
DROP TRIGGER recording_count_stated ON recording_givencount;
DROP TRIGGER recording_session_counted ON doses_vaccinationsession;
DROP TRIGGER recording_lots_changed ON doses_receivedlot;
DROP TRIGGER recording_answer_stored ON identity_populationanswer;
DROP TRIGGER recording_document_changed ON citizens_identitydocument;
DROP TRIGGER recording_citizen_changed ON citizens_citizen;
DROP TRIGGER recording_doses_revised ON doses_dose;
DROP TRIGGER recording_doses_recorded ON doses_dose;
DROP FUNCTION recording_note_count();
DROP FUNCTION recording_note_session();
DROP FUNCTION recording_note_lots();
DROP FUNCTION recording_note_person();
DROP FUNCTION recording_note_citizen();
DROP FUNCTION recording_note_revised_doses();
DROP FUNCTION recording_note_doses();
"""
KEPT = """
CREATE TRIGGER recording_given_count_kept BEFORE UPDATE OR DELETE
    ON recording_givencount FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recording_deadline_kept BEFORE DELETE
    ON recording_deadline FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER recording_deadline_kept ON recording_deadline;
DROP TRIGGER recording_given_count_kept ON recording_givencount;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("recording", "0002_site_days"),
        ("citizens", "0023_paper_seen"),
        ("doses", "0005_doses_abroad"),
        ("identity", "0005_cleansing_lists"),
        ("organizations", "0002_triggers"),
    ]

    operations = [
        migrations.RunSQL(NOTED, NOT_NOTED),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
