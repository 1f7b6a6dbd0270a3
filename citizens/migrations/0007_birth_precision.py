"""A date of birth may be known in part, also where the database asks who is the same person."""

from django.db import migrations, models

# As in migration 0003, with dates of birth that are known in part: the stored date is the first day
# that it may be.
RECORDS_OF_PERSON = """
CREATE OR REPLACE FUNCTION citizens_records_of_person(asked bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 3 AS $$
    WITH mine AS MATERIALIZED (
        SELECT id_number, phone, search_name, date_of_birth, birth_precision,
            date_trunc('month', date_of_birth)::date AS month,
            date_trunc('year', date_of_birth)::date AS year,
            (date_of_birth + CASE birth_precision WHEN 'year' THEN interval '1 year'
                WHEN 'month' THEN interval '1 month' ELSE interval '1 day' END)::date AS after
        FROM accounts_verifiedidentity WHERE user_id = asked
    ), seeds AS (
        SELECT citizen_id AS id FROM citizens_recordlink
            WHERE relation = 'self' AND user_id IN (SELECT citizens_near_accounts(asked))
        UNION
        SELECT citizen.id FROM citizens_citizen citizen JOIN mine USING (id_number)
        UNION
        SELECT citizen.id FROM citizens_citizen citizen
            JOIN mine USING (date_of_birth, search_name) WHERE mine.search_name <> ''
        UNION
        SELECT citizen.id FROM citizens_citizen citizen
            JOIN mine ON citizen.date_of_birth = mine.month
                AND citizen.search_name = mine.search_name
            WHERE citizen.birth_precision = 'month' AND mine.search_name <> ''
        UNION
        SELECT citizen.id FROM citizens_citizen citizen
            JOIN mine ON citizen.date_of_birth = mine.year
                AND citizen.search_name = mine.search_name
            WHERE citizen.birth_precision = 'year' AND mine.search_name <> ''
        UNION
        SELECT citizen.id FROM citizens_citizen citizen
            JOIN mine ON citizen.search_name = mine.search_name
                AND citizen.date_of_birth >= mine.date_of_birth
                AND citizen.date_of_birth < mine.after
            WHERE mine.birth_precision <> 'day' AND mine.search_name <> ''
        UNION
        SELECT citizen.id FROM citizens_citizen citizen
            JOIN accounts_user account ON account.phone = citizen.phone
            WHERE account.id = asked AND citizen.phone <> ''
        UNION
        SELECT citizen.id FROM citizens_citizen citizen JOIN mine ON mine.phone = citizen.phone
            WHERE citizen.phone <> ''
    ), kept AS (
        SELECT DISTINCT coalesce(citizen.merged_into_id, citizen.id) AS id
        FROM citizens_citizen citizen JOIN seeds USING (id)
    )
    SELECT id FROM kept
    UNION SELECT part.id FROM citizens_citizen part JOIN kept ON part.merged_into_id = kept.id
$$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION citizens_records_of_person(asked bigint) RETURNS SETOF bigint
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
"""


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0006_seen_in_a_list"),
        ("organizations", "0003_identity_verified"),
        ("accounts", "0006_what_people_type"),
    ]

    operations = [
        migrations.AddField(
            "citizen",
            "birth_precision",
            models.CharField(
                choices=[
                    ("day", "day, month and year"),
                    ("month", "month and year"),
                    ("year", "year alone"),
                ],
                db_default="day",
                default="day",
                max_length=5,
                verbose_name="what is known of the date of birth",
            ),
        ),
        migrations.AddField(
            "citizenrevision",
            "birth_precision",
            models.CharField(
                choices=[
                    ("day", "day, month and year"),
                    ("month", "month and year"),
                    ("year", "year alone"),
                ],
                db_default="day",
                default="day",
                max_length=5,
                verbose_name="what is known of the date of birth",
            ),
        ),
        migrations.RunSQL(RECORDS_OF_PERSON, BEFORE),
    ]
