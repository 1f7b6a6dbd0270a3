"""Sharing a certificate: who may, until when it opens, what it says when its certificate ended."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from certificates import countersigning, issuing, sharing
from certificates.models import Certificate, Share, ShareOpening
from certificates.views import shared as page
from citizens.models import RecordLink
from doses import actions
from doses.models import Dose
from tests import world as worlds
from tests.certificates.scene import issued
from tests.conftest import SignIn
from tests.pages import text_of
from tests.world import World
from vaxreg import db_time
from vaxreg.logs import cut_personal_data

pytestmark = pytest.mark.usefixtures("certificate_keys")


@pytest.fixture
def dose(world: World) -> Dose:
    return worlds.dose(world)


@pytest.fixture
def hers(world: World, dose: Dose) -> Certificate:
    """Lan's certificate of her one dose."""
    [one] = issued(world.citizens["lan"])
    return one


@pytest.fixture
def link(world: World, hers: Certificate) -> str:
    """The path of a link that she has made for a day."""
    return made(hers, world.user("lan"))


def made(certificate: Certificate, by: User, lasting: str = "day") -> str:
    _share, address = sharing.share(certificate, lasting=lasting, by=by)
    return address[address.index("/shared/") :] + "?lang=en"


def open_it(link: str, **headers: str) -> Any:
    return Client().get(link, headers=headers)


def correct(dose: Dose, hers: Certificate) -> Certificate:
    """Correct the day of the dose; return the certificate that took the place of hers."""
    actions.revise(dose, changes={"given_on": date(2021, 8, 30)}, by=None, why="the paper")
    issuing.make_wanted()
    countersigning.countersign_waiting()
    return Certificate.objects.get(dose=dose, status=Certificate.Status.CURRENT)


def test_whoever_has_the_link_sees_the_certificate_as_its_code_says_it(
    hers: Certificate, link: str
):
    answer = open_it(link)

    text = text_of(answer)
    assert answer.status_code == 200
    for words in ("Valid", "Nguyễn Thị Lan", "27/03/1988", "AstraZeneca", "shares this page until"):
        assert words in text
    assert '<svg class="qr"' in answer.content.decode()
    # The name in the title would stand in histories.
    assert "Lan" not in answer.content.decode().split("</title>")[0]


def test_a_page_behind_a_link_stays_nowhere_and_knows_nobody(
    world: World, link: str, as_citizen: SignIn
):
    mine, gone = as_citizen(world.user("lan")).get(link), Client().get("/shared/nothing/")

    for answer in (mine, gone):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert not answer.cookies
        assert "csrf" not in answer.content.decode()
    assert mine.headers["Content-Language"] == "en"
    assert "data-owner" not in mine.content.decode()


@pytest.mark.parametrize(("lasting", "hours"), [("hour", 1), ("day", 24), ("week", 168)])
def test_a_link_opens_until_its_time_has_come(world, hers, lasting: str, hours: int):
    link = made(hers, world.user("lan"), lasting)
    moment = timezone.now() + timedelta(hours=hours)

    with db_time.at(moment - timedelta(minutes=1)):
        before = open_it(link)
    with db_time.at(moment + timedelta(seconds=1)):
        after = open_it(link)

    assert (before.status_code, after.status_code) == (200, 410)


def test_a_link_that_ended_and_one_that_never_was_get_the_same_answer(
    world: World, hers: Certificate, link: str
):
    unknown = open_it("/shared/nothing-like-it-at-all/?lang=en")
    sharing.end(Share.objects.get().public_id, by=world.user("lan"))

    ended = open_it(link)

    assert unknown.status_code == ended.status_code == 410
    # The nonces of the two pages differ, and the page has no other secret.
    assert text_of(unknown) == text_of(ended)
    assert "Ask the person for a new link" in text_of(ended)


def test_a_link_shows_what_became_of_its_certificate_and_not_the_new_one(
    dose: Dose, hers: Certificate, link: str
):
    new = correct(dose, hers)

    answer = open_it(link)

    text = text_of(answer)
    assert "Replaced" in text
    assert "Counts no more since" in text
    assert new.code[:4] not in text
    assert "30/08/2021" not in text
    assert '<svg class="qr"' not in answer.content.decode()

    actions.mark_entered_in_error(dose, by=None, why="never given")
    assert "Replaced" in text_of(open_it(link))


