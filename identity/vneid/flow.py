"""A sign-in by VNeID from end to end: to its page, and back with an answer."""

import secrets
from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.http import HttpRequest, HttpResponse

from identity.vneid.allauth import PROVIDER, VneidProtocol
from identity.vneid.calls import taking_turns
from identity.vneid.person import Person, described, has_facts
from identity.vneid.refusals import Reason, Refusal


@dataclass(frozen=True)
class Wish:
    """What a sign-in by VNeID was begun for. `user`: the id of the account that it is added to."""

    back: str = ""
    user: int | None = None


def begin(request: HttpRequest, wish: Wish) -> HttpResponse:
    """Redirect to VNeID's page; what must come back is kept in the session. Raises Refusal."""
    protocol = VneidProtocol(request)
    with taking_turns():
        # Asked anew each time: nobody should be sent to a page that does not answer.
        protocol.fetch_description()
    nonce = secrets.token_urlsafe(32)
    asked: dict[str, Any] = {"nonce": nonce}
    if protocol.configuration.max_age:
        asked["max_age"] = protocol.configuration.max_age
    if protocol.configuration.levels:
        asked["acr_values"] = " ".join(protocol.configuration.levels)
    process = AuthProcess.CONNECT if wish.user else AuthProcess.LOGIN
    response: HttpResponse = protocol.get_provider().redirect(
        request,
        process,
        next_url=wish.back,
        data={"nonce": nonce, "user": wish.user},
        auth_params=asked,
    )
    return response


def wish_of(request: HttpRequest) -> tuple[Wish, dict[str, Any]]:
    """Return what this answer belongs to, once, with allauth's state. Raises Refusal."""
    state_id = request.GET.get("state", "")
    state = statekit.unstash_state(request, provider_id=PROVIDER, state_id=state_id)
    if state is None:
        raise Refusal(Reason.NOT_BEGUN_HERE)
    return Wish(back=state.get("next", ""), user=state["data"]["user"]), state


def finish(request: HttpRequest, state: dict[str, Any]) -> Person:
    """Return the person whom VNeID has verified. Raises Refusal; nothing is stored."""
    protocol = VneidProtocol(request)
    configuration = protocol.configuration
    # RFC 9207: whoever says so must be the provider that was asked.
    if request.GET.get("iss", configuration.issuer) != configuration.issuer:
        raise Refusal(Reason.UNTRUSTED, "iss of the answer")
    if request.GET.get("error") == protocol.login_cancelled_error:
        raise Refusal(Reason.CANCELLED)
    if "error" in request.GET:
        raise Refusal(Reason.UNREADABLE, "error of the authorization endpoint")
    if not request.GET.get("code"):
        raise Refusal(Reason.UNREADABLE, "no code")
    with taking_turns():
        tokens = protocol.tokens(protocol.get_provider().app, state.get("pkce_code_verifier", ""))
        claims = protocol.claims(tokens["id_token"], state["data"]["nonce"])
        if not has_facts(claims, configuration):
            claims = protocol.more_claims(claims, tokens.get("access_token"))
    return described(claims, configuration)
