"""A token does what its scopes say, on every route; one that gives none can only be read."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from accounts.api_auth import make_token
from accounts.models import SCOPES_OF, Scope, SessionKind
from api.urls import STEPS, pages
from corrections.actions import filing
from corrections.models import Correction
from tests import world as worlds
from tests.world import World

OF_CITIZENS = {
    *("answer", "add-photo", "withdraw", "appeal", "log-disagreement", "confirm", "reopen")
}
OF_OFFICERS = {"remind", "reassign", "take-over"}


def client_with(world: World, who: str, kind: SessionKind, *scopes: Scope) -> APIClient:
    day = timedelta(days=1)
    key = make_token(world.user(who), name="t", kind=kind, lifetime=day, scopes=scopes)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client


def scope_of(step: str) -> Scope:
    if step in OF_CITIZENS:
        return Scope.FILE
    return Scope.OVERSEE if step in OF_OFFICERS else Scope.REVIEW


@pytest.mark.parametrize("step", STEPS)
def test_each_step_needs_its_scope_and_no_other_will_do(world, correction: Correction, step):
    path = f"/api/v1/corrections/{correction.reference}/{step}/"
    for kind, who in ((SessionKind.CITIZEN, "lan"), (SessionKind.STAFF, "minh")):
        needed = scope_of(step)
        others = [scope for scope in SCOPES_OF[kind] if scope != needed]

        answer = client_with(world, who, kind, *others).post(path, {}, format="json")

        assert answer.status_code == 403
        assert answer.json()["errors"][0]["code"] == "scope"
        assert needed.value in answer.json()["errors"][0]["detail"]
    allowed = SessionKind.CITIZEN if needed == Scope.FILE else SessionKind.STAFF
    who = "lan" if allowed == SessionKind.CITIZEN else "minh"
    answer = client_with(world, who, allowed, needed).post(path, {}, format="json")
    assert answer.json().get("errors", [{}])[0].get("code") != "scope"


@pytest.mark.parametrize(
    "path",
    ["/records/", "/corrections/", "/queue/", "/oversight/report/", "/vaccines/", "/coverage/"],
)
def test_nothing_is_read_without_the_scope_to_read(world, path):
    for kind, who, scope in (
        (SessionKind.CITIZEN, "lan", Scope.FILE),
        (SessionKind.STAFF, "minh", Scope.REVIEW),
    ):
        answer = client_with(world, who, kind, scope).get(f"/api/v1{path}")
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["code"] == "scope"


def test_a_token_to_read_files_nothing(world):
    answer = client_with(world, "lan", SessionKind.CITIZEN, Scope.READ).post(
        "/api/v1/corrections/", {}, format="json"
    )

    assert answer.json()["errors"][0]["code"] == "scope"


def test_a_route_that_names_no_scope_takes_nothing_from_tokens(world):
    silent = [
        route
        for route in pages
        if hasattr(route.callback, "cls") and not hasattr(route.callback.cls, "token_scope")
    ]
    client = client_with(world, "minh", SessionKind.STAFF, *SCOPES_OF[SessionKind.STAFF])

    answers = {
        client.post("/api/v1/" + str(route.pattern), {}).status_code
        for route in silent
        if "<" not in str(route.pattern)
    }

    # The webhooks of partner apps know no such token at all.
    assert answers == {401, 403}


def test_too_many_requests_are_refused_in_the_error_shape_with_a_time_to_wait(world):
    client = client_with(world, "minh", SessionKind.STAFF, Scope.READ)
    world.user("minh").api_tokens.update(per_minute=1)
    client.get("/api/v1/queue/")

    answer = client.get("/api/v1/queue/")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (429, "throttled")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_filing_too_often_is_refused_in_the_error_shape(world, monkeypatch):
    monkeypatch.setattr(filing, "PER_ACCOUNT", [(1, timedelta(hours=1))])
    dose = worlds.dose(world)
    client = client_with(world, "lan", SessionKind.CITIZEN, Scope.FILE)
    claims = [
        {"dose": str(dose.public_id), "proposed": {"vaccine": "PF"}},
        {"proposed": {"position": "primary-2"}},
    ]

    answers = [
        client.post(
            "/api/v1/corrections/",
            {"record": str(world.citizens["lan"].public_id), "claims": [claim], "words": ""},
            format="json",
            headers={"Idempotency-Key": f"k{number}"},
        )
        for number, claim in enumerate(claims)
    ]

    assert [answer.status_code for answer in answers] == [201, 429]
    assert answers[1].json()["errors"][0]["detail"].endswith("Hãy gọi tổng đài.")
    assert int(answers[1].headers["Retry-After"]) > 3500
