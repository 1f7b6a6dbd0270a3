"""Messages reach a receiver, signed, after it was down, and stop where nobody answers."""

import base64
import hmac
import json
from datetime import datetime, timedelta

import pytest

from messaging.models import Message
from partners.models import AppConsent, Delivery, Endpoint, EndpointSwitch, Event, PartnerApp
from partners.webhooks import health, registering, sending
from tests.partners.listening import agree, listen, new_app
from tests.partners.receiver import Receiver, receiving
from tests.world import World, dose
from vaxreg import db_time

pytestmark = pytest.mark.django_db

State = Delivery.State
MINUTE = timedelta(minutes=1)


@pytest.fixture
def receiver(settings):
    with receiving() as found:
        settings.WEBHOOK_INSIDE_HOSTS = [found.inside]
        yield found


@pytest.fixture
def app(world: World, receiver: Receiver) -> PartnerApp:
    """An app that Lan lets read her record, with one dose of hers to be told of."""
    made = new_app()
    agree(made, world.user("lan"), world.citizens["lan"])
    listen(made, receiver.url)
    dose(world)
    return made


def send(moment: datetime | None = None) -> Endpoint:
    """Send what is due at this moment; return the address as it is then."""
    with db_time.at(moment or db_time.now()):
        sending.deliver_to(Endpoint.objects.get(until=None).pk)
    return Endpoint.objects.get(until=None)


def signature(secret: str, headers: dict[str, str], body: bytes) -> str:
    """As docs/webhooks.md tells receivers."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def test_a_message_says_what_changed_about_whom_and_nothing_else(app, world, receiver):
    endpoint = send()

    ((headers, body),) = receiver.messages
    event, delivery = Event.objects.get(), Delivery.objects.get()
    assert headers["webhook-id"] == str(event.public_id)
    assert headers["webhook-signature"] == signature(endpoint.secret, headers, body)
    assert json.loads(body) == {
        "type": "dose.changed",
        "timestamp": json.loads(body)["timestamp"],
        "data": {
            "kind": "dose",
            "id": event.key,
            "patient": str(world.citizens["lan"].public_id),
        },
    }
    assert (delivery.state, delivery.status_code, delivery.tries) == (State.DELIVERED, 204, 1)
    assert endpoint.last_accepted_at
    send()
    assert len(receiver.messages) == 1


def test_while_a_secret_is_rotated_both_sign_for_a_day(app, receiver):
    first = Endpoint.objects.get().secret
    second = registering.rotate_secret(app).secret
    send()
    registering.replay(app, in_state=State.DELIVERED)
    send(db_time.now() + timedelta(hours=25))

    (both, body), (alone, later_body) = receiver.messages
    assert both["webhook-signature"].split() == [
        signature(second, both, body),
        signature(first, both, body),
    ]
    assert alone["webhook-signature"] == signature(second, alone, later_body)


def test_a_receiver_that_was_down_gets_it_by_the_back_off(app, receiver):
    receiver.answers = [503, 500, 302]
    now = db_time.now()
    waits = []

    for _try in range(3):
        send(now)
        send(now + timedelta(seconds=1))
        next_try = Delivery.objects.get().next_try_at
        waits.append((next_try - now).total_seconds())
        now = next_try + MINUTE
    send(now)

    assert [round(wait / base, 1) for wait, base in zip(waits, (5, 30, 120), strict=True)] == [
        pytest.approx(1, abs=0.2)
    ] * 3
    assert Delivery.objects.get().state == State.DELIVERED
    assert Endpoint.objects.get().failing_since is None
    assert {headers["webhook-id"] for headers, _body in receiver.messages} == {
        str(Event.objects.get().public_id)
    }
    assert len(receiver.messages) == 4


def test_after_three_days_without_success_it_is_given_up_and_the_operators_get_a_letter(
    app, receiver
):
    receiver.answers = [500] * 20
    begun = now = db_time.now()
    while Delivery.objects.get().state == State.WAITING:
        endpoint = send(now)
        if endpoint.switched_off_at:
            break
        # Both waits vary, each by itself: the address may rest longer than the message waits.
        now = max(Delivery.objects.get().next_try_at, endpoint.rests_until) + MINUTE

    assert timedelta(days=2.4) < now - begun < timedelta(days=4)
    assert len(receiver.messages) in (10, 11)
    assert EndpointSwitch.objects.get().why == EndpointSwitch.Why.FAILING
    letter = Message.objects.get(purpose="partners.switched_off")
    assert (letter.recipient, receiver.url in letter.text) == (app.contact_email, True)


def test_what_changes_while_it_is_off_waits_until_it_is_on(app, world, receiver):
    receiver.answers = [410]
    endpoint = send()
    assert endpoint.switched_off_at
    assert EndpointSwitch.objects.get().why == EndpointSwitch.Why.GONE
    dose(world, given_on="2021-11-21", ordinal=2)
    send(db_time.now() + timedelta(hours=1))
    assert len(receiver.messages) == 1

    assert registering.switch_on(endpoint, EndpointSwitch.Why.OPERATORS)
    send()

    assert len(receiver.messages) == 3
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.DELIVERED}


def test_nothing_is_sent_once_the_consent_has_ended(app, receiver):
    AppConsent.objects.update(until=db_time.now())

    send()

    assert not receiver.messages
    assert Delivery.objects.get().error == "no consent"


def test_an_address_that_is_down_is_asked_a_few_times_and_holds_up_no_other(app, world, receiver):
    event = Event.objects.get()
    endpoint = Endpoint.objects.get()
    for _one in range(20):
        Event.objects.create(
            type=event.type, kind=event.kind, key="x", citizen=event.citizen, at=event.at
        )
    Delivery.objects.bulk_create(
        Delivery(event=one, endpoint=endpoint, next_try_at=event.at)
        for one in Event.objects.exclude(pk=event.pk)
    )
    receiver.answers = [500] * 8
    now = db_time.now()
    resting = send(now)

    assert len(receiver.messages) == sending.AT_ONCE
    assert resting.rests_until > now
    with db_time.at(now):
        assert sending.deliver_due() == 0
    send(now + MINUTE)
    assert Delivery.objects.filter(state=State.DELIVERED).count() == 21


def test_one_worker_at_a_time_is_at_an_address(app, receiver):
    endpoint = Endpoint.objects.get()
    assert sending._claim(endpoint.pk)

    assert sending.deliver_to(endpoint.pk) == 0
    send(db_time.now() + 2 * MINUTE)
    assert len(receiver.messages) == 1


def test_what_waits_at_an_address_goes_to_the_one_that_replaces_it(app, receiver):
    secret = Endpoint.objects.get().secret

    made, is_new = registering.state(app, receiver.url + "/2", ["dose.changed"])
    send()

    assert (made.secret, is_new) == (secret, False)
    assert Endpoint.objects.count() == 2
    assert len(receiver.messages) == 1


def test_what_nobody_sends_is_said_on_readyz_and_what_rests_is_not(app, receiver):
    assert health.notice() == ""
    with db_time.at(db_time.now() + timedelta(hours=1)):
        assert "does a worker run" in health.notice()
        Endpoint.objects.update(rests_until=db_time.now())
        assert health.notice() == ""
