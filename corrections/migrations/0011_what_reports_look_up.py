"""What reports look up by organization and time stands in rows that indexes can find."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Coalesce

import corrections.lifecycle

KEPT = models.Q(stopped_at__lte=models.F("due_at"), stopped_how="decided") & ~models.Q(
    kind="statutory"
)

# Of all that was written before: what the same questions, asked of the past, answer.
FILL = """
ALTER TABLE corrections_breach DISABLE TRIGGER append_only;
UPDATE corrections_breach one SET counts_at = CASE WHEN EXISTS (
    SELECT FROM corrections_reportday final
    WHERE final.day = (one.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
        AND final.closed_at < one.written_at
) THEN one.written_at ELSE one.at END;
ALTER TABLE corrections_breach ENABLE TRIGGER append_only;

UPDATE corrections_holding one SET opens = true
FROM corrections_clock running
WHERE running.correction_id = one.correction_id AND running.kind <> 'statutory'
    AND running.started_at <= one.since
    AND (running.stopped_at IS NULL OR running.stopped_at > one.since)
    AND NOT EXISTS (
        SELECT FROM corrections_holding before
        WHERE before.correction_id = one.correction_id AND before.since < one.since
            AND before.until > running.started_at
    );

UPDATE corrections_clock one SET undone_at = undoing.at
FROM corrections_correctionevent undoing
WHERE undoing.step IN ('overturn', 'overturn_in_part', 'reopen') AND one.id = (
    SELECT decided.id FROM corrections_clock decided
    WHERE decided.correction_id = undoing.correction_id AND decided.kind <> 'statutory'
        AND decided.stopped_how = 'decided' AND decided.stopped_at < undoing.at
    ORDER BY decided.stopped_at DESC LIMIT 1
);

ALTER TABLE corrections_correctionevent DISABLE TRIGGER append_only;
UPDATE corrections_correctionevent one SET holder_id = held.organization_id
FROM corrections_holding held
WHERE one.party = 'overseer' AND held.correction_id = one.correction_id AND held.since <= one.at
    AND CASE WHEN one.step IN ('reassign', 'take_over') THEN held.until = one.at
        ELSE held.until IS NULL OR held.until > one.at END;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE corrections_correctionevent ENABLE TRIGGER append_only;

UPDATE corrections_correction one SET reminded_at = reminder.at
FROM (
    SELECT correction_id, max(at) AS at FROM corrections_correctionevent
    WHERE step = 'remind' AND party = 'overseer' GROUP BY correction_id
) reminder
WHERE reminder.correction_id = one.id;
"""

# Who closes a day holds this lock alone (figures.CLOSING); whoever writes a breach of a day that
# is over shares it: it is either counted, or knows that it comes too late to be.
COUNTS = """
CREATE FUNCTION corrections_when_a_breach_counts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its_day date := (NEW.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
BEGIN
    NEW.counts_at := NEW.at;
    IF its_day < (NEW.written_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date THEN
        IF NOT pg_try_advisory_xact_lock_shared(945802) OR EXISTS (
            SELECT FROM corrections_reportday
            WHERE day = its_day AND closed_at < NEW.written_at
        ) THEN
            NEW.counts_at := NEW.written_at;
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER counts_at BEFORE INSERT ON corrections_breach
    FOR EACH ROW EXECUTE FUNCTION corrections_when_a_breach_counts();
"""
COUNTS_NO_MORE = """
DROP TRIGGER counts_at ON corrections_breach;
DROP FUNCTION corrections_when_a_breach_counts();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("corrections", "0010_public_statistics"),
        ("organizations", "0006_acts"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="breach", name="breach_due_written"),
        migrations.RemoveIndex(model_name="correctionevent", name="event_undoing"),
        migrations.RemoveIndex(model_name="holding", name="holding_since"),
        migrations.AddField(
            model_name="breach",
            name="counts_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="clock",
            name="undone_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="correction",
            name="reminded_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="correctionevent",
            name="holder",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
            ),
        ),
        migrations.AddField(
            model_name="holding",
            name="opens",
            field=models.BooleanField(db_default=False),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="breach",
            name="counts_at",
            field=models.DateTimeField(editable=False),
        ),
        migrations.RunSQL(COUNTS, COUNTS_NO_MORE),
        migrations.AddIndex(
            model_name="correction",
            index=models.Index(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            corrections.lifecycle.Status["IN_REVIEW"],
                            corrections.lifecycle.Status["KEPT"],
                            corrections.lifecycle.Status["QUEUED"],
                            corrections.lifecycle.Status["RECEIVED"],
                            corrections.lifecycle.Status["TO_COUNTERSIGN"],
                            corrections.lifecycle.Status["WAITING"],
                        ],
                    )
                ),
                fields=["due_at", "id"],
                include=("holder", "kind", "paused_at"),
                name="correction_due",
            ),
        ),
        migrations.AddIndex(
            model_name="breach",
            index=models.Index(
                condition=models.Q(("rung", "due")),
                fields=["counts_at"],
                include=("holder", "giver", "correction"),
                name="breach_counts",
            ),
        ),
        migrations.AddIndex(
            model_name="breach",
            index=models.Index(
                condition=models.Q(("rung", "due")),
                fields=["holder", "counts_at"],
                include=("correction",),
                name="breach_counts_for_holder",
            ),
        ),
        migrations.AddIndex(
            model_name="breach",
            index=models.Index(
                Coalesce("giver", "holder"),
                models.F("counts_at"),
                condition=models.Q(("rung", "due")),
                name="breach_counts_for_giver",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(
                    ("stopped_how", "decided"), models.Q(("kind", "statutory"), _negated=True)
                ),
                fields=["holder", "stopped_at"],
                include=("correction",),
                name="clock_decided_at_desk",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(condition=KEPT, fields=["due_at"], name="clock_kept"),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=KEPT,
                fields=["holder", "due_at"],
                include=("correction",),
                name="clock_kept_at_desk",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("undone_at__isnull", False)),
                fields=["undone_at"],
                name="clock_undone",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("undone_at__isnull", False)),
                fields=["holder", "undone_at"],
                name="clock_undone_at_desk",
            ),
        ),
        migrations.AddIndex(
            model_name="correctionevent",
            index=models.Index(
                condition=models.Q(("party", corrections.lifecycle.Party["OVERSEER"])),
                fields=["holder", "at"],
                name="event_at_desk",
            ),
        ),
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(
                condition=models.Q(("opens", True)),
                fields=["since"],
                include=("organization", "correction"),
                name="holding_opens",
            ),
        ),
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(
                condition=models.Q(("opens", True)),
                fields=["organization", "since"],
                include=("correction",),
                name="holding_opens_at_desk",
            ),
        ),
    ]
