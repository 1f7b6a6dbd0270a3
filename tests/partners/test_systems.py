"""Systems ask for themselves by client credentials; how apps find the addresses; the command."""

import json
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from fhir_api.models import Partner
from partners import registering
from partners.models import PartnerApp
from tests.fhir_api.programs import FHIR, given
from tests.partners import scene
from tests.world import World

pytestmark = pytest.mark.django_db
SYSTEM = "system/Immunization.cruds"


@pytest.fixture
def account(world: World) -> User:
    user = User.objects.create_user(email="his@bachmai.vn", full_name="HIS")
    Partner.objects.create(user=user, organization=world.hospital)
    return user


def token_of(app: PartnerApp) -> str:
    answer = scene.tokens(app, grant_type="client_credentials", redirect_uri="")
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


def test_a_system_records_the_doses_of_its_organization(world, account):
    program = scene.bearer(token_of(scene.system(account)))

    made = program.generic(
        "POST", "/fhir/Immunization", json.dumps(given(world)), content_type=FHIR
    )

    assert made.status_code == 201, made.content
    assert program.get("/api/v1/queue/").status_code == 403


def suspended(app, account):
    account.suspended_at = "2021-11-01T00:00Z"
    account.save()


def closed(app, account):
    account.is_active = False
    account.save()


def ended(app, account):
    registering.end(app)


def scope_taken_away(app, account):
    PartnerApp.objects.update(scopes=[])


@pytest.mark.parametrize("end", [suspended, closed, ended, scope_taken_away])
def test_a_system_that_may_no_more_is_refused(world, account, end):
    app = scene.system(account)
    program = scene.bearer(token_of(app))

    end(app, account)

    answer = program.generic(
        "POST", "/fhir/Immunization", json.dumps(given(world)), content_type=FHIR
    )
    assert answer.status_code in (401, 403)


def test_an_app_for_citizens_asks_for_nothing_by_itself(world):
    answer = scene.tokens(scene.app(), grant_type="client_credentials", redirect_uri="")

    assert answer.status_code == 400


def test_an_app_that_tries_secrets_is_told_to_wait(world, account, monkeypatch):
    from partners.views import authorizing

    monkeypatch.setattr(authorizing, "FAILURES", ((2, authorizing.FAILURES[0][1]),))
    app = scene.system(account)
    sent = {"grant_type": "client_credentials", "redirect_uri": "", "client_secret": "guessed"}

    right = [token_of(app) for _ in range(3)]
    statuses = [scene.tokens(app, **sent).status_code for _ in range(3)]

    assert len(set(right)) == 3
    assert statuses == [401, 401, 429]


def test_apps_find_the_addresses(world):
    metadata = Client().get("/.well-known/oauth-authorization-server").json()
    smart = Client().get("/fhir/.well-known/smart-configuration").json()
    stated = Client().get("/fhir/metadata").json()["rest"][0]["security"]

    assert metadata["token_endpoint"] == smart["token_endpoint"] == "http://testserver/oauth/token/"
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert smart["token_endpoint"] in json.dumps(stated)


def test_operators_register_renew_and_end_an_app_at_the_prompt(world):
    made = StringIO()
    named = ["make", "PC-Covid", "--run-by", "BKAV", "--email", "ops@bkav.vn"]
    call_command(
        *["partner_app", *named, "--redirect-uri", scene.BACK, "--scope", "read"], stdout=made
    )
    app = PartnerApp.objects.get()
    listed, renewed = StringIO(), StringIO()
    call_command("partner_app", "list", stdout=listed)
    call_command("partner_app", "secret", "PC-Covid", stdout=renewed)
    call_command("partner_app", "end", app.client_id, stdout=StringIO())

    assert app.client_id in made.getvalue()
    assert "client_secret " in made.getvalue()
    assert "PC-Covid (BKAV)  live  read" in listed.getvalue()
    assert renewed.getvalue() != made.getvalue()
    assert PartnerApp.objects.get().ended_at is not None
    with pytest.raises(CommandError):
        call_command("partner_app", "secret", "PC-Covid")


@pytest.mark.parametrize(
    "changed",
    [
        {"scopes": []},
        {"scopes": [SYSTEM]},
        {"redirect_uris": []},
        {"redirect_uris": ["ftp://app.example.vn/back"]},
        {"name": "HIS"},
        {"contact_email": "nobody"},
    ],
)
def test_an_app_that_is_described_wrongly_is_not_registered(world, account, changed):
    scene.system(account)
    right = {
        "name": "PC-Covid",
        "run_by": "BKAV",
        "contact_email": "ops@bkav.vn",
        "scopes": ["read"],
        "redirect_uris": [scene.BACK],
        "secret": scene.SECRET,
    }

    with pytest.raises(ValidationError):
        registering.register(**{**right, **changed})

    assert PartnerApp.objects.count() == 1


def test_an_answer_that_is_known_is_not_sent_again(world, as_citizen):
    lan = as_citizen(world.user("lan"))
    where = f"/api/v1/records/{world.citizens['lan'].public_id}/doses/"
    first = lan.get(where)

    again = lan.get(where, headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert not again.content
