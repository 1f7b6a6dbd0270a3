"""Families: a child's link ends at 18, an adult's relative has an agreement with an end.

The rule that nobody decides for their own family follows from the links of both.
"""

import datetime
import uuid

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

# The age of majority is 18 (Civil Code 2015, article 20). Of a month or year that is known alone the
# last possible day counts. Who was born on 29 February is 18 on 1 March.
COMING_OF_AGE = """
CREATE FUNCTION citizens_adult_from(born date, precise varchar) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE AS $$
    WITH last AS (
        SELECT (CASE precise WHEN 'year' THEN born + interval '1 year' - interval '1 day'
            WHEN 'month' THEN born + interval '1 month' - interval '1 day'
            ELSE born::timestamp END)::date AS day
    )
    SELECT (day + interval '18 years' + CASE
        WHEN extract(month FROM day) = 2 AND extract(day FROM day) = 29 THEN interval '1 day'
        ELSE interval '0' END) AT TIME ZONE 'Asia/Ho_Chi_Minh'
    FROM last
$$;

-- Of a part the kept record counts.
CREATE FUNCTION citizens_person_adult_from(asked bigint) RETURNS timestamptz
    LANGUAGE sql STABLE AS $$
    SELECT citizens_adult_from(kept.date_of_birth, kept.birth_precision)
    FROM citizens_citizen part
    JOIN citizens_citizen kept ON kept.id = coalesce(part.merged_into_id, part.id)
    WHERE part.id = asked
$$;

CREATE FUNCTION citizens_guardian_of_child() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    adult timestamptz := citizens_person_adult_from(NEW.citizen_id);
BEGIN
    IF NEW.since >= adult THEN
        RAISE EXCEPTION 'citizen %: a guardian is of a child, not of an adult', NEW.citizen_id
            USING ERRCODE = 'check_violation';
    END IF;
    NEW.ends_at := adult;
    RETURN NEW;
END $$;
CREATE TRIGGER citizens_guardian_of_child
    BEFORE INSERT OR UPDATE OF relation, citizen_id ON citizens_recordlink
    FOR EACH ROW WHEN (NEW.relation = 'guardian') EXECUTE FUNCTION citizens_guardian_of_child();

-- The end follows a corrected date of birth, and a merge. The link of a guardian of an adult, from
-- before this rule, has a later end and keeps it.
CREATE FUNCTION citizens_guardians_follow_birth() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    adult timestamptz := citizens_person_adult_from(NEW.id);
    before timestamptz;
BEGIN
    SELECT citizens_adult_from(
            CASE WHEN OLD.merged_into_id IS NULL THEN OLD.date_of_birth ELSE kept.date_of_birth END,
            CASE WHEN OLD.merged_into_id IS NULL THEN OLD.birth_precision
                ELSE kept.birth_precision END)
        INTO before
        FROM (SELECT) one LEFT JOIN citizens_citizen kept ON kept.id = OLD.merged_into_id;
    IF adult = before THEN
        RETURN NULL;
    END IF;
    UPDATE citizens_recordlink SET ends_at = adult, end_told_at = NULL
        WHERE relation = 'guardian' AND until IS NULL AND (ends_at <= before OR adult > now())
            AND citizen_id IN (
                SELECT NEW.id UNION SELECT id FROM citizens_citizen WHERE merged_into_id = NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER citizens_guardians_follow_birth
    AFTER UPDATE OF date_of_birth, birth_precision, merged_into_id ON citizens_citizen
    FOR EACH ROW WHEN (OLD.date_of_birth IS DISTINCT FROM NEW.date_of_birth
        OR OLD.birth_precision IS DISTINCT FROM NEW.birth_precision
        OR OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id)
    EXECUTE FUNCTION citizens_guardians_follow_birth();
"""
NO_COMING_OF_AGE = """
DROP TRIGGER citizens_guardians_follow_birth ON citizens_citizen;
DROP FUNCTION citizens_guardians_follow_birth();
DROP TRIGGER citizens_guardian_of_child ON citizens_recordlink;
DROP FUNCTION citizens_guardian_of_child();
DROP FUNCTION citizens_person_adult_from(bigint);
DROP FUNCTION citizens_adult_from(date, varchar);
"""

