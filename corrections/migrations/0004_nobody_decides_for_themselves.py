"""The database refuses a decision by who is concerned, filed it, or has no verified identity."""

from django.db import migrations

# Rule 10: nobody decides about themselves or their family, nor confirms what they filed. The verbs
# refuse it with words (parties.py, turn.py); this is for what goes past them.
REFUSE = """
CREATE FUNCTION corrections_refuse_decider(decider bigint, citizen bigint, filing bigint)
    RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM accounts_verifiedidentity
                   WHERE user_id = decider AND ended_at IS NULL) THEN
        RAISE EXCEPTION 'user % decides without a verified identity', decider
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF citizen IN (SELECT citizens_own_or_family(decider)) THEN
        RAISE EXCEPTION 'user % decides about themselves or their family', decider
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT FROM corrections_filing
               WHERE id = filing
                   AND filed_by_id IN (SELECT citizens_accounts_of_person(decider))) THEN
        RAISE EXCEPTION 'user % decides what they filed', decider
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

CREATE FUNCTION corrections_check_deciders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.decided_by_id IS NOT NULL AND
        (TG_OP = 'INSERT' OR NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id) THEN
        PERFORM corrections_refuse_decider(NEW.decided_by_id, NEW.citizen_id, NEW.filing_id);
    END IF;
    IF NEW.first_by_id IS NOT NULL AND
        (TG_OP = 'INSERT' OR NEW.first_by_id IS DISTINCT FROM OLD.first_by_id) THEN
        PERFORM corrections_refuse_decider(NEW.first_by_id, NEW.citizen_id, NEW.filing_id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER nobody_decides_for_themselves
    BEFORE INSERT OR UPDATE OF decided_by_id, first_by_id ON corrections_correction
    FOR EACH ROW WHEN (NEW.decided_by_id IS NOT NULL OR NEW.first_by_id IS NOT NULL)
    EXECUTE FUNCTION corrections_check_deciders();

CREATE FUNCTION corrections_check_deciding_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM corrections_refuse_decider(NEW.by_id, one.citizen_id, one.filing_id)
    FROM corrections_correction one WHERE one.id = NEW.correction_id;
    IF NEW.step IN ('countersign', 'countersign_in_part', 'hand_back') AND (
        SELECT put.by_id FROM corrections_correctionevent put
        WHERE put.correction_id = NEW.correction_id AND put.step = 'put_forward'
        ORDER BY put.at DESC, put.id DESC LIMIT 1
    ) IN (SELECT citizens_accounts_of_person(NEW.by_id)) THEN
        RAISE EXCEPTION 'user % confirms their own decision', NEW.by_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER nobody_decides_for_themselves BEFORE INSERT ON corrections_correctionevent
    FOR EACH ROW WHEN (NEW.by_id IS NOT NULL AND NEW.step IN (
        'keep', 'accept', 'accept_in_part', 'refuse', 'overturn', 'overturn_in_part', 'uphold',
        'put_forward', 'countersign', 'countersign_in_part', 'hand_back', 'take_over'))
    EXECUTE FUNCTION corrections_check_deciding_event();
"""
ALLOW = """
DROP TRIGGER nobody_decides_for_themselves ON corrections_correctionevent;
DROP FUNCTION corrections_check_deciding_event();
DROP TRIGGER nobody_decides_for_themselves ON corrections_correction;
DROP FUNCTION corrections_check_deciders();
DROP FUNCTION corrections_refuse_decider(bigint, bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("corrections", "0003_second_look"),
        ("citizens", "0003_same_person"),
    ]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
