"""An app reads what a citizen let it read, for whom and for how long; every reading is told."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts import sessions
from citizens.models import RecordLink, RecordVisit
from partners import consents, registering
from partners.models import AccessToken, AppConsent, Grant, RefreshToken
from tests import world as worlds
from tests.factories.citizens import RecordLinkFactory
from tests.partners import scene
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(world: World):
    return scene.app()


@pytest.fixture
def lan(world: World, as_citizen) -> Client:
    return as_citizen(world.user("lan"))


@pytest.fixture
def held(world: World, lan: Client, app) -> dict[str, str]:
    """The tokens that the app holds for Lan's own record."""
    return scene.let_in(lan, app, world.citizens["lan"])


def doses_of(world: World, who: str = "lan") -> str:
    return f"/api/v1/records/{world.citizens[who].public_id}/doses/"


def test_the_page_says_who_runs_the_app_and_what_it_asks_for(lan, app):
    page = lan.get("/oauth/authorize/", scene.asked(app))

    words = page.content.decode()
    assert page.status_code == 200
    assert "Công ty Viettel" in words
    assert "Sổ Sức khỏe" in words
    assert "form-action 'self' https://app.example.vn" in page.headers["Content-Security-Policy"]


def test_whoever_is_not_signed_in_signs_in_first_and_comes_back(app):
    page = Client().get("/oauth/authorize/", scene.asked(app))

    assert page.status_code == 302
    assert page.headers["Location"].startswith("/sign-in/?next=%2Foauth%2Fauthorize%2F")


def test_the_app_reads_doses_proposals_and_certificates(world, held, correction):
    program = scene.bearer(held["access_token"])

    assert program.get(doses_of(world)).status_code == 200
    assert program.get("/api/v1/corrections/").json()["results"][0]["reference"]
    assert program.get(doses_of(world).replace("doses", "certificates")).status_code == 200


def test_each_reading_by_the_app_names_it_in_who_looked(world, lan, held):
    scene.bearer(held["access_token"]).get(doses_of(world))

    visit = RecordVisit.objects.get(citizen=world.citizens["lan"], why=RecordVisit.Why.APP)
    assert visit.app == "Sổ Sức khỏe"
    assert "Sổ Sức khỏe" in lan.get("/record/who/").content.decode()


def test_the_app_files_and_the_history_says_so(world, lan, held):
    worlds.dose(world)
    program = scene.bearer(held["access_token"])
    dose = program.get(doses_of(world)).json()[0]

    filed = program.post(
        "/api/v1/corrections/",
        {
            "record": str(world.citizens["lan"].public_id),
            "claims": [{"dose": dose["id"], "proposed": {"lot": "PX999"}}],
            "words": "Số lô trên giấy khác",
            "has_no_paper": True,
        },
        headers={"Idempotency-Key": "k1"},
    )

    assert filed.status_code == 201, filed.json()
    reference = filed.json()["corrections"][0]["reference"]
    assert "Sổ Sức khỏe" in lan.get(f"/corrections/{reference}/").content.decode()


def test_a_record_that_was_not_chosen_stays_closed(world, lan, app):
    """Lan opens her child's record as well, and let the app read her own alone."""
    child = world.citizens["lan"]
    other = world.citizens["binh"]
    held = scene.let_in(lan, app, child)

    program = scene.bearer(held["access_token"])
    assert [one["id"] for one in program.get("/api/v1/records/").json()] == [str(child.public_id)]
    assert program.get(doses_of(world, "binh")).status_code == 404
    assert other.public_id != child.public_id


def test_nobody_lets_an_app_read_the_record_of_a_stranger(world, lan, app):
    page = scene.agree(lan, app, world.citizens["binh"])

    assert page.status_code == 422
    assert not AppConsent.objects.exists()


@pytest.mark.parametrize("missing", ["people", "may"])
def test_agreeing_takes_a_record_and_something_to_do(world, lan, app, missing):
    page = scene.agree(lan, app, world.citizens["lan"], **{missing: []})

    assert page.status_code == 422
    assert "Sổ Sức khỏe" in page.content.decode()
    assert not AppConsent.objects.exists()


def test_refusing_leads_back_and_gives_nothing(world, lan, app):
    page = scene.agree(lan, app, world.citizens["lan"], allow="")

    assert page.status_code == 302
    assert "error=access_denied" in page.headers["Location"]
    assert not AppConsent.objects.exists()
    assert not Grant.objects.exists()


def test_a_consent_of_which_the_app_cannot_be_told_is_not_stored(world, lan, app, held):
    """Nor does it end the one that stands."""
    scene.agree(lan, app, world.citizens["lan"], redirect_uri="https://thief.example/back")

    assert AppConsent.objects.live().count() == AppConsent.objects.count() == 1
    assert scene.bearer(held["access_token"]).get(doses_of(world)).status_code == 200


def test_ones_own_record_is_offered_first(world):
    """Also where the record of the child is the older one."""
    binh, own, child = world.user("binh"), world.citizens["binh"], world.citizens["child"]
    RecordLinkFactory(user=binh, citizen=child, relation=RecordLink.Relation.GUARDIAN)
    assert child.pk < own.pk

    assert list(consents.offered(binh)) == [own, child]


def test_what_was_not_ticked_may_not_be_done(world, lan, app):
    held = scene.let_in(lan, app, world.citizens["lan"], may=["read"])

    program = scene.bearer(held["access_token"])
    assert held["scope"] == "read"
    assert program.get(doses_of(world)).status_code == 200
    assert program.post("/api/v1/corrections/", {}).status_code == 403


def ended_by_the_citizen(world, lan):
    row = AppConsent.objects.get()
    assert lan.post(f"/account/apps/{row.public_id}/end/").status_code == 302


