"""An app states where it is told, tests it, and has messages sent again, with its id and secret."""

import base64
import uuid
from datetime import timedelta
from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from partners.models import Delivery, Endpoint, EndpointSwitch, PartnerApp
from partners.webhooks import registering, sending
from tests.partners.listening import SECRET, URL, agree, new_app
from tests.partners.receiver import receiving
from tests.world import dose
from vaxreg import db_time

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/webhook/"


def client_of(client_id: str, secret: str = SECRET) -> APIClient:
    client = APIClient()
    pair = base64.b64encode(f"{quote(client_id)}:{quote(secret)}".encode()).decode()
    client.credentials(HTTP_AUTHORIZATION=f"Basic {pair}")
    return client


@pytest.fixture
def app(world) -> PartnerApp:
    made = new_app()
    agree(made, world.user("lan"), world.citizens["lan"])
    return made


@pytest.fixture
def client(app: PartnerApp) -> APIClient:
    return client_of(app.client_id)


def test_an_app_states_its_address_and_sees_the_secret_once(app, client):
    body = {"url": URL, "events": ["dose.changed"]}
    assert client.get(ROOT).status_code == 404

    first, again = client.put(ROOT, body), client.put(ROOT, {**body, "url": URL + "/2"})

    assert (first.status_code, again.status_code) == (201, 200)
    secret = first.json()["secret"]
    assert secret.startswith("whsec_")
    assert again.json() == {**first.json(), "url": URL + "/2", "secret": None} | {
        "since": again.json()["since"]
    }
    assert "secret" not in client.get(ROOT).json()
    rotated = client.post(ROOT + "rotate-secret/").json()
    assert rotated["secret"] not in ("", secret)
    assert client.delete(ROOT).status_code == 204
    assert client.delete(ROOT).status_code == 409
    assert client.get(ROOT).status_code == 404
    assert Endpoint.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"url": "http://app.example.vn/", "events": ["dose.changed"]}, "url"),
        ({"url": "https://127.0.0.1/", "events": ["dose.changed"]}, "url"),
        ({"url": "https://app.example.vn:8443/", "events": ["dose.changed"]}, "url"),
        ({"url": "https://app.example.vn/ x", "events": ["dose.changed"]}, "url"),
        ({"url": URL, "events": []}, "events"),
        ({"url": URL, "events": ["all"]}, "events"),
        ({}, "url"),
    ],
)
def test_what_is_wrong_is_said_beside_its_name(client, body, attr):
    answer = client.put(ROOT, body)

    assert answer.status_code == 400
    assert attr in {error["attr"] for error in answer.json()["errors"]}
    assert not Endpoint.objects.exists()


def test_no_other_caller_and_no_other_secret_gets_in(app, client, world, as_staff):
    strangers = [
        client_of(app.client_id, "another"),
        client_of("nobody"),
        client_of("\0"),
        APIClient(),
        as_staff(world.user("phuc")),
    ]
    broken = APIClient()
    broken.credentials(HTTP_AUTHORIZATION="Basic %%%")

    assert [one.get(ROOT).status_code for one in [*strangers, broken]] == [401] * 6
    PartnerApp.objects.update(per_minute=1, ended_at=None)
    client.get(ROOT)
    PartnerApp.objects.update(ended_at=db_time.now())
    assert client.get(ROOT).status_code == 401


def test_an_app_asks_so_many_times_in_a_minute(app, client):
    PartnerApp.objects.update(per_minute=2)

    assert [client.get(ROOT).status_code for _try in range(3)] == [404, 404, 429]


def test_a_ping_tells_what_the_address_answers(app, client, settings):
    with receiving() as receiver:
        settings.WEBHOOK_INSIDE_HOSTS = [receiver.inside]
        assert client.post(ROOT + "test/").status_code == 409
        client.put(ROOT, {"url": receiver.url, "events": ["dose.changed"]})
        receiver.answers = [418]

        bad, good = client.post(ROOT + "test/"), client.post(ROOT + "test/")

        assert (bad.json()["accepted"], bad.json()["status_code"]) == (False, 418)
        assert good.json()["accepted"]
        assert b'"type": "ping"' in receiver.messages[0][1]
        codes = [client.post(ROOT + "test/").status_code for _try in range(5)]
    assert codes == [200] * 4 + [429]


def test_what_was_given_up_is_listed_and_sent_again(app, client, world):
    client.put(ROOT, {"url": URL, "events": ["dose.changed"]})
    dose(world)
    dose(world, given_on="2021-11-21", ordinal=2)
    Delivery.objects.update(state="dead", tries=11, status_code=500)
    listed = client.get(ROOT + "deliveries/?state=dead").json()["results"]
    one = listed[0]["id"]

    assert len(listed) == 2
    assert client.get(ROOT + "deliveries/?state=waiting").json()["results"] == []
    assert client.get(ROOT + "deliveries/?since=gestern").status_code == 400
    assert client.post(f"{ROOT}deliveries/{one}/replay/").json() == {"count": 1}
    assert client.post(f"{ROOT}deliveries/{uuid.uuid4()}/replay/").status_code == 404
    assert client.post(ROOT + "deliveries/replay/", {"state": "dead"}).json() == {"count": 1}
    past, future = (db_time.now() + timedelta(hours=h) for h in (-1, 1))
    since = [{"since": one.isoformat()} for one in (past, future)]
    counts = [client.post(ROOT + "deliveries/replay/", body).json() for body in since]
    assert counts == [{"count": 2}, {"count": 0}]
    assert client.post(ROOT + "deliveries/replay/", {}).status_code == 400
    assert set(Delivery.objects.values_list("state", "tries")) == {("waiting", 0)}


def test_messages_of_another_app_are_neither_listed_nor_sent_again(app, client, world):
    other = new_app("Ứng dụng khác")
    agree(other, world.user("binh"), world.citizens["binh"])
    for one in (app, other):
        registering.state(one, URL, ["dose.changed"])
    dose(world, "binh")
    theirs = Delivery.objects.get().event.public_id

    assert client.get(ROOT + "deliveries/").json()["results"] == []
    assert client.post(f"{ROOT}deliveries/{theirs}/replay/").status_code == 404
    assert client.post(ROOT + "deliveries/replay/", {"state": "waiting"}).json() == {"count": 0}


def test_an_app_switches_on_what_was_switched_off_unless_the_ministry_did(app, client, world):
    client.put(ROOT, {"url": URL, "events": ["dose.changed"]})
    endpoint = Endpoint.objects.get()
    registering.switch_off(endpoint, EndpointSwitch.Why.GONE)
    assert not client.get(ROOT).json()["is_on"]
    assert client.post(ROOT + "switch-on/").json()["is_on"]

    registering.switch_off(
        endpoint, EndpointSwitch.Why.STAFF, by=world.user("phuc"), reason="Gửi sai"
    )

    assert client.post(ROOT + "switch-on/").status_code == 409
    # Nor does another address get around it.
    assert client.put(ROOT, {"url": URL + "/2", "events": ["dose.changed"]}).status_code == 409
    assert client.delete(ROOT).status_code == 409
    assert sending.deliver_due() == 0
