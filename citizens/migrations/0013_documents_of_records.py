"""Each number on a record becomes a document; one person is recognised by all of them."""

from typing import Any

from django.db import migrations

BATCH = 1000
# As in migration 0007, by the hashes of the numbers of all documents.
RECORDS_OF_PERSON = """
CREATE OR REPLACE FUNCTION citizens_records_of_person(asked bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 3 AS $$
    WITH mine AS MATERIALIZED (
        SELECT number_hash, phone, search_name, date_of_birth, birth_precision,
            date_trunc('month', date_of_birth)::date AS month,
            date_trunc('year', date_of_birth)::date AS year,
            (date_of_birth + CASE birth_precision WHEN 'year' THEN interval '1 year'
                WHEN 'month' THEN interval '1 month' ELSE interval '1 day' END)::date AS after
        FROM accounts_verifiedidentity WHERE user_id = asked
    ), seeds AS (
        SELECT citizen_id AS id FROM citizens_recordlink
            WHERE relation = 'self' AND user_id IN (SELECT citizens_near_accounts(asked))
        UNION
        SELECT document.citizen_id FROM citizens_identitydocument document
            JOIN mine USING (number_hash) WHERE document.withdrawn_at IS NULL
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
LENGTHS = {12: "personal_number", 9: "cmnd"}


def add_documents(apps: Any, schema_editor: object) -> None:
    citizens = apps.get_model("citizens", "Citizen").objects
    documents = apps.get_model("citizens", "IdentityDocument").objects
    last = 0
    while True:
        rows = citizens.filter(pk__gt=last, id_number__isnull=False, documents=None)
        batch = list(rows.order_by("pk")[:BATCH])
        documents.bulk_create(_document(documents.model, one) for one in batch)
        if not batch:
            return
        last = batch[-1].pk


def _document(model: Any, citizen: Any) -> Any:
    number = citizen.id_number
    kind = LENGTHS.get(len(number), "passport") if number.isdigit() else "passport"
    declared = citizen.provenance == "self_declared" and not citizen.id_number_proven
    return model(
        citizen=citizen,
        kind=kind,
        country="" if kind == "passport" else "VN",
        number=number,
        is_proven=citizen.id_number_proven,
        is_current=True,
        source="declared" if declared else "record",
        added_at=citizen.created_at,
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("citizens", "0012_documents"), ("accounts", "0010_numbers_encrypted")]

    operations = [
        migrations.RunPython(add_documents, migrations.RunPython.noop),
        migrations.RunSQL(RECORDS_OF_PERSON, BEFORE),
    ]
