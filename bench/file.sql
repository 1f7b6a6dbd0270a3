-- What filing writes, as the verb does it (corrections/actions/filing.py): for pgbench.
\set n random(1, 900000000000)
\set citizen random(:first_citizen, :last_citizen)
BEGIN;
SELECT id FROM citizens_citizen WHERE id = :citizen FOR NO KEY UPDATE;
INSERT INTO corrections_filing (public_id, key, content_hash, channel, words, has_no_paper,
    received_at, citizen_id, filed_by_id, contact_phone)
VALUES (gen_random_uuid(), 'pgbench-' || :n, '', 'web', 'Sân trường Chu Văn An', true, now(),
    :citizen, :nurse, '') RETURNING id AS filing \gset
INSERT INTO corrections_correction (public_id, reference, kind, subject, recorded, proposed,
    site_text, status, routing_reason, received_at, due_at, ground, remark, version, citizen_id,
    filing_id, bounces, on_appeal, warnings)
VALUES (gen_random_uuid(), left(:n || 'P', 12) || '', 'missing_dose', 'missing:' || :n,
    '{"vaccine": "AZ", "given_on": "2021-09-01"}', '{"vaccine": "PF"}', '', 'received', '{}',
    now(), now() + interval '48 hours', '', '', 1, :citizen, :filing, 0, false, '[]')
RETURNING id AS case \gset
INSERT INTO corrections_clock (kind, number, length, started_at, due_at, milestones_passed,
    next_milestone_at, stopped_how, correction_id, policy_id)
VALUES ('review', 1, interval '48 hours', now(), now() + interval '48 hours', 0,
    now() + interval '24 hours', '', :case, :policy);
INSERT INTO corrections_clock (kind, number, length, started_at, due_at, milestones_passed,
    next_milestone_at, stopped_how, correction_id, policy_id)
VALUES ('statutory', 1, interval '3 days', now(), now() + interval '3 days', 0,
    now() + interval '3 days', '', :case, :policy);
INSERT INTO corrections_correctionevent (step, from_status, to_status, party, at, remark, data,
    by_id, correction_id)
VALUES ('file', '', 'received', 'citizen', now(), '', '{"consent_version": "2026-11"}', :nurse,
    :case) RETURNING id AS event \gset
INSERT INTO corrections_outboxrow (errand, event_id, bundle, created_at, not_before, tries,
    last_error)
VALUES ('route', :event, '', now(), now(), 0, '');
COMMIT;
