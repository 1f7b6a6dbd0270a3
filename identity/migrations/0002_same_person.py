"""Accounts of one person are recognised by the number that VNeID has verified, too.

So nobody decides, as staff, what they have filed by VNeID (docs/adr/0025).
"""

from django.db import migrations

# As in citizens/migrations/0003, with the numbers that VNeID has given. Ended ones count.
NEAR_ACCOUNTS = """
CREATE OR REPLACE FUNCTION citizens_near_accounts(asked bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 3 AS $$
    WITH phones AS (
        SELECT phone FROM accounts_user WHERE id = asked AND phone IS NOT NULL
        UNION
        SELECT phone FROM accounts_verifiedidentity WHERE user_id = asked AND phone <> ''
    ), numbers AS (
        SELECT id_number FROM accounts_verifiedidentity WHERE user_id = asked
        UNION
        SELECT id_number FROM identity_vneididentity WHERE user_id = asked
    )
    SELECT asked
    UNION SELECT id FROM accounts_user WHERE phone IN (SELECT phone FROM phones)
    UNION SELECT other.user_id FROM accounts_verifiedidentity other
        WHERE other.id_number IN (SELECT id_number FROM numbers)
    UNION SELECT other.user_id FROM identity_vneididentity other
        WHERE other.id_number IN (SELECT id_number FROM numbers)
$$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION citizens_near_accounts(asked bigint) RETURNS SETOF bigint
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
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial"), ("citizens", "0011_vneid")]

    operations = [migrations.RunSQL(NEAR_ACCOUNTS, BEFORE)]
