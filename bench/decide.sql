-- What accepting writes, as the verb does it (corrections/actions/deciding.py): for pgbench.
\set case random(:first_case, :last_case)
\set dose random(:first_dose, :last_dose)
BEGIN;
SELECT id FROM corrections_correction WHERE id = :case FOR UPDATE;
SELECT id FROM doses_dose WHERE id = :dose FOR UPDATE;
UPDATE doses_dose SET revision = revision % 32000 + 1, revised_at = now(), lot = 'ABX4112',
    provenance = 'correction'
WHERE id = :dose RETURNING revision, organization_id AS site, vaccine_id AS vaccine \gset
INSERT INTO doses_doserevision (given_on, lot, kind, ordinal, status, provenance, number, why,
    correction_reference, at, by_id, dose_id, organization_id, vaccine_id)
VALUES ('2021-09-01', 'ABX4112', 'primary', 1, 'completed', 'correction', :revision, '', '', now(),
    :nurse, :dose, :site, :vaccine);
UPDATE corrections_correction SET status = 'accepted', decided_at = now(), decided_by_id = :nurse,
    decided = '{"vaccine": "PF"}', version = version + 1
WHERE id = :case;
UPDATE corrections_clock SET stopped_at = now(), stopped_how = 'decided', next_milestone_at = NULL,
    holder_id = :desk
WHERE correction_id = :case AND stopped_at IS NULL;
UPDATE corrections_holding SET until = now() WHERE correction_id = :case AND until IS NULL;
INSERT INTO corrections_correctionevent (step, from_status, to_status, party, at, remark, data,
    by_id, organization_id, correction_id)
VALUES ('accept', 'queued', 'accepted', 'reviewer', now(), '', '{"decision": "accept"}', :nurse,
    :desk, :case) RETURNING id AS event \gset
INSERT INTO corrections_outboxrow (errand, event_id, bundle, created_at, not_before, tries,
    last_error)
VALUES ('tell', :event, '', now(), now(), 0, '');
COMMIT;