# As in migration 0003; of both relations.
OWN_OR_FAMILY = """
CREATE OR REPLACE FUNCTION citizens_own_or_family(asked bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 10 AS $$
    WITH me AS MATERIALIZED (
        SELECT citizens_records_of_person(asked) AS id
    ), accounts AS MATERIALIZED (
        SELECT citizens_accounts_of_person(asked) AS id
    ), wards AS (
        SELECT citizen_id AS id FROM citizens_recordlink
            WHERE relation IN ({relations}) AND user_id IN (SELECT id FROM accounts)
    ), guardians AS (
        SELECT user_id AS id FROM citizens_recordlink
            WHERE relation IN ({relations})
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
FAMILY = OWN_OR_FAMILY.format(relations="'guardian', 'relative'")
FAMILY_BEFORE = OWN_OR_FAMILY.format(relations="'guardian'")

KEPT = """
CREATE TRIGGER citizens_consent_kept BEFORE UPDATE OR DELETE
    ON citizens_consent FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_KEPT = "DROP TRIGGER citizens_consent_kept ON citizens_consent;"


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0015_nationality"),
        ("organizations", "0004_search_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("code", "By a code to the phone on the record"),
                            ("account", "In the person’s own account"),
                            ("counter", "At the counter"),
                        ],
                        max_length=8,
                        verbose_name="way",
                    ),
                ),
                (
                    "paper",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("cccd", "Citizen identity card (căn cước)"),
                            ("cmnd", "Old identity card (CMND)"),
                            ("passport", "Passport"),
                            ("birth_certificate", "Birth certificate"),
                        ],
                        max_length=20,
                        verbose_name="identity paper",
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="at"
                    ),
                ),
            ],
            options={
                "verbose_name": "agreement",
                "verbose_name_plural": "agreements",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ConsentRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "said_name",
                    models.CharField(max_length=120, verbose_name="name as it was typed"),
                ),
                ("last_day", models.DateField(verbose_name="last day")),
                ("by_code", models.BooleanField(verbose_name="by a code")),
                (
                    "code_hash",
                    models.CharField(blank=True, max_length=64, verbose_name="hash of the code"),
                ),
                (
                    "tries",
                    models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="tries"),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="asked for at",
                    ),
                ),
                (
                    "closed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="closed at"),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("agreed", "Agreed"),
                            ("refused", "Refused"),
                            ("replaced", "Asked again"),
                        ],
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
            ],
            options={
                "verbose_name": "request for an agreement",
                "verbose_name_plural": "requests for an agreement",
                "ordering": ["-asked_at", "-id"],
            },
        ),
        migrations.AddField(
            model_name="recordlink",
            name="end_told_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="told of the end at"),
        ),
        migrations.AddField(
            model_name="recordlink",
            name="ends_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="ends at"),
        ),
        migrations.AlterField(
            model_name="recordlink",
            name="proven_by",
            field=models.CharField(
                choices=[
                    ("phone_and_id", "Phone and ID number"),
                    ("phone_and_birth", "Phone, full name and date of birth"),
                    ("id_and_birth", "ID number, full name and date of birth"),
                    ("declared", "Record started by this person"),
                    ("vneid", "Identity verified by VNeID"),
                    ("staff", "Checked by health staff"),
                    ("consent", "The person agreed"),
                ],
                max_length=16,
                verbose_name="proven by",
            ),
        ),
        migrations.AlterField(
            model_name="recordlink",
            name="relation",
            field=models.CharField(
                choices=[
                    ("self", "Own record"),
                    ("guardian", "Guardian"),
                    ("relative", "Family member who was agreed to"),
                ],
                max_length=8,
                verbose_name="relation",
            ),
        ),
        migrations.AlterField(
            model_name="recordvisit",
            name="why",
            field=models.CharField(
                choices=[
                    ("own", "Own record"),
                    ("guardian", "Guardian"),
                    ("relative", "Family member who was agreed to"),
                    ("review", "Review of a proposal"),
                    ("oversight", "Oversight"),
                    ("hotline", "Hotline"),
                    ("partner", "Partner system"),
                    ("list", "Seen in a list"),
                    ("call", "Phone number seen, to call"),
                ],
                max_length=16,
                verbose_name="why",
            ),
        ),
        AddConstraintNotValid(
            model_name="recordlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("relation", "relative"), _negated=True),
                    models.Q(
                        ("ends_at__gt", models.F("since")),
                        ("ends_at__isnull", False),
                        (
                            "ends_at__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("since"), "+", models.Value(datetime.timedelta(days=367))
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="record_link_consent_ends",
                violation_error_message="An agreement lasts a year at most.",
            ),
        ),
        AddConstraintNotValid(
            model_name="recordlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("relation", "self"), _negated=True),
                    ("ends_at", None),
                    _connector="OR",
                ),
                name="record_link_own_has_no_end",
                violation_error_message="One’s own record has no end date.",
            ),
        ),
        AddConstraintNotValid(
            model_name="recordlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("proven_by", "consent"), _negated=True),
                    ("relation", "relative"),
                    _connector="OR",
                ),
                name="record_link_consent_of_an_adult",
                violation_error_message="Agreeing opens a record for a relative only.",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="by_organization",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
                verbose_name="by organization",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="link",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consent",
                to="citizens.recordlink",
                verbose_name="record link",
            ),
        ),
        migrations.AddField(
            model_name="consentrequest",
            name="citizen",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consent_requests",
                to="citizens.citizen",
                verbose_name="citizen",
            ),
        ),
        migrations.AddField(
            model_name="consentrequest",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consent_requests",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("by_organization__isnull", False),
                        ("way", "counter"),
                        models.Q(("paper", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("way", "counter"), _negated=True),
                        ("by_organization", None),
                        ("paper", ""),
                    ),
                    _connector="OR",
                ),
                name="consent_at_the_counter_names_paper_and_place",
                violation_error_message="Say which paper was seen, and where.",
            ),
        ),
        migrations.AddConstraint(
            model_name="consentrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("outcome", "")),
                    models.Q(
                        ("closed_at__isnull", False), models.Q(("outcome", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="consent_request_closed_with_outcome",
            ),
        ),
        migrations.RunSQL(COMING_OF_AGE, NO_COMING_OF_AGE),
        migrations.RunSQL(FAMILY, FAMILY_BEFORE),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
