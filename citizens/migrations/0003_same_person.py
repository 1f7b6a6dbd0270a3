"""Who is the same person, and who is family: asked by the pages, and by the triggers that refuse."""

from django.db import migrations

# The person behind an account has other accounts and records. They are recognised by the phone of
# the account or of the verified identity, by its ID number, by its name with date of birth, and by
# the records that their own sign-ins hold or held. Ended links and identities count: whoever ends
# one stays the same person.
SAME_PERSON = """
CREATE FUNCTION citizens_near_accounts(asked bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 3 AS $$
    WITH phones AS (
        SELECT phone FROM accounts_user WHERE id = asked AND phone IS NOT NULL
        UNION
        SELECT phone FROM accounts_verifiedidentity WHERE user_id = asked AND phone <> ''
    )
    SELECT asked
    UNION SELECT id FROM accounts_user WHERE phone IN (SELECT phone FROM phones)
    UNION SELECT other.user_id FROM accounts_verifiedidentity other
        WHERE other.id_number IN
            (SELECT id_number FROM accounts_verifiedidentity WHERE user_id = asked)
$$;

CREATE FUNCTION citizens_records_of_person(asked bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 3 AS $$
    WITH seeds AS (
        SELECT citizen_id AS id FROM citizens_recordlink
            WHERE relation = 'self' AND user_id IN (SELECT citizens_near_accounts(asked))
        UNION
        SELECT citizen.id FROM citizens_citizen citizen
            JOIN accounts_verifiedidentity mine USING (id_number)
            WHERE mine.user_id = asked
        UNION
        SELECT citizen.id FROM citizens_citizen citizen
            JOIN accounts_verifiedidentity mine USING (date_of_birth, search_name)
            WHERE mine.user_id = asked AND mine.search_name <> ''
        UNION
        SELECT citizen.id FROM citizens_citizen citizen
            JOIN accounts_user mine ON mine.phone = citizen.phone
            WHERE mine.id = asked AND citizen.phone <> ''
        UNION
        SELECT citizen.id FROM citizens_citizen citizen
            JOIN accounts_verifiedidentity mine ON mine.phone = citizen.phone
            WHERE mine.user_id = asked AND citizen.phone <> ''
    ), kept AS (
        SELECT DISTINCT coalesce(citizen.merged_into_id, citizen.id) AS id
        FROM citizens_citizen citizen JOIN seeds USING (id)
    )
    SELECT id FROM kept
    UNION SELECT part.id FROM citizens_citizen part JOIN kept ON part.merged_into_id = kept.id
$$;

CREATE FUNCTION citizens_accounts_of_person(asked bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 3 AS $$
    SELECT citizens_near_accounts(asked)
    UNION SELECT user_id FROM citizens_recordlink
        WHERE relation = 'self' AND citizen_id IN (SELECT citizens_records_of_person(asked))
$$;

CREATE FUNCTION citizens_own_or_family(asked bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 10 AS $$
    WITH me AS MATERIALIZED (
        SELECT citizens_records_of_person(asked) AS id
    ), accounts AS MATERIALIZED (
        SELECT citizens_accounts_of_person(asked) AS id
    ), wards AS (
        SELECT citizen_id AS id FROM citizens_recordlink
            WHERE relation = 'guardian' AND user_id IN (SELECT id FROM accounts)
    ), guardians AS (
        SELECT user_id AS id FROM citizens_recordlink
            WHERE relation = 'guardian'
                AND citizen_id IN (SELECT id FROM me UNION SELECT id FROM wards)
    ), family AS (
        SELECT id FROM me
        UNION SELECT id FROM wards
        UNION SELECT citizen_id FROM citizens_recordlink
            WHERE user_id IN (SELECT id FROM accounts)
        UNION SELECT citizen_id FROM citizens_recordlink
            WHERE relation = 'self' AND user_id IN (SELECT id FROM guardians)
    ), kept AS (
        SELECT DISTINCT coalesce(citizen.merged_into_id, citizen.id) AS id
        FROM citizens_citizen citizen JOIN family USING (id)
    )
    SELECT id FROM kept
    UNION SELECT part.id FROM citizens_citizen part JOIN kept ON part.merged_into_id = kept.id
$$;
"""
NO_SAME_PERSON = """
DROP FUNCTION citizens_own_or_family(bigint);
DROP FUNCTION citizens_accounts_of_person(bigint);
DROP FUNCTION citizens_records_of_person(bigint);
DROP FUNCTION citizens_near_accounts(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0002_triggers"),
        ("accounts", "0003_identity_kept"),
    ]

    operations = [migrations.RunSQL(SAME_PERSON, NO_SAME_PERSON)]
