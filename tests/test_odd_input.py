"""Odd input in addresses gets words, never a crash: NUL bytes, huge numbers, wrong types, lists."""

import pytest
from django.test import Client

from accounts.models import SessionKind
from corrections.models import Correction
from tests.access_matrix import CITIZENS
from tests.conftest import signed_in
from tests.world import World

ODD = [
    "\x00",
    "9" * 40,
    "-1",
    "None",
    "' OR 1=1 --",
    "💉" * 300,
    "%00",
    "[]",
    "../../etc",
    "1\n2",
    "",
]
PLACES = {
    "lan": {
        "/record/": ["person"],
        "/record/open/": ["for"],
        "/record/areas/": ["province", "district", "commune"],
        "/corrections/": ["page", "before", "after", "cursor"],
        "/corrections/new/": ["person", "dose", "edit"],
        "/corrections/{odd}/": [""],
        "/corrections/new/dose/{odd}/": ["person", "query", "province"],
        "/corrections/new/check/": ["person"],
        "/api/v1/corrections/": ["cursor", "page_size"],
        "/api/v1/corrections/{odd}/": [""],
        "/fhir/Patient": ["_id", "_count", "_after", "_format"],
        "/fhir/Immunization": ["patient", "identifier", "date", "status", "_count", "_after"],
        "/fhir/Task/{odd}": [""],
        "/fhir/Provenance/{odd}": [""],
    },
    "minh": {
        "/review/": ["q", "tab", "kind", "photo", "after", "before", "at"],
        "/review/news/": ["since"],
        "/review/{odd}/": ["done"],
        "/api/v1/queue/": ["cursor", "overdue", "page_size"],
    },
    "huong": {
        "/oversight/": ["under", "q", "tab"],
        "/oversight/cases/": ["tab", "under", "after", "before", "at", "q"],
        "/oversight/report.csv": ["under"],
        "/oversight/cases/{odd}/": [""],
        "/oversight/cases/{odd}/reassign/": ["q"],
    },
    "nobody": {
        "/sign-in/": ["next"],
        "/staff/sign-in/": ["next"],
        "/demo/inbox/": ["to"],
        "/api/v1/organizations/": ["search", "cursor"],
    },
}


def client_of(who: str, world: World) -> Client:
    if who == "nobody":
        return Client()
    kind = SessionKind.CITIZEN if who in CITIZENS else SessionKind.STAFF
    return signed_in(world.user(who), kind)


@pytest.mark.parametrize("who", PLACES)
def test_odd_input_in_an_address_is_never_a_crash(who: str, world: World, correction: Correction):
    client = client_of(who, world)
    client.raise_request_exception = False
    crashed = []

    for place, names in PLACES[who].items():
        for odd in ODD:
            where = place.replace("{odd}", odd.replace("/", "") or "x").replace("\n", "%0A")
            for name in names:
                answer = client.get(where.replace("\x00", "%00"), {name: odd} if name else {})
                if answer.status_code >= 500:
                    crashed.append((where, name, odd[:20]))

    assert crashed == []


@pytest.mark.parametrize(
    ("who", "where"),
    [
        ("lan", "/record/open/"),
        ("lan", "/record/start/"),
        ("lan", "/corrections/new/"),
        ("nobody", "/sign-in/"),
        ("nobody", "/staff/sign-in/"),
        ("minh", "/review/{reference}/decide/"),
    ],
)
def test_odd_input_in_a_form_is_never_a_crash(
    who: str, where: str, world: World, correction: Correction
):
    client = client_of(who, world)
    client.raise_request_exception = False
    names = [
        *("id_number", "full_name", "date_of_birth", "sex", "workplace", "province", "district"),
        *("commune", "doses", "phone", "email", "password", "version", "outcome", "ground"),
        *("sentence", "value_given_on", "value_vaccine", "value_organization", "site_words"),
    ]
    place = where.format(reference=correction.reference)

    answers = [client.post(place, dict.fromkeys(names, odd)).status_code for odd in ODD]

    assert [status for status in answers if status >= 500] == []
