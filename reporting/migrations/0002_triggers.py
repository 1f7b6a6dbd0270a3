"""The figures of a closed day are final; a breach knows for which day it counts."""

from django.db import migrations

# The figures of a closed day stay as they are; a row that is missing may be written again.
FINAL = """
CREATE FUNCTION reporting_refuse_change_of_closed_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM reporting_reportday WHERE day = OLD.day) THEN
        RAISE EXCEPTION 'the figures of % are final', OLD.day
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER final_once_closed BEFORE UPDATE OR DELETE ON reporting_dayfigures
    FOR EACH ROW EXECUTE FUNCTION reporting_refuse_change_of_closed_day();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON reporting_reportday
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_FINAL = """
DROP TRIGGER append_only ON reporting_reportday;
DROP TRIGGER final_once_closed ON reporting_dayfigures;
DROP FUNCTION reporting_refuse_change_of_closed_day();
"""

# Who closes a day holds this lock alone (daily_job.CLOSING); whoever writes a breach of a day that
# is over shares it: it is either counted, or knows that it comes too late to be.
COUNTS = """
CREATE FUNCTION reporting_when_a_breach_counts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its_day date := (NEW.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
BEGIN
    NEW.counts_at := NEW.at;
    IF its_day < (NEW.written_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date THEN
        IF NOT pg_try_advisory_xact_lock_shared(945802) OR EXISTS (
            SELECT FROM reporting_reportday
            WHERE day = its_day AND closed_at < NEW.written_at
        ) THEN
            NEW.counts_at := NEW.written_at;
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER counts_at BEFORE INSERT ON corrections_breach
    FOR EACH ROW EXECUTE FUNCTION reporting_when_a_breach_counts();
"""
COUNTS_NO_MORE = """
DROP TRIGGER counts_at ON corrections_breach;
DROP FUNCTION reporting_when_a_breach_counts();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0001_initial"),
        ("corrections", "0002_triggers"),
    ]

    operations = [
        migrations.RunSQL(FINAL, NOT_FINAL),
        migrations.RunSQL(COUNTS, COUNTS_NO_MORE),
    ]
