"""Gives every correction filed before there were clock rows its own; changes of a clock are
append-only from the start.

Reminders that were due count as given; missed deadlines count as dealt with if they were written.
"""

from django.db import migrations

FORWARD = """
SET CONSTRAINTS ALL IMMEDIATE;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON corrections_clockchange
    FOR EACH ROW EXECUTE FUNCTION corrections_refuse_change();

INSERT INTO corrections_policy (version, review_hours, appeal_hours, statutory_working_days,
    pause_cap_days, triage_hours, four_eyes, old_date_days, note, made_at)
SELECT 1, 48, 48, 2, 7, 4,
    '["dose_on_photo_alone", "dose_entered_in_error", "id_number", "old_date"]', 90, '', now()
WHERE EXISTS (SELECT FROM corrections_correction);

INSERT INTO corrections_clock (correction_id, kind, number, policy_id, length, started_at, due_at,
    marks_passed, next_mark_at, stopped_at, stopped_how, holder_id)
SELECT one.id, 'review', 1, policy.id, one.due_at - one.received_at, one.received_at, one.due_at,
    passed.marks,
    CASE WHEN one.decided_at IS NULL THEN one.received_at + (ARRAY[
        interval '24 h', interval '36 h', interval '43.2 h', interval '48 h', interval '72 h',
        interval '120 h'])[passed.marks + 1] END,
    one.decided_at, CASE WHEN one.decided_at IS NULL THEN '' ELSE 'decided' END,
    CASE WHEN one.decided_at IS NULL THEN NULL ELSE one.holder_id END
FROM corrections_correction one
CROSS JOIN (SELECT id FROM corrections_policy ORDER BY version LIMIT 1) policy
CROSS JOIN LATERAL (
    SELECT coalesce(
        (SELECT max(CASE rung WHEN 'due' THEN 4 WHEN 'three_days' THEN 5 ELSE 6 END)
         FROM corrections_breach WHERE correction_id = one.id),
        (now() > one.received_at + interval '24 h')::int
        + (now() > one.received_at + interval '36 h')::int
        + (now() > one.received_at + interval '43.2 h')::int) AS marks
) passed;

ALTER TABLE corrections_breach DISABLE TRIGGER append_only;
UPDATE corrections_breach SET clock_id = one.id
FROM corrections_clock one WHERE one.correction_id = corrections_breach.correction_id;
ALTER TABLE corrections_breach ENABLE TRIGGER append_only;
"""

BACKWARD = "DROP TRIGGER append_only ON corrections_clockchange;"


class Migration(migrations.Migration):
    dependencies = [("corrections", "0003_clocks_and_steps")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