def test_a_dose_that_was_entered_in_error_is_told_to_be_revoked(dose: Dose, link: str):
    actions.mark_entered_in_error(dose, by=None, why="never given")

    assert "Revoked" in text_of(open_it(link))


def test_a_link_ends_with_the_right_of_whoever_made_it(world: World, link: str):
    RecordLink.objects.filter(user=world.user("lan")).update(until=timezone.now())

    assert open_it(link).status_code == 410


def test_what_nobody_looks_at_is_no_opening(world: World, hers: Certificate, link: str):
    assert Client().head(link).status_code == 200
    assert open_it(link, sec_purpose="prefetch;prerender").status_code == 503
    for program in ("WhatsApp/2.23", "facebookexternalhit/1.1", "TelegramBot (like TwitterBot)"):
        answer = open_it(link, user_agent=program)
        assert "Lan" not in answer.content.decode()
    assert ShareOpening.objects.count() == 0

    # The browser within the app.
    open_it(link, user_agent="Mozilla/5.0 (Linux; Android 13) Mobile Safari/537.36 Zalo android/12")
    [live], ended = sharing.links_of(world.citizens["lan"])
    assert (live.opened, len(live.openings), ended) == (1, 1, [])


def test_a_network_that_opens_many_links_has_to_wait(monkeypatch, link: str):
    monkeypatch.setattr(page, "OPENINGS", ((2, timedelta(minutes=1)),))

    assert [open_it(link).status_code for _ in range(3)] == [200, 200, 429]


def test_ten_links_are_open_at_most_and_ending_one_makes_room(world: World, hers: Certificate):
    lan = world.user("lan")
    for _ in range(sharing.MOST_OPEN):
        made(hers, lan)
    with pytest.raises(ValidationError, match="10"):
        made(hers, lan)

    sharing.end(Share.objects.first().public_id, by=lan)

    assert open_it(made(hers, lan)).status_code == 200


def test_who_may_not_open_the_record_neither_shares_nor_ends(
    world: World, hers: Certificate, link: str
):
    with pytest.raises(PermissionDenied):
        made(hers, world.user("binh"))

    assert sharing.end(Share.objects.get().public_id, by=world.user("binh")) is None
    assert open_it(link).status_code == 200


def test_a_certificate_that_counts_no_more_is_not_shared(world, dose: Dose, hers: Certificate):
    correct(dose, hers)

    with pytest.raises(ValidationError):
        made(hers, world.user("lan"))


@pytest.mark.parametrize(
    "change", [{"expires_at": "2030-01-01T00:00Z"}, {"token_hash": "0"}, {"ended_at": None}]
)
def test_a_link_only_ends_and_never_opens_again(world, hers, link, change: dict[str, Any]):
    sharing.end(Share.objects.get().public_id, by=world.user("lan"))
    if "ended_at" in change:
        change = {**change, "ended_by": None}

    with pytest.raises(IntegrityError), transaction.atomic():
        Share.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Share.objects.all().delete()


def test_the_page_shows_a_link_once_and_then_that_it_is_open(
    world: World, hers: Certificate, as_citizen: SignIn
):
    lan = as_citizen(world.user("lan"))
    where = f"/record/certificates/{hers.public_id}/share/"

    wrong = lan.post(where, {"lasting": "for ever"})
    answer = lan.post(where, {"lasting": "hour"})

    assert (wrong.status_code, answer.status_code) == (422, 200)
    token = answer.content.decode().split("/shared/")[1].split("/")[0]
    assert len(token) >= 22
    share = Share.objects.get()
    assert share.token_hash == sharing.hashed(token)
    again = lan.get(where).content.decode()
    assert token not in again

    end = f"/record/certificates/shared/{share.public_id}/end/"
    assert end in again
    assert end in lan.get("/record/certificates/").content.decode()
    lan.post(end)
    assert end not in lan.get(where).content.decode()


def test_the_log_has_no_token_of_a_link():
    line = cut_personal_data(None, "", {"request": "GET /shared/Ab_9-xyz/"})

    assert line["request"] == "GET /shared/[token]/"
