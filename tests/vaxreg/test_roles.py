"""The application's role lives with its rights, and cannot rewrite history, whatever it tries."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from corrections import actions
from corrections.models import Correction
from tests.cases import file_one
from tests.world import World
from vaxreg.database import roles

pytestmark = pytest.mark.django_db

ROLE = "app_of_the_tests"
INSERT_ONLY = {
    *("corrections_correctionevent", "corrections_breach", "corrections_clockchange"),
    *("corrections_dismissal", "corrections_helpanswer"),
    *("corrections_policy", "doses_doserevision", "citizens_citizenrevision"),
    *("citizens_recordvisit", "citizens_identitycheck", "hotline_callercheck"),
    *("hotline_messageresend", "hotline_callbacktry", "hotline_spokencode"),
    *("citizens_consent", "doses_warningleft", "doses_dosemove", "citizens_breakglass"),
    "counter_printedletter",
    *("citizens_lookingreason", "citizens_lookingreview", "citizens_lookingrule"),
    *("organizations_place", "organizations_staffevent", "organizations_act"),
    "public_statistics_publishedcoverage",
    *("public_statistics_publishedfigures", "reporting_reportday", "audit_seal"),
    *("oversight_contactreveal", "identity_populationanswer", "own_data_download"),
    *("recording_givencount", "oversight_broadcast", "review_dosepairact"),
    *("recording_remindersetting", "recording_reminder", "certificates_countersignature"),
    *("certificates_shareopening", "fhir_api_partnerdose", "certificates_certificateprint"),
    # The events go after 30 days.
    *("partners_endpointswitch", "partners_event", "partners_appconsentperson"),
}
NEVER_DELETED = {
    *("corrections_correction", "corrections_filing", "corrections_recomputerun"),
    *("citizens_citizen", "citizens_identitydocument", "doses_dose", "own_data_datarequest"),
    *("doses_receivedlot", "doses_vaccinationsession", "review_dosechange"),
    *("review_manychange", "review_manychangedose", "review_dosepair"),
    *("certificates_certificate", "certificates_signingkey", "certificates_share"),
    *("citizens_lookingstop", "recording_deadline", "oversight_broadcastsite"),
    *("fhir_api_partner", "partners_endpoint", "partners_partnerapp", "partners_appconsent"),
}


@pytest.fixture
def given(world: World, correction: Correction) -> dict[str, tuple[str, ...]]:
    """The rights of a new role, as which the rest of the test is done."""
    execute(f"CREATE ROLE {ROLE}")
    rights = roles.grant(ROLE)
    execute(f"SET LOCAL ROLE {ROLE}")
    return rights


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_history_can_only_be_added_to_and_some_rows_never_go(given):
    assert {table for table, rights in given.items() if "UPDATE" not in rights} == {
        *INSERT_ONLY,
        "django_migrations",
    }
    assert {
        table for table, rights in given.items() if "DELETE" not in rights and "UPDATE" in rights
    } == NEVER_DELETED


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE corrections_correctionevent CASCADE",
        "TRUNCATE messaging_message CASCADE",
        "ALTER TABLE corrections_correctionevent DISABLE TRIGGER ALL",
        "ALTER TABLE doses_dose DROP COLUMN revision",
        "DROP TABLE citizens_recordvisit",
        "DROP TRIGGER append_only ON corrections_breach",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
        "UPDATE corrections_correctionevent SET remark = 'x'",
        "DELETE FROM citizens_recordvisit",
        "DELETE FROM doses_dose",
        "SET session_replication_role = replica",
        "CREATE TABLE public.mine (id integer)",
        "UPDATE django_migrations SET name = 'x'",
    ],
)
def test_the_role_cannot(given, statement):
    with pytest.raises(ProgrammingError), transaction.atomic():
        execute(statement)


def test_the_application_does_its_work_with_it(given, world, correction):
    other = file_one(world, whose="binh", key="k2")
    actions.accept(correction, by=world.user("minh"))
    actions.withdraw(other, by=world.user("binh"))

    assert Correction.objects.get(pk=correction.pk).status == "accepted"


def test_the_role_of_the_tests_owns_the_tables_and_that_is_said(db):
    assert "owns" in roles.notice()


def test_a_role_with_these_rights_has_no_fault(given):
    assert roles.notice() == ""


def test_a_server_that_connects_as_the_owner_says_so_and_works(db, client, settings):
    settings.READINESS_CHECKS = []
    settings.READINESS_NOTICES = ["vaxreg.database.roles.notice"]

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "attention")
    assert "owns" in answer.json()["notices"]["vaxreg"]


def test_the_command_says_what_it_gave_and_refuses_a_role_that_is_not_there(db):
    execute(f"CREATE ROLE {ROLE}")
    out = StringIO()

    call_command("grant_access", ROLE, stdout=out)

    assert f"{len(INSERT_ONLY) + 1} of them can only be added to" in out.getvalue()
    with pytest.raises(CommandError, match="nobody_here"), transaction.atomic():
        call_command("grant_access", "nobody_here")


def test_the_command_makes_the_role_without_power_and_renews_its_password(db, monkeypatch):
    monkeypatch.setenv("DATABASE_APP_PASSWORD", 'it\'s a "secret"')
    monkeypatch.setenv("DATABASE_APP_ROLE", ROLE)

    for _ in range(2):
        call_command("grant_access", "--make", stdout=StringIO())

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles"
            " WHERE rolname = %s",
            [ROLE],
        )
        assert cursor.fetchone() == (True, False, False, False)


def test_a_right_that_is_no_longer_given_is_taken_back(db):
    execute(f"CREATE ROLE {ROLE}")
    execute(f"GRANT ALL ON corrections_correctionevent TO {ROLE}")

    roles.grant(ROLE)
    execute(f"SET LOCAL ROLE {ROLE}")

    with pytest.raises(ProgrammingError), transaction.atomic():
        execute("UPDATE corrections_correctionevent SET remark = 'x'")