def ended_with_the_app(world, lan):
    registering.end(AppConsent.objects.get().app)


def run_out(world, lan):
    row = AppConsent.objects.get()
    AppConsent.objects.filter(pk=row.pk).update(
        since=row.since - timedelta(days=91), ends_at=row.since - timedelta(days=1)
    )


def signed_out_everywhere(world, lan):
    sessions.end_all(world.user("lan"))


def account_closed(world, lan):
    user = world.user("lan")
    user.is_active = False
    user.save()


def token_run_out(world, lan):
    AccessToken.objects.update(expires="2021-01-01T00:00Z")


@pytest.mark.parametrize(
    "end",
    [
        ended_by_the_citizen,
        ended_with_the_app,
        run_out,
        signed_out_everywhere,
        account_closed,
        token_run_out,
    ],
)
def test_when_it_has_ended_the_next_request_is_refused(world, lan, app, held, end):
    program = scene.bearer(held["access_token"])
    assert program.get(doses_of(world)).status_code == 200

    end(world, lan)

    assert program.get(doses_of(world)).status_code == 401
    if end is not token_run_out:
        again = scene.tokens(app, grant_type="refresh_token", refresh_token=held["refresh_token"])
        assert again.status_code in (400, 401)


def test_a_link_that_ended_closes_the_record_to_the_app(world, held):
    program = scene.bearer(held["access_token"])
    world.citizens["lan"].links.update(until="2021-01-01T00:00Z", since="2020-01-01T00:00Z")

    assert program.get(doses_of(world)).status_code == 404


def test_a_new_answer_takes_the_place_of_the_one_before(world, lan, app, held):
    scene.let_in(lan, app, world.citizens["lan"], may=["read"])

    assert scene.bearer(held["access_token"]).get(doses_of(world)).status_code == 401
    assert AppConsent.objects.count() == 2
    assert AppConsent.objects.live().get().scopes == ["read"]


def test_nobody_ends_the_consent_of_somebody_else(world, as_citizen, held):
    row = AppConsent.objects.get()

    assert (
        as_citizen(world.user("binh")).post(f"/account/apps/{row.public_id}/end/").status_code
        == 404
    )
    assert AppConsent.objects.live().exists()


def test_the_list_shows_what_it_may_and_when_it_read(world, lan, held):
    scene.bearer(held["access_token"]).get(doses_of(world))

    page = lan.get("/account/apps/").content.decode()
    assert "Sổ Sức khỏe" in page
    assert consents.of(world.user("lan"))[0].last_read is not None
    assert "/account/apps/" in lan.get("/account/").content.decode()


def test_only_checksums_of_tokens_are_stored(held):
    stored = str([*AccessToken.objects.values(), *RefreshToken.objects.values()])

    assert held["access_token"] not in stored
    assert held["refresh_token"] not in stored


def test_tokens_are_renewed_once_and_a_stolen_one_ends_all(world, app, held):
    renewed = scene.tokens(app, grant_type="refresh_token", refresh_token=held["refresh_token"])
    assert renewed.status_code == 200
    new = renewed.json()
    assert scene.bearer(new["access_token"]).get(doses_of(world)).status_code == 200

    stolen = scene.tokens(app, grant_type="refresh_token", refresh_token=held["refresh_token"])

    assert stolen.status_code == 400
    assert scene.bearer(new["access_token"]).get(doses_of(world)).status_code == 401


def test_more_requests_than_a_minute_allows_are_told_to_wait(world, lan, app):
    app.per_minute = 1
    app.save()
    program = scene.bearer(scene.let_in(lan, app, world.citizens["lan"])["access_token"])
    assert program.get(doses_of(world)).status_code == 200

    answer = program.get(doses_of(world))

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 60


@pytest.mark.parametrize(
    ("changed", "leads_back"),
    [
        ({"client_id": "nobody"}, False),
        ({"redirect_uri": "https://thief.example/back"}, False),
        ({"redirect_uri": "https://app.example.vn/back/../x"}, False),
        ({"response_type": "token"}, True),
        ({"code_challenge": ""}, True),
        ({"code_challenge_method": "plain"}, True),
        ({"scope": "review"}, True),
        ({"scope": "system/Immunization.cruds"}, True),
    ],
)
def test_an_app_that_asks_wrongly_gets_nothing(lan, app, changed, leads_back):
    page = lan.get("/oauth/authorize/", scene.asked(app, **changed))

    if leads_back:
        assert page.status_code == 302
        assert page.headers["Location"].startswith(scene.BACK)
        assert "error=" in page.headers["Location"]
    else:
        assert page.status_code == 400
        assert "thief" not in page.headers.get("Location", "")


@pytest.mark.parametrize(
    "changed",
    [
        {"code": "guessed"},
        {"code_verifier": "w" * 64},
        {"code_verifier": ""},
        {"client_secret": "guessed"},
        {"redirect_uri": "https://thief.example/back"},
    ],
)
def test_a_code_is_worth_nothing_without_all_that_belongs_to_it(world, lan, app, changed):
    code = scene.code_in(scene.agree(lan, app, world.citizens["lan"]))
    sent = {"grant_type": "authorization_code", "code": code, "code_verifier": scene.VERIFIER}

    assert scene.tokens(app, **{**sent, **changed}).status_code in (400, 401)


def test_a_code_is_used_once(world, lan, app):
    code = scene.code_in(scene.agree(lan, app, world.citizens["lan"]))
    sent = {"grant_type": "authorization_code", "code": code, "code_verifier": scene.VERIFIER}

    assert scene.tokens(app, **sent).status_code == 200
    assert scene.tokens(app, **sent).status_code == 400
